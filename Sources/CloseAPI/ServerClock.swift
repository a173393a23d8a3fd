import HTTPTransport
import JSONBytes

/// Close's clock, as the `Date` of its answers shows it.
///
/// It is told by how long ago, on a clock that nobody sets, an answer said so; our own date may be wrong, and set
/// right at any moment. A date was true when the server wrote it: by the time the answer is here it is behind by
/// however long that took, and by up to a second. So the answer that puts the clock furthest forward comes closest.
struct ServerClock {
  /// What the server's clock shows when ours that nobody sets shows zero, in microseconds.
  private var zero: Int64?
  /// Differences that answers on their way explain, and that the usual care about young rows covers.
  private static let tolerance = 60 * Timestamp.second

  /// Takes note of an answer that arrived at `now`, on a clock that nobody sets.
  mutating func note(_ headers: HTTPHeaders, at now: Duration) {
    guard let date = headers["Date"].flatMap(Timestamp.init(httpDate:)) else { return }
    let candidate = date.microseconds - now.microseconds
    zero = max(zero ?? candidate, candidate)
  }

  /// Seconds that our date `local` is ahead of Close's clock at `now`, negative when it is behind; 0 below a minute,
  /// and when nothing is known.
  func difference(of local: Timestamp, at now: Duration) -> Int64 {
    guard let zero else { return 0 }
    let difference = local.microseconds - zero - now.microseconds
    return abs(difference) < ServerClock.tolerance ? 0 : difference / Timestamp.second
  }
}

extension Duration {
  fileprivate var microseconds: Int64 {
    components.seconds * Timestamp.second + components.attoseconds / 1_000_000_000_000
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
