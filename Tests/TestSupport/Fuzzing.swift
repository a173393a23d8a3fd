#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tests with damaged input: the same few thousand cases in every run, more or others on demand.
///
/// `FUZZ_ITERATIONS` says how many, `FUZZ_SEED` which; case `n` of seed `s` is case 0 of seed `s + n`.
public enum Fuzzing {
  /// The cases to try, `usual` many when the environment does not say otherwise.
  public static func cases(_ usual: Int) -> some Sequence<SeededGenerator> {
    let seed = UInt64(number("FUZZ_SEED") ?? 1)
    return (0..<(number("FUZZ_ITERATIONS") ?? usual)).lazy.map { SeededGenerator(seed: seed &+ UInt64($0)) }
  }

  private static func number(_ variable: String) -> Int? {
    // Safety: the text is copied at once, and tests do not change the environment.
    guard let text = unsafe getenv(variable) else { return nil }
    return unsafe Int(String(cString: text))
  }
}

extension SeededGenerator {
  /// The bytes with a few of them changed, lost, doubled or cut off.
  public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    let telling = Array("\"\\{}[],:00-+.eE \n\u{1}tfnu".utf8)
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let index = Int.random(in: bytes.indices, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &self)
      case 1: bytes[index] = pick(telling)
      case 2: bytes.remove(at: index)
      case 3: bytes.insert(pick(telling), at: index)
      case 4: bytes.insert(contentsOf: Array(bytes[index...].prefix(9)), at: index)
      default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 2...200, using: &self)))
      }
    }
    return bytes
  }
}
