extension JSONCursor {
  /// The instant a string found by this cursor names, or nil when it is no date or date-time.
  public func timestamp(of string: JSONString) -> Timestamp? {
    if let instant = normalInstant(at: string.content.lowerBound - 1),
      instant.end == string.content.upperBound + 1
    {
      return normalTimestamp(from: string.content.lowerBound)
    }
    if string.hasEscapes { return Timestamp(text(of: string)) }
    return unsafe withBytes(in: string.content) { unsafe Timestamp(parsing: $0) }
  }

  /// Where the string at `offset` ends when it is a date-time that only lacks a `Z`, or not even that, to be what
  /// `Timestamp` writes; and where the part ends that is right already.
  ///
  /// Told without any arithmetic, for the forms an API sends thousands of times:
  ///
  ///     "2013-02-01T00:54:51.333000+00:00"   "2013-02-01T00:54:51.333000"   "2013-02-01T00:54:51.333000Z"
  ///
  /// Nil says nothing: other forms, leap seconds and 29 February have to be parsed.
  public func normalInstant(at offset: Int) -> (stem: Int, end: Int)? {
    let start = offset + 1
    let stem = start + "0000-00-00T00:00:00.000000".utf8.count
    guard offset >= 0, stem + 8 <= count, byte(offset) == UInt8(ascii: "\""),
      DatePattern.yearAndMonth.matches(word(start)), DatePattern.dayAndHour.matches(word(start + 8)),
      DatePattern.minuteAndSecond.matches(word(start + 16)), DatePattern.fraction.matches(word(start + 18))
    else { return nil }
    let month = number(at: start + 5)
    // 28 is the last day of any February, and 31 that of every other month up to July and from August on.
    let lastDay = month == 2 ? 28 : 30 + (month + month >> 3) & 1
    let isInRange =
      number(at: start) + number(at: start + 2) > 0 && 1...12 ~= month && 1...lastDay ~= number(at: start + 8)
      && number(at: start + 11) < 24 && number(at: start + 14) < 60 && number(at: start + 17) < 60
    guard isInRange else { return nil }
    let zone = word(stem)
    // `+00:00"`, `"` and `Z"` in the lowest lanes.
    if zone << 8 == 0x2230_303A_3030_2B00 { return (stem, stem + 7) }
    if zone & 0xFF == 0x22 { return (stem, stem + 1) }
    return zone & 0xFFFF == 0x225A ? (stem + 2, stem + 2) : nil
  }

  /// The instant that `normalInstant` has found the digits of.
  private func normalTimestamp(from start: Int) -> Timestamp {
    let year = number(at: start) * 100 + number(at: start + 2)
    let days = Timestamp.days(
      fromCivil: Int64(year), Int64(number(at: start + 5)), Int64(number(at: start + 8)))
    let minutes = number(at: start + 11) * 60 + number(at: start + 14)
    let fraction = (number(at: start + 20) * 100 + number(at: start + 22)) * 100 + number(at: start + 24)
    return Timestamp(
      microseconds: days * Timestamp.day + Int64(minutes * 60 + number(at: start + 17)) * Timestamp.second
        + Int64(fraction))
  }

  /// The number that the two digits at `index` make.
  @inline(__always)
  private func number(at index: Int) -> Int {
    Int(byte(index) &- UInt8(ascii: "0")) &* 10 &+ Int(byte(index &+ 1) &- UInt8(ascii: "0"))
  }
}

/// Eight characters of which each is a given one or any digit, compared at once.
struct DatePattern {
  private let pattern: UInt64
  /// What makes the high bit of a lane appear when its character is not the one wanted.
  private let excess: UInt64

  // The first character stands in the lowest lane: `0000-00-`, `00T00:00`, `:00.0000` and `0.000000`.
  static var yearAndMonth: DatePattern { DatePattern(0x2D30_302D_3030_3030) }
  static var dayAndHour: DatePattern { DatePattern(0x3030_3A30_3054_3030) }
  static var minuteAndSecond: DatePattern { DatePattern(0x3030_3030_2E30_303A) }
  static var fraction: DatePattern { DatePattern(0x3030_3030_3030_2E30) }

  /// - Parameter pattern: eight ASCII characters; `0` stands for any digit.
  @inline(__always)
  private init(_ pattern: UInt64) {
    self.pattern = pattern
    // A digit may differ from `0` by nine, which leaves the high bit alone; any other lane by nothing.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let other = pattern ^ ones &* 0x30
    let low = ones &* 0x7F
    let isOther = (((other & low) &+ low | other) &>> 7) & ones
    excess = ones &* 0x76 &+ isOther &* 9
  }

  /// Whether the eight bytes, the first one in the lowest lane, have this form.
  @inline(__always)
  func matches(_ word: UInt64) -> Bool {
    // A digit leaves 0...9 in its lane, a given character nothing.
    let difference = word ^ pattern
    return ((difference &+ excess) | difference) & 0x8080_8080_8080_8080 == 0
  }
}
