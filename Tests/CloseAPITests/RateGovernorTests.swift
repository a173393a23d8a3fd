import CloseAPI
import HTTPTransport
import Testing

struct RateGovernorTests {
  private let group = EndpointGroup(.get, path: "lead/")

  private func reading(_ limit: Int, _ remaining: Int, _ reset: Double) -> RateLimitReading {
    RateLimitReading(limit: limit, remaining: remaining, reset: .seconds(reset))
  }

  private func at(_ seconds: Double) -> Duration { .seconds(seconds) }

  private func ticket(_ departure: RateGovernor.Departure) throws -> RateGovernor.Ticket {
    guard case .go(let ticket) = departure else { throw Held(departure: departure) }
    return ticket
  }

  private struct Held: Error { let departure: RateGovernor.Departure }

  @Test func nothingIsHeldBackBeforeALimitIsKnown() throws {
    var governor = RateGovernor()
    for _ in 0..<1000 {
      let ticket = try ticket(governor.depart(group, at: at(0)))
      governor.arrive(ticket, at: at(0))
    }
  }

  @Test func theWindowIsUsedUpAndThenWaitedOut() throws {
    var governor = RateGovernor()
    governor.arrive(try ticket(governor.depart(group, at: at(0))), reading(10, 3, 2), at: at(0.5))
    for _ in 0..<3 { _ = try ticket(governor.depart(group, at: at(0.75))) }
    #expect(governor.depart(group, at: at(1)) == .wait(at(1.5)))
    _ = try ticket(governor.depart(group, at: at(2.5)))
  }

  @Test func requestsInFlightCountAsGone() throws {
    var governor = RateGovernor()
    let tickets = try (0..<5).map { _ in try ticket(governor.depart(group, at: at(0))) }
    // The server had counted one of the five when it answered: 9 left, of which 4 are on their way.
    governor.arrive(tickets[0], reading(10, 9, 60), at: at(1))
    for _ in 0..<5 { _ = try ticket(governor.depart(group, at: at(1))) }
    #expect(governor.depart(group, at: at(1)) == .wait(at(60)))
  }

  @Test func anAnswerOvertakenByANewerOneDoesNotRefillTheBucket() throws {
    var governor = RateGovernor()
    let first = try ticket(governor.depart(group, at: at(0)))
    let second = try ticket(governor.depart(group, at: at(0)))
    governor.arrive(second, reading(10, 1, 60), at: at(1))
    governor.arrive(first, reading(10, 2, 60), at: at(1))
    #expect(governor.depart(group, at: at(1)) == .wait(at(60)))
  }

  @Test func requestsInFlightAtTheEndOfAWindowCountInTheNext() throws {
    var governor = RateGovernor()
    let tickets = try (0..<4).map { _ in try ticket(governor.depart(group, at: at(0))) }
    governor.arrive(tickets[0], reading(4, 0, 1), at: at(0))
    _ = try ticket(governor.depart(group, at: at(1)))
    #expect(governor.depart(group, at: at(1)) == .wait(at(1)))
  }

  @Test func anAnswerFromTheLastWindowSaysNothingAboutThisOne() throws {
    var governor = RateGovernor()
    let tickets = try (0..<2).map { _ in try ticket(governor.depart(group, at: at(0))) }
    governor.arrive(tickets[0], reading(4, 0, 1), at: at(0))
    let next = try ticket(governor.depart(group, at: at(1)))
    // Late news: the last window was empty. This one is not, and does not end with it either.
    governor.arrive(tickets[1], reading(4, 0, 0.125), at: at(1.125))
    _ = try ticket(governor.depart(group, at: at(1.125)))
    governor.arrive(next, reading(4, 2, 0.5), at: at(1.25))
    _ = try ticket(governor.depart(group, at: at(1.25)))
    #expect(governor.depart(group, at: at(1.25)) == .wait(at(0.5)))
  }

  @Test func aShareLeavesRoomForOthers() throws {
    var governor = RateGovernor(share: 0.5)
    governor.arrive(try ticket(governor.depart(group, at: at(0))), reading(10, 9, 1), at: at(0))
    for _ in 0..<4 { _ = try ticket(governor.depart(group, at: at(0))) }
    #expect(governor.depart(group, at: at(0)) == .wait(at(1)))
  }

