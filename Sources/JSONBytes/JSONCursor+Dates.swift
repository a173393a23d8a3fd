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
    let start = string.content.lowerBound
    let end = start + "0000-00-00T00:00:00.000000".utf8.count
    guard string.content.upperBound >= end,
      DatePattern.yearAndMonth.matches(word(start)), DatePattern.dayAndHour.matches(word(start + 8)),
      DatePattern.minuteAndSecond.matches(word(start + 16)), DatePattern.fraction.matches(word(start + 18))
    else { return nil }
    switch string.content.upperBound - end {
    case 0: break
    case 1: guard byte(end) == UInt8(ascii: "Z") else { return nil }
    // "00+00:00"
    case 6: guard word(end - 2) & ~0xFFFF == DatePattern.zeroOffset else { return nil }
    default: return nil
    }
    let isInRange =
      number(at: start) + number(at: start + 2) > 0 && 1...12 ~= number(at: start + 5)
      && 1...28 ~= number(at: start + 8) && number(at: start + 11) < 24 && number(at: start + 14) < 60
      && number(at: start + 17) < 60
    return isInRange ? start..<end : nil
  }

  /// The number that the two digits at `index` make.
  private func number(at index: Int) -> UInt8 {
    (byte(index) &- UInt8(ascii: "0")) &* 10 &+ (byte(index + 1) &- UInt8(ascii: "0"))
  }
}

/// Eight characters of which each is a given one or any digit, compared at once.
struct DatePattern {
  private let pattern: UInt64
  /// What makes the high bit of a lane appear when its character is not the one wanted.
  private let excess: UInt64

  static let yearAndMonth = DatePattern("0000-00-")
  static let dayAndHour = DatePattern("00T00:00")
  static let minuteAndSecond = DatePattern(":00.0000")
  static let fraction = DatePattern("0.000000")
  /// `+00:00` in the six highest lanes.
  static let zeroOffset = word("\0\0+00:00")

  /// - Parameter pattern: eight ASCII characters; `0` stands for any digit.
  private init(_ pattern: StaticString) {
    let pattern = DatePattern.word(pattern)
    self.pattern = pattern
    var excess: UInt64 = 0
    for lane in stride(from: 0, to: 64, by: 8) {
      let isDigit = pattern >> lane & 0xFF == 0x30
      excess |= (isDigit ? 0x76 : 0x7F) << lane
    }
    self.excess = excess
  }

  /// Whether the eight bytes, the first one in the lowest lane, have this form.
  @inline(__always)
  func matches(_ word: UInt64) -> Bool {
    // A digit leaves 0...9 in its lane, a given character nothing.
    let difference = word ^ pattern
    return ((difference &+ excess) | difference) & 0x8080_8080_8080_8080 == 0
  }

  private static func word(_ text: StaticString) -> UInt64 {
    // Safety: every text here has eight characters.
    unsafe UInt64(littleEndian: UnsafeRawPointer(text.utf8Start).loadUnaligned(as: UInt64.self))
  }
}
