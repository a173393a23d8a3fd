/// The `target-close` program: arguments in, exit code out.
public enum TargetCommand {
  /// The version of target-close.
  public static let version = "1.0.0"

  /// Runs the program and returns its exit code; never throws.
  public static func run(_ arguments: [String]) async -> Int32 {
    2
  }
}
