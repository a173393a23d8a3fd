import JSONBytes

/// Writes instants as Close does: Python's ISO format, with an offset on the classic stack, bare on the
/// newer.
struct DateStyle: Sendable {
  /// Whether a fraction of zero is left away.
  var dropsZeroFraction = true
  /// Whether the newer stack leaves the offset away.
  var isNaiveAllowed = true

  /// `2013-02-01T00:54:51.333000+00:00`, `2014-12-07T04:10:46+00:00` or `2016-10-19T12:22:10.434000`.
  func text(_ instant: Timestamp, isNaive: Bool = false) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    instant.write(to: &bytes)
    bytes.removeLast()
    if dropsZeroFraction, instant.microseconds % Timestamp.second == 0 { bytes.removeLast(7) }
    if !(isNaive && isNaiveAllowed) { bytes.append("+00:00") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text as a JSON string, in the style of a resource.
  func json(_ instant: Timestamp, _ resource: Resource) -> JSONValue {
    .string(text(instant, isNaive: resource.stack.isNaive))
  }
}
