import CloseConnection
import JSONBytes

/// An object as a record wants it: Close's names, Close's ids, nothing that cannot be written.
struct DesiredObject: Sendable {
  let resource: ResourceDefinition
  /// Values by Close's names, custom fields as `custom.cf_…`.
  var values = JSONObject()
  /// The definitions of its custom fields by `custom.cf_…`.
  var customFields: [String: CustomFieldDefinition] = [:]
  let lists: ListPolicies
  /// Whether an empty text empties a field that has a value.
  var nulls = NullPolicy.omit

  /// What the field holds.
  func kind(of name: String) -> FieldKind {
    if let field = resource.field(name) { return field.kind }
    return customFields[name]?.kind ?? .json
  }

  func use(of name: String) -> ResourceDefinition.Use { resource.field(name)?.use ?? .always }

  func acceptsMultipleValues(_ name: String) -> Bool { customFields[name]?.acceptsMultipleValues ?? false }

  /// The body that creates it: everything there is, but nothing that says nothing.
  var creation: JSONObject {
    var body = JSONObject()
    for (name, value) in values where !value.isNull && use(of: name) != .update {
      if case .entries(let entries) = kind(of: name) {
        if !value.list.isEmpty { body[name] = .array(value.list.map(entries.labelled)) }
      } else if name.hasPrefix("custom."), name.hasSuffix(".add") {
        body[String(name.dropLast(".add".count))] = [value]
      } else if !name.hasPrefix("custom.") || !name.hasSuffix(".remove") {
        body[name] = value
      }
    }
    return body
  }
}

extension CustomFieldDefinition {
  /// What one value of the field is.
  var kind: FieldKind {
    switch type {
    case "number": .number
    case "date": .day
    case "datetime": .instant
    case "textarea": .html
    default: .text
    }
  }
}
