public import JSONBytes

/// One custom field of an organisation.
///
/// See developer.close.com: Custom Fields.
public struct CustomFieldDefinition: Hashable, Sendable {
  /// `cf_…`.
  public let id: String
  /// What people call it.
  public let name: String
  /// The type of a value: `text`, `number`, `date`, `datetime`, `choices`, `user`, `contact`, and so on.
  public let type: String
  /// Whether a value is a list.
  public let acceptsMultipleValues: Bool
  /// The custom activity or object type it belongs to; nil for fields of other objects and shared ones.
  public let customTypeID: String?
  /// Kinds of objects that share the field; empty for a field of one kind.
  public let associatedTypes: Set<String>

  /// Reads a definition; nil when it has no id.
  public init?(_ value: JSONValue) {
    guard let id = value["id"]?.string else { return nil }
    self.id = id
    name = value["name"]?.string ?? id
    type = value["type"]?.string ?? "text"
    acceptsMultipleValues = value["accepts_multiple_values"]?.bool ?? false
    customTypeID = value["custom_activity_type_id"]?.string ?? value["custom_object_type_id"]?.string
    associatedTypes = Set((value["associations"]?.array ?? []).compactMap { $0["object_type"]?.string })
  }
}

/// Whose custom fields an object carries.
public enum CustomFieldScope: String, Sendable {
  /// Leads.
  case lead
  /// Contacts.
  case contact
  /// Opportunities.
  case opportunity
  /// Custom activities of every type.
  case activity
  /// Custom objects of every type.
  case customObject = "custom_object"
}
