import CloseAPI
import JSONBytes
import Synchronization

/// A clock that stands still until someone sleeps on it.
final class TestClock: Sendable {
  private let time = Mutex(Duration.zero)
  private let error = Mutex(Int64(0))
  private let start = Timestamp(seconds: 1_800_000_000)

  var date: Timestamp {
    let elapsed = time.withLock { $0 }
    return start.adding(microseconds: Int64(elapsed / .microseconds(1)))
  }

  /// Sets what the target's own machine takes for the date wrong by so many seconds.
  func setError(_ seconds: Int64) { error.withLock { $0 = seconds } }

  func advance(by duration: Duration) { time.withLock { $0 += duration } }

  var clock: ClientClock {
    ClientClock(
      now: { self.time.withLock { $0 } }, date: { self.date.adding(seconds: self.error.withLock { $0 }) },
      sleep: { duration in
        try Task.checkCancellation()
        self.advance(by: duration)
        // Others may have something to do meanwhile.
        await Task.yield()
      }, random: { 0 })
  }
}
