import HTTPTransport
import JSONBytes

/// Close's clock, as the `Date` of its answers shows it, beside ours.
///
/// A date was true when the server wrote it: by the time the answer is here it is behind by however long that took,
/// and by up to a second. So the least difference seen comes closest.
struct ServerClock {
  private var leastDifference: Int64?
  /// Differences that answers on their way explain, and that the usual care about young rows covers.
  private static let tolerance = 60 * Timestamp.second

  /// Takes note of an answer that arrived when our clock showed `local`.
  mutating func note(_ headers: HTTPHeaders, at local: Timestamp) {
    guard let date = headers["Date"].flatMap(Timestamp.init(httpDate:)) else { return }
    let difference = local.microseconds - date.microseconds
    leastDifference = min(leastDifference ?? difference, difference)
  }

  /// Seconds that our clock is ahead of Close's; 0 below a minute, and when nothing is known.
  var secondsAhead: Int64 {
    guard let leastDifference, leastDifference >= ServerClock.tolerance else { return 0 }
    return leastDifference / Timestamp.second
  }
}

extension Timestamp {
  /// Reads the date of an HTTP header, such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
  ///
  /// See: RFC 9110, 5.6.7
  init?(httpDate text: String) {
    let parts = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
      return nil
    }
    self.init("\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
  }
}
