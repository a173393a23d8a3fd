/// Web addresses as text.
enum URLText {
  /// `text` with everything but letters, digits and `-._~` percent-encoded.
  static func percentEncoded(_ text: String) -> String {
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.append(byte)
      default:
        encoded.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] { encoded.append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// `text` with `http://` in front unless it has a scheme; nil when it cannot be an address.
  static func withScheme(_ text: String) -> String? {
    let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !trimmed.isEmpty, !trimmed.contains(" ") else { return nil }
    if let scheme = trimmed.firstRange(of: "://") {
      let isNamed = trimmed[..<scheme.lowerBound].allSatisfy { $0.isLetter || $0.isNumber }
      return isNamed && scheme.upperBound < trimmed.endIndex ? trimmed : nil
    }
    return trimmed.contains(".") || trimmed.hasPrefix("localhost") ? "http://" + trimmed : nil
  }
}
