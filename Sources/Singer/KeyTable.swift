#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds a JSON key among a fixed set by its bytes, without making a `String`.
///
/// Records of one API come with their keys in the same order, so the key after the last one is guessed first;
/// only a wrong guess pays for a hash.
struct KeyTable: Sendable {
  /// All keys behind each other, and where each lies.
  private var text: [UInt8] = []
  private var bounds: [Range<Int>] = []
  /// Open addressing, a power of two in size, at most half full; -1 is free.
  private var slots: [Int] = Array(repeating: -1, count: 16)
  /// The key that came first last time, then for each key the one that came after it; -1 is not known yet.
  private var followers: [Int] = [-1]

  /// Number of keys; indices run from 0 in the order of insertion.
  var count: Int { bounds.count }

  /// Adds a key that is not in the table yet and returns its index.
  mutating func insert(_ key: some Collection<UInt8>) -> Int {
    let index = bounds.count
    bounds.append(text.count..<text.count + key.count)
    text.append(contentsOf: key)
    followers.append(-1)
    if bounds.count * 2 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 2)
      for known in bounds.indices { place(known) }
    } else {
      place(index)
    }
    return index
  }

  /// The index of `key`, or nil; `previous` is the index found before it in this object, nil at the start.
  mutating func find(_ key: UnsafeRawBufferPointer, after previous: Int?) -> Int? {
    let place = (previous ?? -1) + 1
    let guess = followers[place]
    if unsafe guess >= 0 && isEqual(guess, key) { return guess }
    guard let found = unsafe look(for: key) else { return nil }
    followers[place] = found
    return found
  }

  private func look(for key: UnsafeRawBufferPointer) -> Int? {
    var slot = unsafe KeyTable.hash(key) & (slots.count - 1)
    while slots[slot] >= 0 {
      if unsafe isEqual(slots[slot], key) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func place(_ index: Int) {
    var slot = unsafe text[bounds[index]].withUnsafeBytes { unsafe KeyTable.hash($0) } & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = index
  }

  private func isEqual(_ index: Int, _ key: UnsafeRawBufferPointer) -> Bool {
    let bounds = bounds[index]
    guard bounds.count == key.count else { return false }
    // Safety: `bounds` lies inside `text`, and both sides have as many bytes as are compared.
    return unsafe text.withUnsafeBytes { text in
      guard let known = text.baseAddress, let key = key.baseAddress else { return true }
      return unsafe memcmp(known + bounds.lowerBound, key, bounds.count) == 0
    }
  }

  /// FNV-1a.
  private static func hash(_ key: UnsafeRawBufferPointer) -> Int {
    let hash = unsafe key.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash >> 7 & 0x7FFF_FFFF)
  }
}
