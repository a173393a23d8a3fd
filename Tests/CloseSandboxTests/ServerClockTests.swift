import JSONBytes
import Testing

@testable import CloseSandbox

@Suite("Sandbox clock")
struct ServerClockTests {
  private let newYear = Timestamp(seconds: 1_767_225_600)

  @Test func `starts where it is told and runs on`() {
    let clock = SandboxClock(start: newYear)
    let first = clock.now()
    #expect(first >= newYear)
    #expect(first < newYear.adding(seconds: 60))
    #expect(clock.now() >= first)
  }

  @Test func `shows the real time when told nothing`() {
    let before = Timestamp.now()
    let shown = SandboxClock().now()
    #expect(shown.microseconds - before.microseconds < 60 * Timestamp.second)
    #expect(shown.microseconds - before.microseconds > -60 * Timestamp.second)
  }

  @Test func `stands still when frozen, but can be moved`() {
    let clock = SandboxClock(start: newYear)
    clock.freeze()
    clock.set(to: newYear)
    #expect(clock.isFrozen)
    #expect(clock.now() == newYear)
    clock.advance(seconds: 30 * 86_400)
    #expect(clock.now().description == "2026-01-31T00:00:00.000000Z")
    clock.advance(seconds: -0.5)
    #expect(clock.now().description == "2026-01-30T23:59:59.500000Z")
    clock.resume()
    #expect(!clock.isFrozen)
    #expect(clock.now() >= Timestamp("2026-01-30T23:59:59.5Z") ?? .latest)
  }

  @Test func `stays within the years it can show`() {
    let clock = SandboxClock(start: newYear)
    clock.freeze()
    clock.advance(seconds: .infinity)
    #expect(clock.now() == .latest)
    clock.advance(seconds: -.greatestFiniteMagnitude)
    #expect(clock.now() == .earliest)
  }
}
