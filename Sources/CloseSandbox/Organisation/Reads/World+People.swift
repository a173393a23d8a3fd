import JSONBytes

/// `/me/`, `/organization/{id}/` and who is available.
extension World {
  /// The caller, with accounts, memberships, numbers and the whole organisation.
  func me(_ call: Call) throws(Refusal) -> SandboxResponse {
    guard let user = live.find(.user, call.request.caller.userID) else { throw .error(401, "Unauthorized") }
    var me = user.object
    me["organizations"] = [.object(organizationObject(withMembers: false))]
    me["memberships"] = .array(
      live.all(.membership).filter { $0.text("user_id") == user.id }.map {
        .object(World.picked($0.object, World.ownMembershipKeys))
      })
    me["email_accounts"] = .array(
      live.all(.connectedAccount).filter { $0.text("user_id") == user.id }.map {
        .object(World.picked($0.object, ["_type", "id", "identities", "organization_id", "user_id"]))
      })
    me["phone_numbers"] = .array(
      live.all(.phoneNumber).filter { $0.text("user_id") == user.id }.map {
        .object(World.picked($0.object, ["date_created", "date_updated", "id", "number", "organization_id"]))
      })
    return projected(me, call)
  }

  func organization(_ call: Call, id: String) throws(Refusal) -> SandboxResponse {
    guard id == directory.organizationID else {
      throw .error(404, "Empty query: organization does not exist.")
    }
    var object = organizationObject(withMembers: true)
    for key in ["memberships", "inactive_memberships"]
    where call.parameters["_expand"]?.contains(key + "__user") == true {
      object[key] = .array(
        (object[key]?.array ?? []).map { member in
          var expanded = member
          expanded["user"] = member["user_id"]?.string.flatMap { live[$0] }.map { .object($0.object) }
          return expanded
        })
    }
    return projected(object, call)
  }

  /// What the caller has set as `_fields`, of an object that is no record.
  func projected(_ object: JSONObject, _ call: Call) -> SandboxResponse {
    guard let projection = call.parameters["_fields"].map({ Projection($0) }) else {
      return SandboxResponse(status: 200, .object(object))
    }
    return SandboxResponse(
      status: 200,
      .object(JSONObject(object.filter { projection.includes($0.key) }.map { ($0.key, $0.value) })))
  }

  private func organizationObject(withMembers: Bool) -> JSONObject {
    var object = organization
    for key in World.ownKeys { object[key] = nil }
    object["lead_statuses"] = .array(
      directory.leadStatuses.map { ["id": .string($0.id), "label": .string($0.label)] })
    let rows = RowWriter(store: live, directory: directory, today: "")
    object["pipelines"] = .array(live.all(.pipeline).map { .object(rows.object($0)) })
    guard withMembers else { return object }
    let members = live.all(.membership)
    object["memberships"] = .array(members.filter { $0.value("is_active")?.bool != false }.map(memberObject))
    object["inactive_memberships"] = .array(
      members.filter { $0.value("is_active")?.bool == false }.map(memberObject))
    return object
  }

  /// A membership as the organisation shows it, with its user's data in keys that begin with `user_`.
  private func memberObject(_ membership: Record) -> JSONValue {
    var object = World.picked(
      membership.object,
      [
        "auto_record_calls", "id", "permissions_granted", "role_id", "track_email_opens", "user_id",
        "user_phone",
      ])
    let user = membership.text("user_id").flatMap { live[$0] }?.object ?? JSONObject()
    for key in ["email", "first_name", "last_name", "image"] { object["user_" + key] = user[key] ?? .null }
    object["user_full_name"] = .string(Directory.fullName(user))
    return .object(object)
  }

  /// What the sandbox keeps in the organisation for itself.
  private static let ownKeys = ["lead_status_order", "field_order", "blocked_number_settings"]

  private static let ownMembershipKeys: Set<String> = [
    "auto_record_calls", "id", "organization_id", "permissions_granted", "role_id", "track_email_opens",
    "user_id",
  ]

  private static func picked(_ object: JSONObject, _ keys: Set<String>) -> JSONObject {
    JSONObject(object.filter { keys.contains($0.key) }.map { ($0.key, $0.value) })
  }

  func availability() -> SandboxResponse {
    let users: [JSONValue] = live.all(.user).map { user in
      let channels: [JSONValue] = ["mobile", "native", "web"].map {
        ["active_calls": [], "status": "offline", "type": .string($0)]
      }
      return ["availability": .array(channels), "user_id": .string(user.id)]
    }
    return SandboxResponse(status: 200, ["data": .array(users)])
  }
}
