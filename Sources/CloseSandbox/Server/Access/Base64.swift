/// Base64 as the Authorization header has it (RFC 4648, standard alphabet, padded).
enum Base64 {
  /// The bytes `text` stands for; nil when it is not Base64.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let units = Array(text.utf8)
    let padding = units.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard units.count.isMultiple(of: 4), padding <= 2 else { return nil }
    var decoded: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for unit in units.dropLast(padding) {
      guard let value = value(of: unit) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return decoded
  }

  private static func value(of unit: UInt8) -> UInt8? {
    switch unit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): unit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): unit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): unit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
