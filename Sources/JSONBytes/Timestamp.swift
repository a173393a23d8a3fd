/// An instant in microseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
///
/// Reads the ISO 8601 forms that APIs mix (`T` or a space, any number of fraction digits, `Z`, an offset, or
/// none, which means UTC) and writes one: `2013-02-01T00:54:51.333000Z`. Compare instants, never their texts:
/// `…00.5Z` sorts before `…00Z` as text.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public let microseconds: Int64

  /// Creates an instant from microseconds since 1970, kept inside the supported years.
  public init(microseconds: Int64) {
    self.microseconds = min(max(microseconds, Timestamp.range.lowerBound), Timestamp.range.upperBound)
  }

  /// Creates an instant from whole seconds since 1970, kept inside the supported years.
  public init(seconds: Int64) { self = Timestamp(microseconds: 0).adding(seconds: seconds) }

  /// Microseconds in a second.
  public static let second: Int64 = 1_000_000
  /// Microseconds in a day.
  public static let day: Int64 = 86_400 * second
  private static let range = -719_162 * day...2_932_897 * day - 1
  /// 0001-01-01T00:00:00Z.
  public static let earliest = Timestamp(microseconds: .min)
  /// 9999-12-31T23:59:59.999999Z.
  public static let latest = Timestamp(microseconds: .max)

  /// Earlier instants are smaller.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// The instant `seconds` later (or earlier, when negative), kept inside the supported years.
  public func adding(seconds: Int64) -> Timestamp {
    let (shift, overflow) = seconds.multipliedReportingOverflow(by: Timestamp.second)
    guard !overflow else { return seconds < 0 ? .earliest : .latest }
    return adding(microseconds: shift)
  }

  /// The instant `microseconds` later (or earlier, when negative), kept inside the supported years.
  public func adding(microseconds shift: Int64) -> Timestamp {
    let (sum, overflow) = microseconds.addingReportingOverflow(shift)
    guard !overflow else { return shift < 0 ? .earliest : .latest }
    return Timestamp(microseconds: sum)
  }

  /// Midnight UTC that starts this instant's day.
  public var startOfDay: Timestamp {
    Timestamp(microseconds: microseconds.flooredQuotient(Timestamp.day) * Timestamp.day)
  }

  /// Seconds since 1970, fraction included.
  public var secondsSince1970: Double { Double(microseconds) / Double(Timestamp.second) }
}

// MARK: - Writing

extension Timestamp: CustomStringConvertible {
  /// `2013-02-01T00:54:51.333000Z`.
  public var description: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The UTC day, `2013-02-01`.
  public var dateText: String { String(description.prefix(10)) }

  /// Appends `2013-02-01T00:54:51.333000Z`.
  public func write(to output: inout [UInt8]) {
    let (days, microsecond) = microseconds.flooredDivision(by: Timestamp.day)
    let (year, month, day) = Timestamp.civil(fromDays: days)
    let second = microsecond / Timestamp.second
    let start = output.count
    output.append("0000-00-00T00:00:00.000000Z")
    output.overwriteDigits(endingAt: start + 4, with: year)
    output.overwriteDigits(endingAt: start + 7, with: month)
    output.overwriteDigits(endingAt: start + 10, with: day)
    output.overwriteDigits(endingAt: start + 13, with: second / 3600)
    output.overwriteDigits(endingAt: start + 16, with: second / 60 % 60)
    output.overwriteDigits(endingAt: start + 19, with: second % 60)
    output.overwriteDigits(endingAt: start + 26, with: microsecond % Timestamp.second)
  }
}

