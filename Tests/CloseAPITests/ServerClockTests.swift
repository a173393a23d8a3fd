import HTTPTransport
import JSONBytes
import Testing

@testable import CloseAPI

@Suite("Close's clock beside ours")
struct ServerClockTests {
  private static let local = "1994-11-06T09:49:37.5Z"

  /// Seconds that our date `local` is ahead after answers with these dates, which arrived now, or a while ago.
  private func difference(_ answers: [(date: String, secondsAgo: Int)]) throws -> Int64 {
    var clock = ServerClock()
    let now = Duration.seconds(5000)
    for answer in answers {
      clock.note(HTTPHeaders([("date", answer.date)]), at: now - .seconds(answer.secondsAgo))
    }
    return clock.difference(of: try #require(Timestamp(ServerClockTests.local)), at: now)
  }

  private static let comparisons: [(answers: [(String, Int)], difference: Int64)] = [
    ([("Sun, 06 Nov 1994 08:49:37 GMT", 0)], 3600), ([("Sun, 06 Nov 1994 09:48:37 GMT", 0)], 60),
    ([("Sun, 06 Nov 1994 09:48:38 GMT", 0)], 0), ([("Sun, 06 Nov 1994 09:49:37 GMT", 0)], 0),
    ([("Sun, 06 Nov 1994 10:49:38 GMT", 0)], -3600), ([("Sun, 06 Nov 1994 09:50:30 GMT", 0)], 0),
    ([("Sat, 05 Nov 1994 09:49:37 GMT", 0)], 86_400), ([("Sun, 06 Nov 1994 08:09:37 GMT", 2400)], 3600),
    // Answers may be long on their way; the quickest one tells.
    ([("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 09:40:37 GMT", 0)], 540),
    ([("Sun, 06 Nov 1994 09:40:37 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 0)], 540),
    ([("Sun, 06 Nov 1994 09:39:37 GMT", 60), ("Sun, 06 Nov 1994 09:39:37 GMT", 0)], 540),
    ([("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 09:49:30 GMT", 0)], 0),
    ([], 0),
  ]

  @Test(arguments: comparisons)
  func isToldByTheQuickestAnswer(answers: [(String, Int)], difference: Int64) throws {
    #expect(try self.difference(answers.map { (date: $0.0, secondsAgo: $0.1) }) == difference)
  }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nob 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "784111777",
  ])
  func saysNothingInAnotherForm(date: String) throws {
    #expect(try difference([(date: date, secondsAgo: 0)]) == 0)
  }

  @Test(arguments: 1...12)
  func namesEveryMonth(month: Int) {
    let names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(separator: " ")
    let number = month < 10 ? "0\(month)" : "\(month)"
    let date = Timestamp(httpDate: "Mon, 15 \(names[month - 1]) 2024 00:00:00 GMT")
    #expect(date?.description == "2024-\(number)-15T00:00:00.000000Z")
  }
}
