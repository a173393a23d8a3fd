/// Makes ids as Close's look: a prefix and 43 (newer resources 22) letters and digits.
struct IDSource: Sendable {
  private var random: SeededRandom
  private static let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func next(_ kind: Kind) -> String {
    next(prefix: kind.resource.prefix, length: kind.resource.idLength)
  }

  mutating func next(prefix: String, length: Int) -> String {
    var bytes = Array(prefix.utf8)
    bytes.reserveCapacity(bytes.count + length)
    var pool: UInt64 = 0
    for index in 0..<length {
      if index % 10 == 0 { pool = random.next() }
      bytes.append(IDSource.alphabet[Int(pool % 62)])
      pool /= 62
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Random hexadecimal digits, as secrets have them.
  mutating func hexadecimal(_ length: Int) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: (0..<length).map { _ in digits[random.below(16)] }, as: UTF8.self)
  }
}
