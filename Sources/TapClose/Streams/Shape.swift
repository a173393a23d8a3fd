import JSONBytes

/// The fields of an object, declared once; discovery turns them into JSON Schema.
///
/// Each property gets one type plus null: that is what every loader can make a column of.
struct Shape: Sendable {
  /// Names of one type, for example `.string("name", "url")`.
  struct Fields: Sendable {
    let names: [String]
    let type: FieldType
  }

  var groups: [Fields]

  init(_ groups: Fields...) { self.groups = groups }

  /// This shape and more fields.
  func adding(_ more: Fields...) -> Shape {
    var shape = self
    shape.groups += more
    return shape
  }

  /// This shape and all fields of `others`; a field that stands twice keeps its first type.
  func merging(_ others: [Shape]) -> Shape {
    var shape = self
    shape.groups += others.flatMap(\.groups)
    return shape
  }

  /// `{"type": "object", "properties": {…}}` with properties in alphabetical order.
  var schema: JSONValue {
    ["type": "object", "properties": .object(properties)]
  }

  var properties: JSONObject {
    var types: [String: FieldType] = [:]
    for group in groups {
      for name in group.names where types[name] == nil { types[name] = group.type }
    }
    return JSONObject(types.sorted { $0.key < $1.key }.map { ($0.key, $0.value.schema) })
  }
}

/// The type of a field as loaders see it.
indirect enum FieldType: Sendable {
  /// A string that is always there.
  case key
  case string
  case integer
  case number
  case boolean
  /// A date-time; written as `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
  case instant
  /// A day, `YYYY-MM-DD`.
  case date
  /// An object; what no shape declares in it passes through.
  case object(Shape)
  case list(FieldType)

  var schema: JSONValue {
    switch self {
    case .key: ["type": "string"]
    case .string: ["type": ["null", "string"]]
    case .integer: ["type": ["null", "integer"]]
    case .number: ["type": ["null", "number"]]
    case .boolean: ["type": ["null", "boolean"]]
    case .instant: ["type": ["null", "string"], "format": "date-time"]
    case .date: ["type": ["null", "string"], "format": "date"]
    case .object(let shape) where shape.groups.isEmpty:
      ["type": ["null", "object"], "additionalProperties": true]
    case .object(let shape):
      ["type": ["null", "object"], "properties": .object(shape.properties), "additionalProperties": true]
    case .list(let element): ["type": ["null", "array"], "items": element.schema]
    }
  }
}

// MARK: - Notation

extension Shape.Fields {
  static func key(_ names: String...) -> Self { Self(names: names, type: .key) }
  static func string(_ names: String...) -> Self { Self(names: names, type: .string) }
  static func integer(_ names: String...) -> Self { Self(names: names, type: .integer) }
  static func number(_ names: String...) -> Self { Self(names: names, type: .number) }
  static func boolean(_ names: String...) -> Self { Self(names: names, type: .boolean) }
  static func instant(_ names: String...) -> Self { Self(names: names, type: .instant) }
  static func date(_ names: String...) -> Self { Self(names: names, type: .date) }
  /// Lists of strings.
  static func strings(_ names: String...) -> Self { Self(names: names, type: .list(.string)) }
  /// Objects, free when no shape is given.
  static func object(_ names: String..., of shape: Shape = Shape()) -> Self {
    Self(names: names, type: .object(shape))
  }
  /// Lists of objects, free when no shape is given.
  static func objects(_ names: String..., of shape: Shape = Shape()) -> Self {
    Self(names: names, type: .list(.object(shape)))
  }
}
