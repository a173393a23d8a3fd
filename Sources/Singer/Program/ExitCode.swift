/// The numbers our programs end with.
public struct ExitCode: Hashable, Sendable {
  /// The number given to the system.
  public let number: Int32

  /// Everything asked for was done.
  public static let success = ExitCode(number: 0)
  /// Something failed or was left out while running.
  public static let failure = ExitCode(number: 1)
  /// Wrong usage, config, catalog or state: nothing was started.
  public static let usage = ExitCode(number: 2)
  /// The consumer of the output has gone, 128 + SIGPIPE as shells show it.
  public static let consumerGone = ExitCode(number: 141)

  /// The end caused by a signal, 128 + its number: 143 for SIGTERM, 130 for SIGINT.
  public static func signal(_ number: Int32) -> ExitCode { ExitCode(number: 128 + number) }
}
