/// 128 bits that stand for some bytes: equal digests mean equal bytes, for all that ever happens in practice.
///
/// Stable across runs and machines, because journals hold digests. Not for secrets.
struct Digest: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// The digest of `parts` in order; `["ab", "c"]` and `["a", "bc"]` differ.
  init(_ parts: [[UInt8]]) {
    var (first, second): (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03)
    for part in parts {
      first = Digest.mix(first ^ UInt64(part.count), 0xA076_1D64_78BD_642F)
      for start in stride(from: 0, to: part.count, by: 8) {
        let word = Digest.word(part, from: start)
        first = Digest.mix(first ^ word, 0xE703_7ED1_A0B4_28DB) &+ second
        second = Digest.mix(second &+ word, 0x8EBC_6AF0_9C88_C6E3) ^ word
      }
    }
    high = Digest.mix(first, 0x5899_65CC_7537_4CC3)
    low = Digest.mix(second ^ first, 0x1D8E_4E27_C47D_124F)
  }

  /// The digest of texts in order.
  init(_ texts: String...) { self.init(texts.map { Array($0.utf8) }) }

  /// Both halves of a full product, so that every input bit reaches every output bit.
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(by: right)
    return product.high ^ product.low ^ left
  }

  private static func word(_ bytes: [UInt8], from start: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in start..<min(start + 8, bytes.count) { word = word << 8 | UInt64(bytes[index]) }
    return word
  }
}

extension Digest: CustomStringConvertible {
  /// 32 hexadecimal digits.
  var description: String { Digest.hex(high) + Digest.hex(low) }

  /// Reads 32 hexadecimal digits; nil for anything else.
  init?(_ text: String) {
    guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
      let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.high = high
    self.low = low
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
