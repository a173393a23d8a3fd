import CloseAPI
import HTTPTransport
import TestSupport
import Testing

/// The governor against servers that answer after random times and out of order; the client keeps several
/// requests in flight and sends as soon as the governor lets it.
struct RateGovernorServerTests {
  /// How a server counts, and what it tells.
  enum Counting: CaseIterable {
    /// In windows, all used slots come back at once.
    case fixedWindows
    /// In a bucket that fills evenly; a reset is the time until it is full.
    case bucket
    /// In such a bucket, but without a word.
    case silentBucket
  }

  private struct Server {
    static let limit = 20
    static let window = 2.0
    let counting: Counting
    private var tokens = Double(Server.limit)
    private var time = 0.0
    private var number = 0

    init(_ counting: Counting) { self.counting = counting }

    struct Answer {
      var reading: RateLimitReading?
      var pause: Duration?
    }

    mutating func answer(at now: Double) -> Answer {
      if counting == .fixedWindows {
        if Int(now / Server.window) > number { tokens = Double(Server.limit) }
        number = Int(now / Server.window)
      } else {
        tokens = min(Double(Server.limit), tokens + (now - time) * Double(Server.limit) / Server.window)
      }
      time = now
      let isAllowed = tokens >= 1
      if isAllowed { tokens -= 1 }
      let reset =
        counting == .fixedWindows
        ? Double(number + 1) * Server.window - now
        : (Double(Server.limit) - tokens) * Server.window / Double(Server.limit)
      let reading = RateLimitReading(limit: Server.limit, remaining: Int(tokens), reset: .seconds(reset))
      return Answer(
        reading: counting == .silentBucket ? nil : reading,
        pause: isAllowed ? nil : .seconds(counting == .silentBucket ? reset.rounded(.up) : reset))
    }
  }

  private struct Flight {
    let ticket: RateGovernor.Ticket
    let processed: Double
    let arrives: Double
    var answer: Server.Answer?
  }

  /// Runs for a minute, after one request that went ahead; returns how many requests passed and were refused.
  private func run(_ counting: Counting, _ concurrency: Int, _ seed: UInt64) -> (passed: Int, refused: Int) {
    var generator = SeededGenerator(seed: seed)
    var governor = RateGovernor()
    var server = Server(counting)
    var flights: [Flight] = []
    var (now, passed, refused) = (0.0, 0, 0)
    while now < 60 {
      for index in flights.indices.sorted(by: { flights[$0].processed < flights[$1].processed })
      where flights[index].processed <= now && flights[index].answer == nil {
        let answer = server.answer(at: flights[index].processed)
        flights[index].answer = answer
        passed += answer.pause == nil ? 1 : 0
        refused += answer.pause == nil ? 0 : 1
      }
      for flight in flights.filter({ $0.arrives <= now }) {
        governor.arrive(
          flight.ticket, flight.answer?.reading, refusedFor: flight.answer?.pause, at: .seconds(now))
      }
      flights.removeAll { $0.arrives <= now }
      while flights.count < (passed == 0 ? 1 : concurrency),
        case .go(let ticket) = governor.depart(EndpointGroup(.get, path: "lead/"), at: .seconds(now))
      {
        let processed = now + Double.random(in: 0.005...0.05, using: &generator)
        let arrives = processed + Double.random(in: 0.001...0.05, using: &generator)
        flights.append(Flight(ticket: ticket, processed: processed, arrives: arrives))
      }
      now += 0.005
    }
    return (passed, refused)
  }

  @Test(arguments: [Counting.fixedWindows, .bucket], [1, 2, 4, 8])
  func noBucketIsOverdrawnAndLittleIsWasted(_ counting: Counting, _ concurrency: Int) {
    for seed in UInt64(1)...3 {
      let (passed, refused) = run(counting, concurrency, seed)
      #expect(refused == 0)
      // 30 windows of 20; a single request in flight cannot send more than some 19 in each.
      #expect(passed > 30 * (19 - concurrency), "\(passed) requests")
    }
  }

  @Test(arguments: [1, 2, 4, 8])
  func aLimitNobodyNamesIsFoundByTrial(_ concurrency: Int) {
    for seed in UInt64(1)...3 {
      let (passed, refused) = run(.silentBucket, concurrency, seed)
      #expect(refused < passed / 10, "\(refused) refused, \(passed) passed")
      #expect(passed > 360, "\(passed) requests")
    }
  }
}
