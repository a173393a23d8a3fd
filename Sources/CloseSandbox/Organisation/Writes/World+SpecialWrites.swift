import JSONBytes

/// Writes with paths of their own.
extension World {
  /// `PUT /organization/{id}/`: the name, the currency, the order of lead statuses.
  mutating func updateOrganization(_ call: Call, id: String) throws(Refusal) -> SandboxResponse {
    guard id == directory.organizationID else {
      throw .error(404, "Empty query: organization does not exist.")
    }
    guard call.request.caller.isAdmin else { throw .forbidden }
    let body = try call.object()
    for key in ["name", "currency"] {
      guard let value = body[key] else { continue }
      guard value.string != nil else { throw .field(key, "Value must be of str type.") }
      setOrganization(key, value)
    }
    if let currency = body["currency"]?.string {
      setOrganization("currency_symbol", .string(Money.symbol(currency)))
    }
    if let statuses = body["lead_statuses"]?.array {
      let order = statuses.compactMap { $0["id"] ?? ($0.string == nil ? nil : $0) }
      setOrganization("lead_status_order", .array(order))
    }
    setOrganization("date_updated", .string(dates.text(call.now.toTheMillisecond)))
    return try organization(call, id: id)
  }

  /// `PUT /membership/`: the same change for several memberships.
  mutating func updateMemberships(_ call: Call) throws(Refusal) -> SandboxResponse {
    guard call.request.caller.isAdmin else { throw .forbidden }
    let resource = Kind.membership.resource
    let chosen = Set((call.parameters["id__in"] ?? "").split(separator: ",").map(String.init))
    let members = live.all(.membership).filter { chosen.contains($0.id) }
    let values = try validated(call.object(), resource, existing: JSONObject())
    for member in members { change(member, values, WriteContext(call)) }
    return SandboxResponse(status: 200, ["count": .int(members.count)])
  }

  func pinnedViews(_ call: Call, membership id: String) throws(Refusal) -> SandboxResponse {
    guard let record = live.find(.membership, id) else { throw .notFound(Kind.membership.resource) }
    return SandboxResponse(status: 200, ["saved_view_ids": record.value("saved_view_ids") ?? []])
  }

  mutating func setPinnedViews(_ call: Call, membership id: String) throws(Refusal) -> SandboxResponse {
    guard let record = live.find(.membership, id) else { throw .notFound(Kind.membership.resource) }
    guard let views = try call.object()["saved_view_ids"], views.array != nil else {
      throw .field("saved_view_ids", "This field is required.")
    }
    change(record, ["saved_view_ids": views], WriteContext(call))
    return SandboxResponse(status: 200, ["saved_view_ids": views])
  }

  mutating func addMember(_ call: Call, group id: String) throws(Refusal) -> SandboxResponse {
    guard let group = live.find(.group, id) else { throw .notFound(Kind.group.resource) }
    guard let user = try call.object()["user_id"]?.string, live.find(.user, user) != nil else {
      throw .field("user_id", "Object does not exist.")
    }
    var members = (group.value("members")?.array ?? []).filter { $0["user_id"]?.string != user }
    members.append(["user_id": .string(user)])
    change(group, ["members": .array(members)], WriteContext(call))
    return SandboxResponse(status: 201, ["user_id": .string(user)])
  }

  mutating func removeMember(_ call: Call, group id: String, user: String) throws(Refusal) -> SandboxResponse
  {
    guard let group = live.find(.group, id) else { throw .notFound(Kind.group.resource) }
    let members = group.value("members")?.array ?? []
    guard members.contains(where: { $0["user_id"]?.string == user }) else {
      throw .notFound(Kind.group.resource)
    }
    change(group, ["members": .array(members.filter { $0["user_id"]?.string != user })], WriteContext(call))
    return SandboxResponse(status: 204)
  }

  mutating func archivePlaybook(_ call: Call, id: String, _ isArchived: Bool) throws(Refusal)
    -> SandboxResponse
  {
    guard let playbook = live.find(.playbook, id) else { throw .notFound(Kind.playbook.resource) }
    let context = WriteContext(call)
    let changed = change(
      playbook,
      [
        "is_archived": .bool(isArchived), "position": isArchived ? nil : 0,
        "archived_at": isArchived ? .string(dates.text(context.now)) : nil,
        "archived_by_id": isArchived ? .string(context.userID) : nil,
      ], context)
    return answer(changed, call)
  }

  /// `POST /export/lead/` and `/export/opportunity/`; the file behind the address does not exist.
  mutating func createExport(_ call: Call, of kind: Kind) throws(Refusal) -> SandboxResponse {
    let resource = Kind.export.resource
    var values = try validated(call.object(), resource)
    let count = live.table(kind).count
    values["type"] = values["type"] ?? (kind == .lead ? "leads" : "opps")
    values["status"] = "done"
    values["n_docs"] = .int(count)
    values["n_docs_processed"] = .int(count)
    values["download_url"] = "https://exports.close-sandbox.invalid/\(call.id).gz"
    let export = insert(.export, values, WriteContext(call))
    return answer(export, call)
  }
}
