/// Durations as people type them: `50ms`, `2s`, `1.5s`, `5m`, `2h`, `30d`; a bare number means seconds.
enum DurationText {
  private static let units: [(name: String, seconds: Double)] = [
    ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
  ]

  /// The seconds in `text`; nil when it is no duration or negative.
  static func seconds(_ text: some StringProtocol) -> Double? {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let unit = text[digits.endIndex...]
    guard let value = Double(String(digits)), value.isFinite else { return nil }
    if unit.isEmpty { return value }
    return units.first { $0.name == unit }.map { value * $0.seconds }
  }
}
