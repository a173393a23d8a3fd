public import JSONBytes

/// The checked settings of a run; what is not set has its default.
public struct Settings: Sendable {
  private let table: SettingTable
  private let values: JSONObject
  /// Things in the config that change nothing, one sentence each.
  public let warnings: [String]

  init(_ table: SettingTable, values: JSONObject, warnings: [String]) {
    self.table = table
    self.values = values
    self.warnings = warnings
  }

  /// Whether the user has set it.
  public func isSet(_ name: String) -> Bool { values[name] != nil }

  /// The value or its default; nil when there is neither.
  public subscript(name: String) -> JSONValue? {
    values[name] ?? table.settings.first { $0.name == name }?.defaultValue
  }

  /// The text of a setting.
  public func string(_ name: String) -> String? { self[name]?.string }

  /// The whole number of a setting.
  public func integer(_ name: String) -> Int? { self[name]?.int }

  /// The number of a setting.
  public func number(_ name: String) -> Double? { self[name]?.double }

  /// The truth value of a setting.
  public func boolean(_ name: String) -> Bool? { self[name]?.bool }

  /// The list of a setting.
  public func array(_ name: String) -> [JSONValue]? { self[name]?.array }

  /// The named values of a setting.
  public func object(_ name: String) -> JSONObject? { self[name]?.object }

  /// The instant of a setting.
  public func timestamp(_ name: String) -> Timestamp? { string(name).flatMap { Timestamp($0) } }

  /// Every text that stands in a secret setting, to be registered with the log.
  public var secrets: [String] {
    table.settings.filter(\.isSecret).flatMap { values[$0.name]?.texts ?? [] }
  }
}

extension Settings: CustomStringConvertible {
  /// The settings as JSON, secrets left out.
  public var description: String {
    let shown = values.map { member in
      let isSecret = table.settings.contains { $0.name == member.key && $0.isSecret }
      return (member.key, isSecret ? "[redacted]" : member.value)
    }
    return JSONValue.object(JSONObject(shown)).compact
  }
}

extension JSONValue {
  /// Every text in the value.
  fileprivate var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(\.texts)
    case .object(let members): members.values.flatMap(\.texts)
    case .null, .bool, .number: []
    }
  }
}
