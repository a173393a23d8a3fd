import JSONBytes

/// One custom field of the organisation: the column `custom.cf_…`.
///
/// See developer.close.com: Custom Fields.
struct CustomFieldDefinition: Hashable, Sendable {
  let id: String
  let name: String
  let type: String
  let acceptsMultipleValues: Bool
  /// Kinds of objects that share the field; empty for a field of one kind.
  let associatedTypes: Set<String>

  /// Reads a definition; nil when it has no id.
  init?(_ value: JSONValue) {
    guard let id = value["id"]?.string else { return nil }
    self.id = id
    name = value["name"]?.string ?? id
    type = value["type"]?.string ?? "text"
    acceptsMultipleValues = value["accepts_multiple_values"]?.bool ?? false
    associatedTypes = Set((value["associations"]?.array ?? []).compactMap { $0["object_type"]?.string })
  }

  var column: String { "custom.\(id)" }

  /// The column's schema: the one type of its definition, or a list of it; the name people know as description.
  var schema: JSONValue {
    var schema = (acceptsMultipleValues ? .list(elementType) : elementType).schema
    schema["description"] = .string(name)
    return schema
  }

  /// Choices, users, contacts and custom objects are told by their text or id.
  private var elementType: FieldType {
    switch type {
    case "number": .number
    case "date": .date
    case "datetime": .instant
    default: .string
    }
  }
}
