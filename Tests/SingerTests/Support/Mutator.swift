import TestSupport

/// Spoils texts in a way that is the same in every run.
struct Mutator {
  private var random: SeededGenerator
  private static let tokens = [
    "null", "true", "{", "}", "[", "]", "\"", ",", ":", "\\", "\n", "\\ud83d", "\\u0000", "-1e999", "01",
    "NaN", "\u{0}",
    "\u{FEFF}", "\u{1F600}", "{}", "[]", "\"\"", "1.0", "\"streams\"", "\"selected\"", "\"items\"",
    "\"properties\"",
    "\"type\"", "\"RECORD\"", "\"2024-05-01\"", "9999999999999999999999",
  ].map { Array($0.utf8) }

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// A number below `bound`.
  mutating func number(below bound: Int) -> Int { Int(random.next() % UInt64(max(bound, 1))) }

  /// The text with one to four faults in it.
  mutating func spoil(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0...number(below: 4) {
      let start = number(below: bytes.count + 1)
      let end = min(start + number(below: 12), bytes.count)
      switch number(below: 6) {
      case 0 where start < bytes.count: bytes[start] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.removeSubrange(start..<end)
      case 2: bytes.insert(contentsOf: bytes[start..<end], at: number(below: bytes.count + 1))
      case 3: bytes.removeSubrange(start...)
      case 4: bytes.replaceSubrange(start..<end, with: Mutator.tokens[number(below: Mutator.tokens.count)])
      default: bytes.insert(contentsOf: Mutator.tokens[number(below: Mutator.tokens.count)], at: start)
      }
    }
    return bytes
  }
}
