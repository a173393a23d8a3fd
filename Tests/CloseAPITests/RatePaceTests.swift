import Testing

@testable import CloseAPI

@Suite("A pace found by trial")
struct RatePaceTests {
  /// Sends requests one after the other, each taking 5 ms, until so many have got through; those that `refuses`
  /// picks, by their number and departure, are sent again after `pause`.
  private func run(
    _ requests: Int, pause: Duration = .milliseconds(100), refuses: (Int, Duration) -> Bool
  ) -> (refusals: Int, time: Duration) {
    var pace = RatePace()
    var now = Duration.zero
    var (passed, refusals) = (0, 0)
    while passed < requests {
      now += pace.delay(at: now)
      let departure = now
      pace.depart(at: now)
      now += .milliseconds(5)
      if refuses(passed + refusals, departure) {
        refusals += 1
        pace.refuse(departedAt: departure, at: now)
        now += pause
      } else {
        passed += 1
        pace.pass()
      }
    }
    return (refusals, now)
  }

  @Test func `is as fast as can be while nothing is refused`() {
    #expect(run(100) { _, _ in false } == (0, .milliseconds(500)))
  }

  @Test("keeps to a limit that nobody names", arguments: [5, 20, 50])
  func limit(perSecond: Int) {
    var taken: [Duration] = []
    let result = run(500) { _, departure in
      taken.removeAll { $0 <= departure - .seconds(1) }
      guard taken.count < perSecond else { return true }
      taken.append(departure)
      return false
    }
    // Found again and again, each time by one refusal, and in no more than thrice the time it takes at best.
    #expect(result.refusals < 50)
    #expect(result.time < .seconds(3 * 500 / perSecond))
  }

  @Test("is not slowed down for good by refusals that are about something else", arguments: [2, 4, 5, 7])
  func unrelated(every: Int) {
    let result = run(1000) { number, _ in number % every == every - 1 }
    #expect(result.time / 1000 < .milliseconds(400))
  }
}
