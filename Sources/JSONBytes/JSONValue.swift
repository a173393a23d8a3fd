/// A small JSON document as a tree that keeps key order and the exact text of numbers.
///
/// For configuration, catalogs, state, plans and errors. Pages of records never become `JSONValue`s.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number in the text it came with.
  case number(JSONNumber)
  /// A string, unescaped.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)
}

/// A number kept as text, so that `12345678901234567890` and `1.10` go out as they came in.
///
/// Two numbers are equal when their texts are: `1.0` is not `1`.
public struct JSONNumber: Hashable, Sendable {
  /// The number as it stands in JSON.
  public let text: String

  /// Takes over a text that is known to be a JSON number.
  init(verbatim text: String) { self.text = text }

  /// A whole number.
  public init(_ value: Int) { text = String(value) }

  /// A finite number; nil for NaN and infinities, which JSON cannot say.
  public init?(_ value: Double) {
    guard value.isFinite else { return nil }
    text = value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }

  /// The value when it is whole and fits; `1.0` and `1e3` are whole too, below 2^53 in that notation.
  public var int: Int? {
    if let value = Int(text) { return value }
    // From 2^53 on the nearest `Double` may be another whole number.
    guard let double, abs(double) < 0x1p53 else { return nil }
    return Int(exactly: double)
  }

  /// The nearest `Double`; nil when the number is too large for one.
  public var double: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}

// MARK: - Looking inside

extension JSONValue {
  /// The text, when this is a string.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The truth value, when this is a boolean.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The whole number, when this is one.
  public var int: Int? { if case .number(let value) = self { value.int } else { nil } }
  /// The number, when this is one.
  public var double: Double? { if case .number(let value) = self { value.double } else { nil } }
  /// The elements, when this is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The members, when this is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// The member called `key`, when this is an object that has one.
  ///
  /// Writing to a value that is not an object turns it into one; writing nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { object?[key] }
    set {
      var members = object ?? JSONObject()
      self = .null  // Lets `members` be changed in place instead of being copied.
      members[key] = newValue
      self = .object(members)
    }
  }

  /// The name of the JSON type, as JSON Schema writes it.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

// MARK: - Literals

extension JSONValue: ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object with its keys in the order written.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }

  /// A whole number.
  public static func int(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
}
