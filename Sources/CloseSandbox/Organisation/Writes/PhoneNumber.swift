/// A phone number in E.164, with the country it belongs to and the way people write it.
struct PhoneNumber: Sendable {
  /// `+16503334444`.
  let e164: String
  /// Two letters, `US`.
  let country: String
  private let callingCode: String
  private var national: Substring { e164.dropFirst(1 + callingCode.count) }

  /// Reads a number in any notation; one without a country code is taken for American.
  ///
  /// Nil unless 7 to 15 digits remain.
  init?(_ text: String) {
    let digits = text.filter { $0.isASCII && $0.isNumber }
    let hasPlus = text.first { !$0.isWhitespace } == "+"
    let isForeign = hasPlus || text.hasPrefix("00")
    var number = isForeign && !hasPlus ? String(digits.dropFirst(2)) : digits
    if !isForeign, number.count == 10 { number = "1" + number }
    guard (7...15).contains(number.count) else { return nil }
    e164 = "+" + number
    let known = PhoneNumber.countries.first { number.hasPrefix($0.code) }
    country = known?.country ?? "US"
    callingCode = known?.code ?? String(number.prefix(1))
  }

  /// `+1 650-333-4444`, `+44 20 7946 0958`.
  var formatted: String {
    "+" + callingCode + " "
      + (callingCode == "1" && national.count == 10
        ? PhoneNumber.joined(national, [3, 3, 4], "-") : PhoneNumber.joined(national, [2, 4], " "))
  }

  /// The digits in groups of these lengths, the rest as one more group.
  private static func joined(_ digits: Substring, _ lengths: [Int], _ separator: String) -> String {
    var groups: [Substring] = []
    var rest = digits
    for length in lengths where !rest.isEmpty {
      groups.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    if !rest.isEmpty { groups.append(rest) }
    return groups.joined(separator: separator)
  }

  private static let countries: [(code: String, country: String)] = [
    ("1", "US"), ("44", "GB"), ("49", "DE"), ("33", "FR"), ("34", "ES"), ("46", "SE"), ("31", "NL"),
    ("61", "AU"), ("48", "PL"), ("55", "BR"), ("81", "JP"), ("82", "KR"), ("91", "IN"), ("41", "CH"),
    ("43", "AT"), ("39", "IT"), ("351", "PT"), ("353", "IE"), ("358", "FI"), ("420", "CZ"), ("32", "BE"),
    ("45", "DK"), ("47", "NO"), ("52", "MX"), ("27", "ZA"), ("90", "TR"), ("972", "IL"), ("65", "SG"),
  ]
}
