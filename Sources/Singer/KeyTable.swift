import JSONBytes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the JSON keys of a set of objects by their bytes, without making a `String`, and holds a value for each.
///
/// Records of one API come with their keys in the same order, though some may lack. So the keys behind the last
/// one in that order are guessed first: when the bytes of one come next in the page, they are not even looked
/// through. Only a key out of order pays for a hash.
///
/// Objects and keys share one numbering: an object stands for the place before its first key.
struct KeyTable<Value: Sendable>: Sendable {
  private var keys = Keys()
  /// Open addressing, a power of two in size, at most half full; -1 is free.
  private var slots: [Int32] = Array(repeating: -1, count: 16)

  /// Number of objects and keys.
  var count: Int { keys.count }

  /// The entries by index, to be read and changed in place; good until the next key is added.
  // Safety: who changes one has called `makeUnique`, and keeps the table meanwhile.
  var entries: UnsafeMutablePointer<Entry> {
    @inline(__always) get { unsafe keys.entries }
  }

  /// Makes sure that nobody else sees what is changed through `entries`.
  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&keys) { keys = Keys(copying: keys) }
  }

  /// What is held for an object or a key.
  subscript(index: Int) -> Value {
    get {
      precondition(0 <= index && index < keys.count)
      return unsafe entries[index].value
    }
    set {
      precondition(0 <= index && index < keys.count)
      makeUnique()
      unsafe entries[index].value = newValue
    }
  }

  /// Adds an object and returns its index.
  mutating func addObject(_ value: Value) -> Int {
    makeUnique()
    return keys.append([], object: keys.count, isPlain: false, value)
  }

  /// Adds a key that its object does not have yet and returns its index.
  mutating func insert(_ key: some Collection<UInt8>, in object: Int, _ value: Value) -> Int {
    makeUnique()
    let isPlain = key.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    let index = keys.append(
      [UInt8(ascii: "\"")] + key + Array("\":".utf8), object: object, isPlain: isPlain, value)
    if keys.count * 2 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 2)
      for known in 0..<keys.count { place(known) }
    } else {
      place(index)
    }
    return index
  }

  /// The index of a key of `object`, or nil; it will be expected behind `previous` from now on.
  mutating func find(_ key: UnsafeRawBufferPointer, in object: Int, behind previous: Int) -> Int? {
    var slot = unsafe KeyTable.hash(key, object) & (slots.count - 1)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if unsafe Int(entries[index].object) == object && keys.isEqual(index, key) {
        expect(index, behind: previous)
        return index
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func place(_ index: Int) {
    guard let content = unsafe keys.content(of: index) else { return }
    var slot = unsafe KeyTable.hash(content, Int(entries[index].object)) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(index)
  }

  /// Keys of one object differ in their first or last eight bytes, or in their length, for the most part.
  private static func hash(_ key: UnsafeRawBufferPointer, _ object: Int) -> Int {
    let length = UInt64(truncatingIfNeeded: key.count)
    var hash = (UInt64(truncatingIfNeeded: object) &<< 32 ^ length) &* 0x9E37_79B9_7F4A_7C15
    if key.count >= 8 {
      // Safety: both words lie inside the key.
      let first = unsafe key.loadUnaligned(as: UInt64.self)
      let last = unsafe key.loadUnaligned(fromByteOffset: key.count - 8, as: UInt64.self)
      hash = (hash ^ first) &* 0xFF51_AFD7_ED55_8CCD
      hash = (hash ^ hash &>> 32 ^ last) &* 0xC4CE_B9FE_1A85_EC53
    } else {
      hash = unsafe key.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
    return Int(truncatingIfNeeded: hash &>> 33)
  }
}

// MARK: - Expecting

extension KeyTable {
  /// The next key in order behind `previous`, and where it ends, when its bytes, colon included, stand at `offset`;
  /// -1 when something else does.
  ///
  /// - Parameter previous: the key before, or the object at its start.
  @inline(__always)
  func expected(behind previous: Int, at offset: Int, _ cursor: borrowing JSONCursor) -> (key: Int, end: Int)
  {
    let next = unsafe Int(entries[previous].next)
    let end = next < 0 ? -1 : keys.end(of: next, at: offset, cursor)
    return end < 0 ? (-1, -1) : (next, end)
  }

  /// How many keys in a row may lack without the next one being looked for.
  private static var mostAbsent: Int { 12 }

  /// Like `expected`, when not the next key but one that came out of order before, or one further on, stands there.
  func expectedFurther(behind previous: Int, at offset: Int, _ cursor: JSONCursor) -> (key: Int, end: Int) {
    guard cursor.holds(UInt8(ascii: "\""), at: offset) else { return (-1, -1) }
    let exception = unsafe Int(entries[previous].exception)
    if exception >= 0 {
      let end = keys.end(of: exception, at: offset, cursor)
      if end >= 0 { return (exception, end) }
    }
    var next = unsafe Int(entries[previous].next)
    for _ in 0..<KeyTable.mostAbsent where next >= 0 {
      next = unsafe Int(entries[next].next)
      let end = next < 0 ? -1 : keys.end(of: next, at: offset, cursor)
      if end >= 0 { return (next, end) }
    }
    return (-1, -1)
  }

  private mutating func expect(_ index: Int, behind previous: Int) {
    makeUnique()
    guard unsafe entries[index].isPlain else { return }
    if unsafe entries[index].isPlaced {
      unsafe entries[previous].exception = Int32(index)
    } else {
      unsafe entries[index].next = entries[previous].next
      unsafe entries[index].isPlaced = true
      unsafe entries[previous].next = Int32(index)
    }
  }
}
