/// What to do with a key that stands twice in one object.
public enum DuplicateKeys: Sendable {
  /// The later value counts, as in most JSON readers.
  case lastWins
  /// The text is malformed.
  case reject
}

extension JSONValue {
  /// Parses one JSON text.
  ///
  /// - Throws: `JSONError` with the byte offset.
  public init(parsing bytes: [UInt8], duplicateKeys: DuplicateKeys = .lastWins) throws(JSONError) {
    self = try withJSONCursor(bytes) { (cursor) throws(JSONError) in
      let value = try cursor.readValue(duplicateKeys)
      try cursor.expectEnd()
      return value
    }
  }

  /// Parses one JSON text.
  ///
  /// - Throws: `JSONError` with the byte offset in UTF-8.
  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }
}

extension JSONCursor {
  /// Reads the value at the cursor into a tree.
  public mutating func readValue(_ duplicateKeys: DuplicateKeys = .lastWins) throws(JSONError) -> JSONValue {
    switch peek() {
    case UInt8(ascii: "\""):
      return .string(text(of: try skipString()))
    case UInt8(ascii: "{"):
      var object = JSONObject()
      try enterObject()
      while let key = try nextKey() {
        let name = text(of: key)
        if duplicateKeys == .reject, object[name] != nil {
          throw JSONError(.duplicateKey, at: key.content.lowerBound - 1)
        }
        object[name] = try readValue(duplicateKeys)
      }
      return .object(object)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try enterArray()
      while try nextElement() { elements.append(try readValue(duplicateKeys)) }
      return .array(elements)
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      return .bool(try readBool() ?? false)
    case UInt8(ascii: "n"):
      try skipValue()
      return .null
    default:
      let range = try skipValue()
      return .number(JSONNumber(verbatim: text(in: range)))
    }
  }
}
