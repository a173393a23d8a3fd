extension JSONCursor {
  /// The instant a string found by this cursor names, or nil when it is no date or date-time.
  public func timestamp(of string: JSONString) -> Timestamp? {
    if string.hasEscapes { return Timestamp(text(of: string)) }
    return unsafe withBytes(in: string.content) { unsafe Timestamp(parsing: $0) }
  }

  /// The part of a date-time that only lacks a `Z` to be what `Timestamp` writes, or nil.
  ///
  /// Told without any arithmetic, for the forms an API sends thousands of times:
  ///
  ///     2013-02-01T00:54:51.333000+00:00   2013-02-01T00:54:51.333000   2013-02-01T00:54:51.333000Z
  ///
  /// Nil says nothing: other forms, leap seconds and the last days of a month have to be parsed.
  public func normalStem(of string: JSONString) -> Range<Int>? {
    let stem: StaticString = "0000-00-00T00:00:00.000000"
    let start = string.content.lowerBound
    let end = start + stem.utf8CodeUnitCount
    guard string.content.upperBound >= end, hasForm(stem, at: start) else { return nil }
    switch string.content.upperBound - end {
    case 0: break
    case 1: guard byte(end) == UInt8(ascii: "Z") else { return nil }
    case 6:
      guard hasForm("+00:00", at: end), number(at: end + 1) + number(at: end + 4) == 0 else { return nil }
    default: return nil
    }
    let isInRange =
      number(at: start) + number(at: start + 2) > 0 && 1...12 ~= number(at: start + 5)
      && 1...28 ~= number(at: start + 8) && number(at: start + 11) < 24 && number(at: start + 14) < 60
      && number(at: start + 17) < 60
    return isInRange ? start..<end : nil
  }

  /// Whether the bytes from `start` on are those of `form`, with any digit for each zero.
  private func hasForm(_ form: StaticString, at start: Int) -> Bool {
    for position in 0..<form.utf8CodeUnitCount {
      // Safety: `position` lies inside the form, which is alive for the whole run.
      let expected = unsafe form.utf8Start[position]
      let found = byte(start + position)
      guard found == expected || expected == UInt8(ascii: "0") && found &- expected <= 9 else { return false }
    }
    return true
  }

  /// The number that the two digits at `index` make.
  private func number(at index: Int) -> UInt8 {
    (byte(index) &- UInt8(ascii: "0")) &* 10 &+ (byte(index + 1) &- UInt8(ascii: "0"))
  }
}
