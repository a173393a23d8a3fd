import JSONBytes

extension Timestamp {
  /// As HTTP headers have it: `Sun, 06 Nov 1994 08:49:37 GMT`.
  var httpDate: String {
    let days = microseconds.quotientAndRemainder(dividingBy: Timestamp.day).quotient
    // 1970-01-01 was a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((days % 7 + 7) % 7)]
    let names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(separator: " ")
    let text = Array(description)
    let month = names[(Int(String(text[5..<7])) ?? 1) - 1]
    return "\(weekday), \(String(text[8..<10])) \(month) \(String(text[..<4])) \(String(text[11..<19])) GMT"
  }
}
