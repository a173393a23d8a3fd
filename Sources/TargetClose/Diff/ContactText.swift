/// E-mail addresses, telephone numbers and URLs as people write them, made comparable.
enum ContactText {
  /// The address without space around it, in lower case.
  static func email(_ text: String) -> String { trimmed(text).lowercased() }

  /// The URL without scheme and final slash, its host in lower case; Close adds a missing scheme.
  static func url(_ text: String) -> String {
    var rest = trimmed(text)[...]
    if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
    while rest.hasSuffix("/") { rest.removeLast() }
    let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return host.lowercased() + rest[host.endIndex...]
  }

  /// The text without space around it.
  static func trimmed(_ text: String) -> String {
    let start = text.firstIndex { !$0.isWhitespace } ?? text.endIndex
    let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? start
    return String(text[start..<end])
  }
}

/// A telephone number by its digits.
///
/// Close writes numbers as E.164; a source may write them nationally. A national number equals an international
/// one when that is the national one behind a country code: `(415) 555-0100` and `+1 415 555 0100`.
struct PhoneNumber: Hashable, Sendable {
  let digits: String
  let isInternational: Bool
  private static let shortestNational = 7
  private static let longestCountryCode = 3

  /// Reads a number; an extension and everything that is no digit is left out.
  init(_ text: String) {
    var digits = ""
    for character in text {
      if let digit = character.wholeNumberValue, character.isASCII { digits.append(String(digit)) }
      if character == "x" || character == ";" || character == "#" { break }
    }
    if ContactText.trimmed(text).hasPrefix("+") {
      (self.digits, isInternational) = (digits, true)
    } else if digits.hasPrefix("00") {
      (self.digits, isInternational) = (String(digits.dropFirst(2)), true)
    } else {
      (self.digits, isInternational) = (digits, false)
    }
  }

  /// Whether both reach the same telephone.
  func isSame(as other: PhoneNumber) -> Bool {
    if digits == other.digits { return !digits.isEmpty }
    guard isInternational != other.isInternational else { return false }
    let (international, national) = isInternational ? (self, other) : (other, self)
    // The zero in front of many national numbers is not dialled from abroad.
    let local = national.digits.drop { $0 == "0" }
    let prefix = international.digits.count - local.count
    return local.count >= PhoneNumber.shortestNational && prefix <= PhoneNumber.longestCountryCode
      && international.digits.hasSuffix(local)
  }
}