  @Test(arguments: [0.0001, 0.5, 1])
  func evenTheSmallestShareOfTheSmallestLimitMoves(_ share: Double) throws {
    var governor = RateGovernor(share: share)
    var now = Duration.zero
    var sent = 0
    for _ in 0..<20 {
      switch governor.depart(group, at: now) {
      case .go(let ticket):
        sent += 1
        governor.arrive(ticket, reading(1, 0, 1), at: now)
      case .wait(let delay), .closed(let delay): now += delay
      }
    }
    #expect(sent == 10)
  }

  @Test func groupsDoNotHoldEachOtherBack() throws {
    var governor = RateGovernor()
    governor.arrive(try ticket(governor.depart(group, at: at(0))), reading(1, 0, 9), at: at(0))
    #expect(governor.depart(group, at: at(0)) == .wait(at(9)))
    _ = try ticket(governor.depart(EndpointGroup(.post, path: "lead/"), at: at(0)))
    _ = try ticket(governor.depart(EndpointGroup(.get, path: "lead/lead_1/"), at: at(0)))
  }

  @Test func aRefusalClosesTheGroupForEveryoneEvenWithRequestsLeft() throws {
    var governor = RateGovernor()
    governor.arrive(
      try ticket(governor.depart(group, at: at(0))), reading(100, 50, 1), refusedFor: at(7), at: at(0))
    #expect(governor.depart(group, at: at(0)) == .closed(at(7)))
    #expect(governor.depart(group, at: at(6)) == .closed(at(1)))
    _ = try ticket(governor.depart(group, at: at(7)))
  }

  @Test func aLaterShorterRefusalDoesNotOpenTheGroup() throws {
    var governor = RateGovernor()
    let tickets = try (0..<2).map { _ in try ticket(governor.depart(group, at: at(0))) }
    governor.arrive(tickets[0], refusedFor: at(7), at: at(0))
    governor.arrive(tickets[1], refusedFor: at(1), at: at(0))
    #expect(governor.depart(group, at: at(0)) == .closed(at(7)))
  }

  // MARK: Several keys

  @Test func keysTakeTurnsAndAnEmptyOneRests() throws {
    var governor = RateGovernor(keys: 2)
    let first = try ticket(governor.depart(group, at: at(0)))
    let second = try ticket(governor.depart(group, at: at(0)))
    #expect([first.key, second.key].sorted() == [0, 1])
    governor.arrive(first, reading(10, 0, 5), at: at(0))
    governor.arrive(second, reading(10, 2, 3), at: at(0))
    for _ in 0..<2 { #expect(try ticket(governor.depart(group, at: at(0))).key == second.key) }
    #expect(governor.depart(group, at: at(0)) == .wait(at(3)))
  }

  @Test func aPinnedCallWaitsForItsKey() throws {
    var governor = RateGovernor(keys: 2)
    let first = try ticket(governor.depart(group, pinned: 1, at: at(0)))
    #expect(first.key == 1)
    governor.arrive(first, reading(10, 0, 5), at: at(0))
    #expect(governor.depart(group, pinned: 1, at: at(0)) == .wait(at(5)))
    #expect(try ticket(governor.depart(group, at: at(0))).key == 0)
  }

  @Test func aRefusalByTheOrganisationsLimitStopsAllKeys() throws {
    var governor = RateGovernor(keys: 2)
    let first = try ticket(governor.depart(group, at: at(0)))
    governor.arrive(first, reading(10, 9, 5), refusedFor: at(2), at: at(0))
    #expect(governor.depart(group, at: at(0)) == .closed(at(2)))
  }

  @Test func aRefusalOfAnEmptyKeyStopsOnlyThatKey() throws {
    var governor = RateGovernor(keys: 2)
    let first = try ticket(governor.depart(group, at: at(0)))
    governor.arrive(first, reading(10, 0, 2), refusedFor: at(2), at: at(0))
    #expect(try ticket(governor.depart(group, at: at(0))).key != first.key)
  }

  @Test func fiveKeysTogetherUseThreeTimesTheLimitOfOne() throws {
    var governor = RateGovernor(keys: 5)
    for _ in 0..<5 {
      let ticket = try ticket(governor.depart(group, at: at(0)))
      governor.arrive(ticket, reading(10, 9, 1), at: at(0))
    }
    var sent = 5
    while case .go = governor.depart(group, at: at(0)) { sent += 1 }
    #expect(sent == 30)
    guard case .wait(let delay) = governor.depart(group, at: at(0)) else { return }
    #expect(delay == at(1))
  }
}
