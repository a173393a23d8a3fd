public import JSONBytes

/// Time and chance, so that tests can do without either.
public struct ClientClock: Sendable {
  /// Monotonic time since some fixed moment.
  public var now: @Sendable () -> Duration
  /// The wall clock.
  public var date: @Sendable () -> Timestamp
  /// Waits; throws when the task is cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void
  /// A number in 0..<1.
  public var random: @Sendable () -> Double

  /// Creates a clock.
  public init(
    now: @escaping @Sendable () -> Duration, date: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (Duration) async throws -> Void, random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.date = date
    self.sleep = sleep
    self.random = random
  }

  /// Real time and chance.
  public static let live: ClientClock = {
    let start = ContinuousClock.now
    return ClientClock(
      now: { start.duration(to: .now) }, date: { Timestamp.now() }, sleep: { try await Task.sleep(for: $0) },
      random: { Double.random(in: 0..<1) })
  }()
}
