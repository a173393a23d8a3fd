// Skipping with one more check than RFC 8259 asks for: no key may stand twice in one object.

extension JSONCursor {
  /// Skips one value of any type like `skipValue`, but fails on a key that stands twice in one object.
  ///
  /// Keys are compared as they read, so `"a"` and `"\u0061"` are the same.
  @discardableResult
  public mutating func skipUniqueValue() throws(JSONError) -> Range<Int> {
    var seen = SeenKeys()
    return try skipUniqueValue(&seen)
  }

  private mutating func skipUniqueValue(_ seen: inout SeenKeys) throws(JSONError) -> Range<Int> {
    switch peek() {
    case UInt8(ascii: "{"):
      let start = offset
      let outer = seen.enterObject()
      try enterObject()
      while let key = try nextKey() {
        guard seen.insert(key, self) else { throw JSONError(.duplicateKey, at: key.content.lowerBound - 1) }
        _ = try skipUniqueValue(&seen)
      }
      seen.leaveObject(to: outer)
      return start..<offset
    case UInt8(ascii: "["):
      let start = offset
      try enterArray()
      while try nextElement() { _ = try skipUniqueValue(&seen) }
      return start..<offset
    default:
      return try skipValue()
    }
  }
}

/// The keys of the objects around the cursor, those of the innermost one last.
private struct SeenKeys {
  private var hashes: [Int] = []
  private var keys: [JSONString] = []
  /// Where the keys of the innermost object start.
  private var start = 0
  /// The hashes of the innermost object, once they are too many to be looked through.
  private var index: Set<Int> = []
  private static let shortLimit = 64

  /// Starts on the keys of another object; returns what `leaveObject` needs to come back to this one.
  mutating func enterObject() -> (start: Int, index: Set<Int>) {
    defer { (start, index) = (hashes.count, []) }
    return (start, index)
  }

  mutating func leaveObject(to outer: (start: Int, index: Set<Int>)) {
    hashes.removeSubrange(start...)
    keys.removeSubrange(start...)
    (start, index) = outer
  }

  /// Adds a key; false when it is there already.
  mutating func insert(_ key: JSONString, _ cursor: JSONCursor) -> Bool {
    let hash = cursor.hash(of: key)
    if mayContain(hash) {
      for position in start..<hashes.count where hashes[position] == hash {
        if cursor.text(of: keys[position]) == cursor.text(of: key) { return false }
      }
    }
    hashes.append(hash)
    keys.append(key)
    if !index.isEmpty {
      index.insert(hash)
    } else if hashes.count - start == SeenKeys.shortLimit {
      index = Set(hashes[start...])
    }
    return true
  }

  private func mayContain(_ hash: Int) -> Bool {
    index.isEmpty ? hashes[start...].contains(hash) : index.contains(hash)
  }
}

extension JSONCursor {
  /// A number that is the same for keys that read the same; nobody outside can choose keys that clash.
  fileprivate func hash(of key: JSONString) -> Int {
    var hasher = Hasher()
    if key.hasEscapes {
      var text: [UInt8] = []
      appendUnescaped(key, to: &text)
      unsafe text.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    } else {
      unsafe withBytes(in: key.content) { unsafe hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
  }
}
