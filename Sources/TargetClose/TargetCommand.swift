/// The `target-close` program: arguments in, exit code out.
public enum TargetCommand {
  /// Runs the program and returns its exit code; never throws.
  public static func run(_ arguments: [String]) async -> Int32 {
    2
  }
}
