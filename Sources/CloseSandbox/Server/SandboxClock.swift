public import JSONBytes
import Synchronization

/// The sandbox's idea of now: starts where it is told to, runs on from there, can be moved and stopped.
public final class SandboxClock: Sendable {
  private struct State {
    /// What the clock showed when it was last set, and the steady clock's seconds at that moment.
    var anchor: Timestamp
    var anchoredAt: Double
    var isFrozen = false

    func reading(at seconds: Double) -> Timestamp {
      isFrozen ? anchor : anchor.adding(microseconds: Int64((seconds - anchoredAt) * 1e6))
    }
  }

  private let state: Mutex<State>

  /// Creates a clock that shows `start` now; nil means the real time.
  public init(start: Timestamp? = nil) {
    state = Mutex(State(anchor: start ?? Timestamp.now(), anchoredAt: monotonicSeconds()))
  }

  /// What the clock shows.
  public func now() -> Timestamp { state.withLock { $0.reading(at: monotonicSeconds()) } }

  /// Whether the clock stands still.
  public var isFrozen: Bool { state.withLock { $0.isFrozen } }

  /// Moves the clock to `time`; it runs on from there, unless it is frozen.
  public func set(to time: Timestamp) { change { $0.anchor = time } }

  /// Moves the clock by `seconds`, back when they are negative.
  public func advance(seconds: Double) {
    let shift = Int64(exactly: (seconds * 1e6).rounded()) ?? (seconds < 0 ? .min : .max)
    change { $0.anchor = $0.anchor.adding(microseconds: shift) }
  }

  /// Stops the clock where it is.
  public func freeze() { change { $0.isFrozen = true } }

  /// Lets the clock run again.
  public func resume() { change { $0.isFrozen = false } }

  private func change(_ edit: (inout State) -> Void) {
    state.withLock { state in
      let seconds = monotonicSeconds()
      state.anchor = state.reading(at: seconds)
      state.anchoredAt = seconds
      edit(&state)
    }
  }
}
