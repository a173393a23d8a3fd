import JSONBytes

/// A date as it stands in a query: an instant, or a whole day where the caller is.
struct DateBound: Sendable {
  /// The instant, or the day's first.
  let instant: Timestamp
  /// The same without regard to the caller's time zone, to compare with values that are dates alone.
  let plain: Timestamp
  /// Whether it names a day rather than an instant.
  let isDay: Bool

  init?(_ text: String, zoneOffset: Int64, dropsFraction: Bool = false) {
    // A plus sign that was not percent-encoded arrives as a space.
    let text =
      text.count > 20 ? String(text.prefix(19)) + text.dropFirst(19).map { $0 == " " ? "+" : $0 } : text
    guard let parsed = Timestamp(text) else { return nil }
    isDay = text.utf8.count == 10
    plain = parsed
    let shifted = isDay ? parsed.adding(seconds: -zoneOffset) : parsed
    let fraction = shifted.microseconds % Timestamp.second
    instant =
      dropsFraction
      ? shifted.adding(microseconds: -(fraction < 0 ? fraction + Timestamp.second : fraction)) : shifted
  }

  /// Whether `value` stands in this relation to the bound; `isDay` tells whether `value` is a date alone.
  func holds(_ comparison: Filter.Comparison, for value: Timestamp, isDay isDayValue: Bool) -> Bool {
    let bound = isDayValue ? plain : instant
    switch comparison {
    case .equal:
      return isDay ? value >= bound && value < bound.adding(microseconds: Timestamp.day) : value == bound
    case .less: return value < bound
    case .lessOrEqual: return value <= bound
    case .greater: return value > bound
    case .greaterOrEqual: return value >= bound
    }
  }
}
