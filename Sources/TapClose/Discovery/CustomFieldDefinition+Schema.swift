import CloseConnection
import JSONBytes

extension CustomFieldDefinition {
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
