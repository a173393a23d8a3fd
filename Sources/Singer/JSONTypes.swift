import JSONBytes

/// A set of JSON types.
struct JSONTypes: OptionSet, Sendable {
  let rawValue: UInt8
  static let null = JSONTypes(rawValue: 1)
  static let boolean = JSONTypes(rawValue: 2)
  static let integer = JSONTypes(rawValue: 4)
  static let number = JSONTypes(rawValue: 8)
  static let string = JSONTypes(rawValue: 16)
  static let array = JSONTypes(rawValue: 32)
  static let object = JSONTypes(rawValue: 64)
  static let any = JSONTypes(rawValue: 127)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The types a property schema allows; all when it names none or combines schemas.
  init(schema: JSONValue) {
    let names = schema["type"]?.array?.compactMap(\.string) ?? schema["type"]?.string.map { [$0] } ?? []
    self = names.isEmpty ? .any : names.reduce(into: []) { $0.insert(JSONTypes(name: $1)) }
  }

  private init(name: String) {
    switch name {
    case "null": self = .null
    case "boolean": self = .boolean
    case "integer": self = .integer
    case "number": self = [.number, .integer]
    case "string": self = .string
    case "array": self = .array
    case "object": self = .object
    default: self = .any
    }
  }

  /// The type of the value that starts with `byte`; whole numbers are not told from others.
  @inline(__always)
  init(firstByte byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): self = .string
    case UInt8(ascii: "{"): self = .object
    case UInt8(ascii: "["): self = .array
    case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .boolean
    case UInt8(ascii: "n"): self = .null
    default: self = .number
    }
  }

  /// Whether a value of this `type` may stand here; a fraction or exponent makes a number no integer.
  func permits(_ type: JSONTypes, _ value: Range<Int>, _ cursor: JSONCursor) -> Bool {
    if contains(type) { return true }
    guard type == .number, contains(.integer) else { return false }
    return unsafe cursor.withBytes(in: value) {
      unsafe $0.allSatisfy { $0 <= UInt8(ascii: "9") && $0 != UInt8(ascii: ".") }
    }
  }
}

extension JSONCursor {
  /// The type of the value at `offset`, if one stands there.
  @inline(__always)
  func type(at offset: Int) -> JSONTypes {
    offset < count ? JSONTypes(firstByte: self[offset]) : .null
  }

  /// The type of the value the cursor stands before.
  var nextType: JSONTypes {
    @inline(__always) mutating get { peek().map { JSONTypes(firstByte: $0) } ?? .null }
  }
}
