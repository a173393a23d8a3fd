internal import JSONBytes

/// One schema, compiled: what a value at its place must be like.
final class ValidationRule: Sendable {
  /// What becomes of members that `properties` does not name.
  enum OtherMembers: Sendable {
    case allowed
    case refused
    case checked(ValidationRule)
  }

  let types: JSONTypes
  let choices: [JSONValue]?
  let numbers: NumberBounds
  let lengths: ClosedRange<Int>
  let counts: ClosedRange<Int>
  let isDateTime: Bool
  let properties: [String: ValidationRule]
  let required: [String]
  let otherMembers: OtherMembers
  /// The rules for an array's elements; those beyond the list follow its last rule when `repeatsLastItem`.
  let items: [ValidationRule]
  let repeatsLastItem: Bool
  let allOf: [ValidationRule]
  let anyOf: [ValidationRule]
  let oneOf: [ValidationRule]

  init(_ schema: JSONValue) throws(SchemaFault) {
    let schema = try SchemaReader(schema)
    types = try schema.types()
    choices = try schema.array("enum")
    numbers = NumberBounds(schema.members)
    lengths = schema.limits("minLength", "maxLength")
    counts = schema.limits("minItems", "maxItems")
    isDateTime = schema.members["format"]?.string == "date-time"
    properties = try schema.properties()
    required = schema.members["required"]?.stringArray ?? []
    otherMembers = try schema.otherMembers()
    items = try schema.items()
    repeatsLastItem = schema.members["items"]?.array == nil
    allOf = try schema.rules("allOf")
    anyOf = try schema.rules("anyOf")
    oneOf = try schema.rules("oneOf")
  }
}

/// The bounds of a number.
struct NumberBounds: Sendable {
  private var minimum: Double?
  private var maximum: Double?
  private var excludesMinimum = false
  private var excludesMaximum = false

  /// Reads the bounds: exclusive ones are truth values in draft 4 and numbers since draft 6.
  init(_ schema: JSONObject) {
    minimum = schema["minimum"]?.double
    maximum = schema["maximum"]?.double
    excludesMinimum = schema["exclusiveMinimum"]?.bool ?? false
    excludesMaximum = schema["exclusiveMaximum"]?.bool ?? false
    if let bound = schema["exclusiveMinimum"]?.double, bound >= minimum ?? -.infinity {
      (minimum, excludesMinimum) = (bound, true)
    }
    if let bound = schema["exclusiveMaximum"]?.double, bound <= maximum ?? .infinity {
      (maximum, excludesMaximum) = (bound, true)
    }
  }

  /// What a number outside the bounds must be like; nil inside.
  func requirement(brokenBy value: Double) -> String? {
    if let minimum, excludesMinimum ? value <= minimum : value < minimum {
      return "\(excludesMinimum ? "more than" : "at least") \(minimum)"
    }
    if let maximum, excludesMaximum ? value >= maximum : value > maximum {
      return "\(excludesMaximum ? "less than" : "at most") \(maximum)"
    }
    return nil
  }
}

// MARK: - Compiling

/// Reads the keywords of one schema.
private struct SchemaReader {
  let members: JSONObject
  private let refusesEverything: Bool

  init(_ schema: JSONValue) throws(SchemaFault) {
    guard let members = schema.object ?? schema.bool.map({ _ in JSONObject() }) else {
      throw SchemaFault("a schema must be an object, not \(schema.excerpt)")
    }
    self.members = members
    refusesEverything = schema.bool == false
  }

  func types() throws(SchemaFault) -> JSONTypes {
    if refusesEverything { return [] }
    guard let type = members["type"] else { return .any }
    guard let names = type.string.map({ [$0] }) ?? type.stringArray,
      names.allSatisfy(JSONTypes.names.contains)
    else {
      throw SchemaFault("must name JSON types, not \(type.compact)").inside(key: "type")
    }
    return JSONTypes(schema: .object(members))
  }

  func properties() throws(SchemaFault) -> [String: ValidationRule] {
    guard let properties = members["properties"] else { return [:] }
    guard let properties = properties.object else {
      throw SchemaFault("must be an object, not \(properties.excerpt)").inside(key: "properties")
    }
    var rules: [String: ValidationRule] = [:]
    for (name, schema) in properties {
      do throws(SchemaFault) {
        rules[name] = try ValidationRule(schema)
      } catch {
        throw error.inside(key: name).inside(key: "properties")
      }
    }
    return rules
  }

  func otherMembers() throws(SchemaFault) -> ValidationRule.OtherMembers {
    // Without an engine for patterns nobody can tell which members are others.
    guard let other = members["additionalProperties"], members["patternProperties"] == nil else {
      return .allowed
    }
    if let isAllowed = other.bool { return isAllowed ? .allowed : .refused }
    return .checked(try rule(other, inside: "additionalProperties"))
  }

  func items() throws(SchemaFault) -> [ValidationRule] {
    guard let items = members["items"] else { return [] }
    return items.array == nil ? [try rule(items, inside: "items")] : try rules("items")
  }

  func rules(_ key: String) throws(SchemaFault) -> [ValidationRule] {
    var rules: [ValidationRule] = []
    for (index, schema) in (try array(key) ?? []).enumerated() {
      rules.append(try rule(schema, inside: "\(key)[\(index)]"))
    }
    return rules
  }

  func array(_ key: String) throws(SchemaFault) -> [JSONValue]? {
    guard let value = members[key] else { return nil }
    guard let array = value.array else {
      throw SchemaFault("must be an array, not \(value.excerpt)").inside(key: key)
    }
    return array
  }

  func limits(_ minimum: String, _ maximum: String) -> ClosedRange<Int> {
    let lower = members[minimum]?.int ?? 0
    return lower...max(lower, members[maximum]?.int ?? .max)
  }

  private func rule(_ schema: JSONValue, inside key: String) throws(SchemaFault) -> ValidationRule {
    do throws(SchemaFault) {
      return try ValidationRule(schema)
    } catch {
      throw error.inside(key: key)
    }
  }
}

extension JSONTypes {
  fileprivate static let names: Set<String> = [
    "null", "boolean", "integer", "number", "string", "array", "object",
  ]
}
