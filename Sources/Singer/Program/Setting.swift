public import JSONBytes

/// One setting of a program, declared once for reading, checking and `--about`.
public struct Setting: Hashable, Sendable {
  /// The type of a setting's value.
  public enum Kind: Hashable, Sendable {
    /// Text.
    case string
    /// Text that is an ISO 8601 date or date-time.
    case dateTime
    /// A whole number.
    case integer
    /// Any number.
    case number
    /// `true` or `false`.
    case boolean
    /// A list.
    case array
    /// Named values.
    case object
  }

  /// The key in config files.
  public let name: String
  /// The type of the value.
  public let kind: Kind
  /// What counts when nothing is set.
  public let defaultValue: JSONValue?
  /// Whether the value must never be shown.
  public let isSecret: Bool
  /// Whether the program cannot run without it.
  public let isRequired: Bool
  /// The texts allowed; empty when any is.
  public let choices: [String]
  /// The numbers allowed; nil when any is.
  public let range: ClosedRange<Double>?
  /// Of an object that holds a block of settings under each of any names: what stands in a block.
  public let blockSettings: [Setting]
  /// One or two sentences for `--about`.
  public let description: String

  /// Declares a setting.
  public init(
    _ name: String, _ kind: Kind, default defaultValue: JSONValue? = nil, isSecret: Bool = false,
    isRequired: Bool = false, choices: [String] = [], range: ClosedRange<Double>? = nil,
    blockSettings: [Setting] = [], description: String
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.isSecret = isSecret
    self.isRequired = isRequired
    self.choices = choices
    self.range = range
    self.blockSettings = blockSettings
    self.description = description
  }
}

extension Setting {
  /// The value in the setting's own type; nil when it cannot be read as such.
  ///
  /// Texts are read as what they say, because environments and some runners know nothing but text.
  func value(from value: JSONValue) -> JSONValue? {
    guard let typed = typed(value) else { return nil }
    if let text = typed.string, !choices.isEmpty, !choices.contains(text) { return nil }
    if let number = typed.double, let range, !range.contains(number) { return nil }
    return typed
  }

  private func typed(_ value: JSONValue) -> JSONValue? {
    switch (kind, value) {
    case (.string, .string), (.boolean, .bool), (.number, .number), (.array, .array), (.object, .object):
      value
    case (.dateTime, .string(let text)): Timestamp(text).map { _ in value }
    case (.integer, .number): value.int.map(JSONValue.int)
    case (.integer, .string(let text)): Int(text).map(JSONValue.int)
    case (.boolean, .string(let text)): Setting.truth(of: text).map(JSONValue.bool)
    case (.number, .string(let text)), (.array, .string(let text)), (.object, .string(let text)):
      // Only JSON of the right type, so that a text in quotes is not unwrapped again and again.
      (try? JSONValue(parsing: text)).flatMap { $0.string == nil ? typed($0) : nil }
    default: nil
    }
  }

  private static func truth(of text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "1", "yes", "on": true
    case "false", "0", "no", "off": false
    default: nil
    }
  }

  /// What a value must be, for errors.
  var requirement: String {
    if !choices.isEmpty { return "one of \(choices.joined(separator: ", "))" }
    let type =
      switch kind {
      case .string: "a string"
      case .dateTime: "a date-time such as 2024-01-31T08:00:00Z"
      case .integer: "a whole number"
      case .number: "a number"
      case .boolean: "true or false"
      case .array: "an array"
      case .object: "an object"
      }
    return range.map {
      "\(type) from \(Setting.text(of: $0.lowerBound)) to \(Setting.text(of: $0.upperBound))"
    } ?? type
  }

  private static func text(of bound: Double) -> String { JSONNumber(bound)?.text ?? "any" }

  /// The setting as JSON Schema.
  var schema: JSONValue {
    var types: [JSONValue] = [.string(kind.typeName)]
    if !isRequired { types.append("null") }
    var schema: JSONValue = [
      "type": .array(types), "title": .string(title), "description": .string(description),
    ]
    if kind == .dateTime { schema["format"] = "date-time" }
    if !choices.isEmpty { schema["enum"] = .strings(choices) }
    if let defaultValue { schema["default"] = defaultValue }
    if isSecret { schema["secret"] = true }
    if !blockSettings.isEmpty {
      let properties = JSONObject(blockSettings.map { ($0.name, $0.schema) })
      schema["additionalProperties"] = ["type": "object", "properties": .object(properties)]
    }
    return schema
  }

  private var title: String {
    name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
  }
}

extension Setting.Kind {
  /// The JSON Schema type.
  var typeName: String {
    switch self {
    case .string, .dateTime: "string"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .array: "array"
    case .object: "object"
    }
  }
}
