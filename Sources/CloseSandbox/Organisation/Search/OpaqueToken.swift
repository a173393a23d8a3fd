import JSONBytes

/// A small JSON array in hexadecimal: cursors that say nothing to those who hold them.
enum OpaqueToken {
  static func encode(_ values: [JSONValue]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in JSONValue.array(values).compact.utf8 {
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for anything that `encode` has not made.
  static func decode(_ token: String) -> [JSONValue]? {
    let digits = token.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    let nibbles = digits.compactMap { $0 }.map { UInt8($0) }
    let bytes = stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    return (try? JSONValue(parsing: bytes))?.array
  }
}
