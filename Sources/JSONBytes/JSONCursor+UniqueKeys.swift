// Skipping with one more check than RFC 8259 asks for: no key may stand twice in one object.

extension JSONCursor {
  /// Skips one value of any type like `skipValue`, but fails on a key that stands twice in one object.
  ///
  /// Keys are compared as they read, so `"a"` and `"\u0061"` are the same.
  @discardableResult
  public mutating func skipUniqueValue() throws(JSONError) -> Range<Int> {
    switch peek() {
    case UInt8(ascii: "{"):
      let start = offset
      try enterObject()
      var keys = KeySet()
      while let key = try nextKey() {
        guard keys.insert(key, self) else { throw JSONError(.duplicateKey, at: key.content.lowerBound - 1) }
        try skipUniqueValue()
      }
      return start..<offset
    case UInt8(ascii: "["):
      let start = offset
      try enterArray()
      while try nextElement() { try skipUniqueValue() }
      return start..<offset
    default:
      return try skipValue()
    }
  }
}

/// The keys of one object seen so far: a short list of hashes at first, a set of texts once it grows long.
private struct KeySet {
  private var hashes: [UInt64] = []
  private var texts: Set<String> = []
  private var keys: [JSONString] = []
  private static let shortLimit = 32

  /// Adds a key; false when it is there already.
  mutating func insert(_ key: JSONString, _ cursor: JSONCursor) -> Bool {
    guard texts.isEmpty else { return texts.insert(cursor.text(of: key)).inserted }
    let hash = cursor.hash(of: key)
    for (index, other) in hashes.enumerated() where other == hash {
      if cursor.text(of: keys[index]) == cursor.text(of: key) { return false }
    }
    hashes.append(hash)
    keys.append(key)
    if keys.count == KeySet.shortLimit { texts = Set(keys.map { cursor.text(of: $0) }) }
    return true
  }
}

extension JSONCursor {
  /// A number that is the same for keys that read the same.
  fileprivate func hash(of key: JSONString) -> UInt64 {
    // FNV-1a; the text is compared when two numbers are equal, so a clash costs time only.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    if key.hasEscapes {
      for unit in text(of: key).utf8 { hash = (hash ^ UInt64(unit)) &* 0x100_0000_01B3 }
    } else {
      for index in key.content { hash = (hash ^ UInt64(byte(index))) &* 0x100_0000_01B3 }
    }
    return hash
  }
}
