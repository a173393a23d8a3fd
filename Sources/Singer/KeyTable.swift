import JSONBytes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the JSON keys of a fixed set of objects by their bytes, without making a `String`.
///
/// Records of one API come with their keys in the same order, so the key after the last one is guessed first: when
/// its bytes come next in the page, they are not even looked through. Only a wrong guess pays for a hash.
///
/// Objects and keys share one numbering: an object stands for the place before its first key.
struct KeyTable: Sendable {
  private struct Entry {
    /// Where the key stands in `text`, quotes and colon included; nothing for an object.
    let start: Int
    let end: Int
    /// The object the key belongs to.
    let object: Int
    /// Whether a page that holds these bytes holds this key: no quote or backslash is in it.
    let isPlain: Bool
    /// The key that came after this one last time; -1 is not known yet.
    var follower = -1
  }

  /// All keys behind each other, each as `"key":`.
  private var text: [UInt8] = []
  private var entries: [Entry] = []
  /// Open addressing, a power of two in size, at most half full; -1 is free.
  private var slots: [Int] = Array(repeating: -1, count: 16)

  /// Number of objects and keys.
  var count: Int { entries.count }

  /// Adds an object and returns its index.
  mutating func addObject() -> Int {
    entries.append(Entry(start: text.count, end: text.count, object: entries.count, isPlain: false))
    return entries.count - 1
  }

  /// Adds a key that its object does not have yet and returns its index.
  mutating func insert(_ key: some Collection<UInt8>, in object: Int) -> Int {
    let index = entries.count
    let start = text.count
    text.append(UInt8(ascii: "\""))
    text.append(contentsOf: key)
    text.append(contentsOf: "\":".utf8)
    let isPlain = key.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    entries.append(Entry(start: start, end: text.count, object: object, isPlain: isPlain))
    if entries.count * 2 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 2)
      for known in entries.indices { place(known) }
    } else {
      place(index)
    }
    return index
  }

  /// Moves the cursor past the key that is expected behind `previous`, and past its colon, when they come next.
  ///
  /// - Parameter previous: the key before, or the object at its start.
  /// - Returns: the key's index; -1 when something else comes, and nothing has been consumed.
  @inline(__always)
  func skipExpected(behind previous: Int, _ cursor: inout JSONCursor) -> Int {
    let guess = entries[previous].follower
    guard guess >= 0 else { return -1 }
    let (start, end) = (entries[guess].start, entries[guess].end)
    return unsafe text.withUnsafeBytes {
      unsafe cursor.skip(ifNext: UnsafeRawBufferPointer(rebasing: $0[start..<end])) ? guess : -1
    }
  }

  /// The index of a key of `object`, or nil; it will be expected behind `previous` from now on.
  mutating func find(_ key: UnsafeRawBufferPointer, in object: Int, behind previous: Int) -> Int? {
    var slot = unsafe KeyTable.hash(key, object) & (slots.count - 1)
    while slots[slot] >= 0 {
      let index = slots[slot]
      if unsafe entries[index].object == object && holds(index, key) {
        if entries[index].isPlain { entries[previous].follower = index }
        return index
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func place(_ index: Int) {
    let entry = entries[index]
    guard entry.end > entry.start else { return }
    let content = text[entry.start + 1..<entry.end - 2]
    var slot = unsafe content.withUnsafeBytes { unsafe KeyTable.hash($0, entry.object) } & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = index
  }

  private func holds(_ index: Int, _ key: UnsafeRawBufferPointer) -> Bool {
    let start = entries[index].start + 1
    guard entries[index].end - 2 - start == key.count else { return false }
    // Safety: the key lies inside `text`, and both sides have as many bytes as are compared.
    return unsafe text.withUnsafeBytes { text in
      guard let known = text.baseAddress, let key = key.baseAddress else { return true }
      return unsafe memcmp(known + start, key, entries[index].end - 2 - start) == 0
    }
  }

  /// FNV-1a.
  private static func hash(_ key: UnsafeRawBufferPointer, _ object: Int) -> Int {
    let seed = 0xCBF2_9CE4_8422_2325 ^ UInt64(truncatingIfNeeded: object)
    let hash = unsafe key.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash >> 7 & 0x7FFF_FFFF)
  }
}
