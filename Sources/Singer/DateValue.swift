import JSONBytes

/// What stands where the schema wants a date.
enum DateValue {
  /// What the schema asks for, as it is.
  case fitting
  /// An instant that is normal up to an offset in its page, and has a `Z` to get instead of the rest.
  case normal(upTo: Int)
  /// An instant in some form, or no date at all (nil), to be written in the one form loaders agree on.
  case other(Timestamp?)
  /// Something that no loader takes for a date.
  case contradicting
}

extension JSONCursor {
  /// Reads the value of `type` at the cursor as a date; `""` is no date.
  mutating func readDate(
    _ form: RecordPlan.DateForm, _ type: JSONTypes, _ allowed: JSONTypes
  ) throws(JSONError) -> DateValue {
    guard type == .string else {
      try skipValue()
      return allowed.contains(type) ? .fitting : .contradicting
    }
    if form == .instant, let (stem, end) = normalInstant(at: offset) {
      move(to: end)
      return stem == end ? .fitting : .normal(upTo: stem)
    }
    let string = try skipString()
    if string.content.isEmpty { return allowed.contains(.null) ? .other(nil) : .contradicting }
    guard let instant = timestamp(of: string) else { return .contradicting }
    switch form {
    case .instant: return .other(instant)
    case .day: return string.content.count == "YYYY-MM-DD".utf8.count ? .fitting : .contradicting
    }
  }
}

extension [UInt8] {
  /// Appends an instant as a JSON string, or `null`.
  mutating func appendDate(_ instant: Timestamp?) {
    guard let instant else { return append("null") }
    append("\"")
    instant.write(to: &self)
    append("\"")
  }
}
