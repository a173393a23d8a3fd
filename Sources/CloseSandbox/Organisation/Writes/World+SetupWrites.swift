import JSONBytes

/// Settings with paths of their own: the order of custom fields, shared fields, blocked numbers.
extension World {
  /// `PUT /custom_field_schema/…`: the fields in the order they are to be shown in.
  mutating func orderFields(_ call: Call, type: [String]) throws(Refusal) -> SandboxResponse {
    guard call.request.caller.isAdmin else { throw .forbidden }
    _ = try fieldSchema(call, type: type)
    guard let owner = type.last, let fields = try call.object()["fields"]?.array else {
      throw .field("fields", "This field is required.")
    }
    var order = organization["field_order"] ?? .object(JSONObject())
    order[owner] = .array(fields.compactMap { $0["id"] })
    setOrganization("field_order", order)
    return try fieldSchema(call, type: type)
  }

  /// `GET /custom_field/shared/{id}/association/{object_type}/`.
  func association(field id: String, _ name: String) throws(Refusal) -> SandboxResponse {
    let associations = live.find(.sharedField, id)?.value("associations")?.array ?? []
    guard let association = associations.first(where: { World.associationName($0) == name }) else {
      throw .notFound(Kind.sharedField.resource)
    }
    return SandboxResponse(status: 200, association)
  }

  mutating func associate(_ call: Call, field id: String) throws(Refusal) -> SandboxResponse {
    guard let type = try call.object()["object_type"]?.string else {
      throw .field("object_type", "This field is required.")
    }
    let body = try call.object()
    var association: JSONValue = [
      "editable_with_roles": body["editable_with_roles"] ?? [], "object_type": .string(type),
      "required": body["required"] ?? false,
    ]
    for key in ["custom_activity_type_id", "custom_object_type_id"] { association[key] = body[key] }
    try setAssociation(call, field: id, World.associationName(association), to: association)
    return SandboxResponse(status: 201, association)
  }

  mutating func changeAssociation(_ call: Call, field id: String, _ name: String) throws(Refusal)
    -> SandboxResponse
  {
    let current = try JSONValue.reading(association(field: id, name))
    var association = current
    let body = try call.object()
    for key in ["editable_with_roles", "required"] where body[key] != nil { association[key] = body[key] }
    try setAssociation(call, field: id, name, to: association)
    return SandboxResponse(status: 200, association)
  }

  mutating func dissociate(_ call: Call, field id: String, _ name: String) throws(Refusal) -> SandboxResponse
  {
    _ = try association(field: id, name)
    try setAssociation(call, field: id, name, to: nil)
    return SandboxResponse(status: 204)
  }

  private mutating func setAssociation(
    _ call: Call, field id: String, _ name: String, to association: JSONValue?
  ) throws(Refusal) {
    guard call.request.caller.isAdmin else { throw .forbidden }
    guard let field = live.find(.sharedField, id) else { throw .notFound(Kind.sharedField.resource) }
    var associations = (field.value("associations")?.array ?? []).filter { World.associationName($0) != name }
    if let association { associations.append(association) }
    change(field, ["associations": .array(associations)], WriteContext(call))
  }

  /// `lead`, or `custom_activity_type/actitype_…`.
  private static func associationName(_ association: JSONValue) -> String {
    let type = association["custom_activity_type_id"]?.string ?? association["custom_object_type_id"]?.string
    return [association["object_type"]?.string ?? "", type].compactMap { $0 }.joined(separator: "/")
  }

  func blockedNumberSettings() -> SandboxResponse {
    let settings = organization["blocked_number_settings"] ?? ["reject_anonymous_inbound_calls": false]
    return SandboxResponse(status: 200, settings)
  }

  mutating func setBlockedNumberSettings(_ call: Call) throws(Refusal) -> SandboxResponse {
    guard let flag = try call.object()["reject_anonymous_inbound_calls"], flag.bool != nil else {
      throw .field("reject_anonymous_inbound_calls", "This field is required.")
    }
    setOrganization("blocked_number_settings", ["reject_anonymous_inbound_calls": flag])
    return blockedNumberSettings()
  }
}

extension JSONValue {
  /// The body of an answer.
  fileprivate static func reading(_ response: SandboxResponse) -> JSONValue {
    (try? JSONValue(parsing: response.body)) ?? .null
  }
}
