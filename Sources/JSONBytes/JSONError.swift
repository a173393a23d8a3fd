/// What is wrong with a piece of JSON text, and at which byte.
public struct JSONError: Error, Hashable, Sendable {
  /// The kinds of fault a reader can meet.
  public enum Code: UInt8, Sendable {
    /// The text ends inside a value.
    case unexpectedEnd
    /// A byte that cannot stand here.
    case unexpectedByte
    /// A number that breaks RFC 8259's grammar (`01`, `1.x`, `-a`).
    case invalidNumber
    /// An escape that JSON does not know (`\x`, `\u12g4`).
    case invalidEscape
    /// A raw control character inside a string.
    case controlCharacter
    /// Bytes inside a string that are not UTF-8.
    case invalidUTF8
    /// More than `JSONCursor.maximumDepth` arrays and objects inside each other.
    case tooDeep
    /// Something follows the value that should be the last.
    case trailingBytes
    /// A value of another type than the reader asked for.
    case wrongType
    /// A key that stands twice in one object.
    case duplicateKey
  }

  /// The kind of fault.
  public let code: Code
  /// Offset of the fault from the start of the text.
  ///
  /// That is the byte that cannot stand there, or the first one of the number, escape, character, key or value
  /// that is wrong; at a premature end, the length of the text.
  public let offset: Int

  /// Creates an error for the byte at `offset`.
  public init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  /// One phrase with the byte offset, for example `invalid number at byte 17`.
  public var description: String {
    "\(code.phrase) at byte \(offset)"
  }
}

extension JSONError.Code {
  var phrase: String {
    switch self {
    case .unexpectedEnd: "the JSON text ends too early"
    case .unexpectedByte: "unexpected byte in JSON"
    case .invalidNumber: "invalid number"
    case .invalidEscape: "invalid escape in a string"
    case .controlCharacter: "unescaped control character in a string"
    case .invalidUTF8: "invalid UTF-8"
    case .tooDeep: "JSON nested deeper than \(JSONCursor.maximumDepth) levels"
    case .trailingBytes: "unexpected text after the JSON value"
    case .wrongType: "JSON value of another type than expected"
    case .duplicateKey: "a key that stands twice in one object"
    }
  }
}
