import HTTPTransport
import JSONBytes
import Testing

@testable import CloseAPI

@Suite("Close's clock beside ours")
struct ServerClockTests {
  private static let local = "1994-11-06T09:49:37.5Z"

  /// Seconds that our clock is ahead after answers with these dates, each of which arrived at `local`.
  private func secondsAhead(_ dates: [String]) throws -> Int64 {
    var clock = ServerClock()
    let local = try #require(Timestamp(ServerClockTests.local))
    for date in dates { clock.note(HTTPHeaders([("date", date)]), at: local) }
    return clock.secondsAhead
  }

  private static let comparisons: [(dates: [String], ahead: Int64)] = [
    (["Sun, 06 Nov 1994 08:49:37 GMT"], 3600), (["Sun, 06 Nov 1994 09:48:37 GMT"], 60),
    (["Sun, 06 Nov 1994 09:48:38 GMT"], 0), (["Sun, 06 Nov 1994 09:49:37 GMT"], 0),
    (["Sun, 06 Nov 1994 10:49:37 GMT"], 0), (["Sat, 05 Nov 1994 09:49:37 GMT"], 86_400),
    // Answers may be long on their way; the quickest one tells.
    (["Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:40:37 GMT"], 540),
    (["Sun, 06 Nov 1994 09:40:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"], 540),
    (["Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:30 GMT"], 0),
    ([], 0),
  ]

  @Test(arguments: comparisons)
  func isComparedByTheQuickestAnswer(dates: [String], ahead: Int64) throws {
    #expect(try secondsAhead(dates) == ahead)
  }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nob 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "784111777",
  ])
  func saysNothingInAnotherForm(date: String) throws {
    #expect(try secondsAhead([date]) == 0)
  }

  @Test(arguments: 1...12)
  func namesEveryMonth(month: Int) {
    let names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(separator: " ")
    let number = month < 10 ? "0\(month)" : "\(month)"
    let date = Timestamp(httpDate: "Mon, 15 \(names[month - 1]) 2024 00:00:00 GMT")
    #expect(date?.description == "2024-\(number)-15T00:00:00.000000Z")
  }
}
