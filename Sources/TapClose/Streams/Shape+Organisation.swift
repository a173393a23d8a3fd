// Custom field definitions and the event log. See developer.close.com: Custom Fields, Event Log.

extension Shape {
  /// One definition; `object_type` says which list it came from.
  static let customField = Shape(
    .key("id"),
    .string(
      "converting_to_type", "custom_activity_type_id", "custom_object_type_id", "description", "name",
      "object_type",
      "referenced_custom_type_id", "type"),
    .boolean("accepts_multiple_values", "back_reference_is_visible", "is_shared", "required"),
    .strings("choices", "editable_with_roles"),
    .objects("associations")
  ).merging([.authorship])

  static let event = Shape(
    .key("id"),
    .string(
      "action", "api_key_id", "lead_id", "oauth_client_id", "oauth_scope", "object_id", "object_type",
      "organization_id", "request_id", "user_id"),
    .instant("date_created", "date_updated"),
    .strings("changed_fields"),
    .object("data", "meta", "previous_data"))
}

extension Shape {
  static let leadStatus = Shape(.key("id"), .string("color", "label", "organization_id"))

  static let opportunityStatus = Shape(.key("id"), .string("label", "organization_id", "pipeline_id", "type"))

  static let customActivityType = customType

  static let customObjectType = Shape(.string("name_plural"), .objects("back_reference_fields"))
    .merging([customType])

  private static let customType = Shape(
    .key("id"), .string("description", "name"), .boolean("api_create_only", "is_archived"),
    .strings("editable_with_roles"), .objects("fields")
  ).merging([.authorship])

  static let customFieldSchema = Shape(
    .key("id"), .string("name", "object_type", "organization_id"), .objects("fields"))

  static let pipeline = Shape(.key("id"), .string("name"), .objects("statuses")).merging([.authorship])
}
