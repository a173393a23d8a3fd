import JSONBytes

/// Leads and contacts.
extension World {
  mutating func createLead(_ values: JSONObject, _ context: WriteContext) throws(Refusal) -> Record {
    var values = values
    let contacts = values["contacts"]?.array?.compactMap(\.object) ?? []
    values["contacts"] = nil
    try resolveLeadStatus(&values)
    if values["status_id"]?.string == nil { values["status_id"] = .text(directory.leadStatuses.first?.id) }
    let lead = insert(.lead, values, context)
    for var contact in contacts {
      contact["lead_id"] = .string(lead.id)
      insert(.contact, contact, context)
    }
    insert(
      .created, ["lead_id": .string(lead.id), "user_id": .string(context.userID), "source": "api"], context,
      origin: Assembler.Origin(
        created: lead.created, updated: context.now, createdBy: context.userID, updatedBy: context.userID))
    refreshName(of: lead.id, at: context.now)
    return live[lead.id] ?? lead
  }

  mutating func updateLead(_ lead: Record, _ values: JSONObject, _ context: WriteContext) throws(Refusal)
    -> Record
  {
    var values = values
    try resolveLeadStatus(&values)
    let status = lead.value("status_id")
    if values["status_id"]?.isNull == true { values["status_id"] = nil }
    let changed = change(lead, values, context)
    if let new = values["status_id"], new != status {
      insert(
        .leadStatusChange,
        [
          "lead_id": .string(lead.id), "user_id": .string(context.userID), "old_status_id": status ?? nil,
          "new_status_id": new,
        ], context)
    }
    if changed.text("display_name") != lead.text("display_name") {
      refreshMembers(of: lead.id, at: context.now)
    }
    return changed
  }

  /// A status may be named by its label.
  private func resolveLeadStatus(_ values: inout JSONObject) throws(Refusal) {
    guard let label = values["status"] else { return }
    values["status"] = nil
    guard let label = label.string, values["status_id"] == nil else { return }
    guard let status = directory.leadStatuses.first(where: { $0.label == label || $0.id == label }) else {
      throw .field("status", "Not a valid choice.")
    }
    values["status_id"] = .string(status.id)
  }

  /// Everything below the lead goes with it, and each has its own entry in the event log.
  mutating func deleteLead(_ lead: Record, _ context: WriteContext) {
    let members = live.members(of: lead.id)
    for member in members { remove(member, context) }
    remove(lead, context)
  }

  // MARK: - Contacts

  /// Without a lead, the contact gets one of its own that bears its name.
  mutating func createContact(_ values: JSONObject, _ context: WriteContext) -> Record {
    var values = values
    if values["lead_id"]?.string == nil {
      let name = values["name"]?.string ?? values["emails"]?.array?.first?["email"]?.string
      let lead = try? createLead(["name": .text(name)], context)
      values["lead_id"] = .text(lead?.id)
    }
    let contact = insert(.contact, values, context)
    if let lead = contact.leadID { refreshName(of: lead, at: context.now) }
    return contact
  }

  mutating func updateContact(_ contact: Record, _ values: JSONObject, _ context: WriteContext) -> Record {
    var values = values
    // A contact can move to another lead, but cannot be without one.
    if values["lead_id"]?.isNull == true { values["lead_id"] = nil }
    let changed = change(contact, values, context)
    for lead in Set([contact.leadID, changed.leadID].compactMap { $0 }) {
      refreshName(of: lead, at: context.now)
    }
    if changed.text("display_name") != contact.text("display_name"), let lead = changed.leadID {
      refreshMembers(of: lead, at: context.now)
    }
    return changed
  }

  mutating func deleteContact(_ contact: Record, _ context: WriteContext) {
    remove(contact, context)
    guard let lead = contact.leadID else { return }
    for member in live.members(of: lead) where member.text("contact_id") == contact.id {
      refresh(member, at: context.now) { $0["contact_id"] = .null }
    }
    refreshName(of: lead, at: context.now)
  }

  // MARK: - Names

  /// A lead without a name goes by its first contact's.
  mutating func refreshName(of leadID: String, at now: Timestamp) {
    guard let lead = live[leadID], lead.text("name")?.isEmpty ?? true else { return }
    let before = lead.text("display_name")
    refresh(lead, at: now)
    if live[leadID]?.text("display_name") != before { refreshMembers(of: leadID, at: now) }
  }

  /// Opportunities and tasks carry the names of their lead and contact.
  private mutating func refreshMembers(of leadID: String, at now: Timestamp) {
    for member in live.members(of: leadID) where member.kind == .opportunity || member.kind == .task {
      refresh(member, at: now)
    }
  }
}