extension [UInt8] {
  fileprivate mutating func overwriteDigits(endingAt end: Int, with value: Int64) {
    var rest = value
    var position = end
    while rest > 0 {
      position -= 1
      self[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}

// MARK: - Reading

extension Timestamp {
  /// Reads an ISO 8601 date-time or date; a date means its midnight, a missing offset means UTC.
  ///
  /// Fraction digits beyond the sixth are cut off. Nil for anything else, such as 30 February or hour 24.
  public init?(_ text: some StringProtocol) {
    var text = String(text)
    let parsed = text.withUTF8 { unsafe Timestamp(parsing: UnsafeRawBufferPointer($0)) }
    guard let parsed else { return nil }
    self = parsed
  }

  /// Reads the same forms from bytes.
  public init?(parsing bytes: UnsafeRawBufferPointer) {
    var reader = unsafe DigitReader(bytes: bytes)
    self.init(&reader)
  }

  private init?(_ reader: inout DigitReader) {
    guard let year = reader.number(4), year >= 1, reader.skip("-"), let month = reader.number(2),
      (1...12).contains(month), reader.skip("-"), let day = reader.number(2),
      (1...Timestamp.daysIn(month: month, of: year)).contains(day)
    else { return nil }
    var total = Timestamp.days(fromCivil: year, month, day) * Timestamp.day
    if reader.skip("T") || reader.skip("t") || reader.skip(" ") {
      guard let time = reader.timeOfDay(), let offset = reader.zoneOffset() else { return nil }
      total += time - offset
    }
    guard reader.isAtEnd, Timestamp.range.contains(total) else { return nil }
    self.init(microseconds: total)
  }
}

/// Reads fixed-width digits from a few bytes; never reads past them.
// Safety: lives only inside `Timestamp.init(parsing:)`, whose caller keeps the bytes alive; `next` checks bounds.
@safe
private struct DigitReader {
  let bytes: UnsafeRawBufferPointer
  var offset = 0

  var isAtEnd: Bool { unsafe offset == bytes.count }

  var next: UInt8? { unsafe offset < bytes.count ? bytes[offset] : nil }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  mutating func digit() -> Int64? {
    guard let next, next &- 0x30 <= 9 else { return nil }
    offset += 1
    return Int64(next &- 0x30)
  }

  mutating func number(_ width: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<width {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// `hh:mm[:ss[.fraction]]` in microseconds; second 60 (a leap second) counts as the next minute's start.
  mutating func timeOfDay() -> Int64? {
    guard let hour = number(2), hour < 24, skip(":"), let minute = number(2), minute < 60 else { return nil }
    var microseconds = (hour * 3600 + minute * 60) * Timestamp.second
    guard skip(":") else { return microseconds }
    guard let second = number(2), second <= 60 else { return nil }
    microseconds += second * Timestamp.second
    guard skip(".") || skip(",") else { return microseconds }
    guard var fraction = digit() else { return nil }
    var digits = 1
    while let next = digit() {
      digits += 1
      if digits <= 6 { fraction = fraction * 10 + next }
    }
    while digits < 6 {
      fraction *= 10
      digits += 1
    }
    return microseconds + fraction
  }

  /// The offset from UTC in microseconds: `Z`, `±hh`, `±hhmm`, `±hh:mm`, or nothing for zero.
  mutating func zoneOffset() -> Int64? {
    if isAtEnd || skip("Z") || skip("z") { return 0 }
    let isWest = skip("-")
    guard isWest || skip("+"), let hours = number(2), hours < 24 else { return nil }
    var minutes: Int64 = 0
    if !isAtEnd {
      _ = skip(":")
      guard let value = number(2), value < 60 else { return nil }
      minutes = value
    }
    let offset = (hours * 3600 + minutes * 60) * Timestamp.second
    return isWest ? -offset : offset
  }
}

// MARK: - Calendar

extension Timestamp {
  /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counted in 400-year eras from March.
  static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.flooredDivision(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The inverse of `days(fromCivil:_:_:)`.
  static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func daysIn(month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let quotient = flooredQuotient(divisor)
    return (quotient, self - quotient * divisor)
  }

  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self - divisor + 1) / divisor
  }
}
