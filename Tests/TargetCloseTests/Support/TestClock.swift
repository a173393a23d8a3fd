import CloseAPI
import JSONBytes
import Synchronization

/// A clock that stands still until someone sleeps on it.
final class TestClock: Sendable {
  private let time = Mutex(Duration.zero)
  private let start = Timestamp(seconds: 1_800_000_000)

  var date: Timestamp {
    let elapsed = time.withLock { $0 }
    return start.adding(microseconds: Int64(elapsed / .microseconds(1)))
  }

  func advance(by duration: Duration) { time.withLock { $0 += duration } }

  var clock: ClientClock {
    ClientClock(
      now: { self.time.withLock { $0 } }, date: { self.date },
      sleep: { duration in
        try Task.checkCancellation()
        self.advance(by: duration)
        // Others may have something to do meanwhile.
        await Task.yield()
      }, random: { 0 })
  }
}
