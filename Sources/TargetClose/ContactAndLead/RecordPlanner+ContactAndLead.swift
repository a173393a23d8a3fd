import CloseAPI
import CloseConnection
import JSONBytes
import Singer

extension RecordPlanner {
  /// Plans a record that stands for a person and a company.
  func plan(_ record: SourceRecord, _ settings: ContactAndLeadSettings) async throws -> [Operation] {
    guard !record.isTombstone else {
      return [.skipped("deleted at its source; contact_and_lead deletes nothing", resource: "contact")]
    }
    let mapping = record.stream.settings.mapping
    let fields = ContactAndLeadFields(
      mapping.apply(to: record.fields), settings, clearsByEmptyText: mapping.nulls == .clear)
    guard fields.hasKey else {
      throw Rejection(
        "there is nothing to know the person or company by: set contact_email, or lead_external_id or "
          + "contact_external_id and the custom fields that hold them")
    }
    let lead = try await resolve(draft(fields.lead, .lead, record), record)
    let contact = try await resolve(draft(fields.contact, .contact, record), record)
    let search = try await ContactAndLeadSearch(self, record, settings, fields)
    let found = try await search.run()
    let decision = ContactAndLeadDecision(
      settings, companyID: fields.companyID, hasLead: fields.hasLead, hasContact: fields.hasContact,
      lead: found.lead?.id, contacts: found.contacts.map(\.contact))
    return decision.steps.map { step in
      operation(for: step, lead, contact, found, search)
    }
  }

  private func draft(
    _ fields: JSONObject, _ resource: ResourceDefinition, _ record: SourceRecord
  ) throws(Rejection) -> Draft {
    let mapping = FieldMapping(nulls: record.stream.settings.mapping.nulls)
    return try RecordMapper(mapping: mapping, resource: resource).draft(fields)
  }

  private func operation(
    for step: ContactAndLeadDecision.Step, _ lead: DesiredObject, _ contact: DesiredObject,
    _ found: ContactAndLeadSearch.Findings, _ search: ContactAndLeadSearch
  ) -> Operation {
    let method = context.verb.method
    switch step {
    case .skip(let reason): return .skipped(reason, resource: "contact")
    case .updateLead(let id):
      let live = found.leads[id] ?? JSONObject()
      let kept = lead.keeping(search.companyField, of: live)
      return .update(
        of: id, to: kept, live: live, method: method, role: "lead", tokens: search.leadTokens,
        reason: found.reason)
    case .updateContact(let id):
      let live = found.contacts.first { $0.contact.id == id }?.live ?? JSONObject()
      let kept = contact.keeping(search.userField, of: live)
      return .update(
        of: id, to: kept, live: live, method: method, tokens: search.contactTokens, reason: found.reason)
    case .createContact(let leadID):
      var contact = contact
      contact.values["lead_id"] = .string(leadID)
      var operation = Operation.creation(of: contact, reason: "the company's lead has no such contact")
      operation.tokens = search.contactTokens
      operation.known = found.contacts.map(\.contact.id)
      return operation
    case .createLead(let withContact):
      var lead = lead
      if withContact { lead.values["contacts"] = [.object(contact.creation)] }
      var operation = Operation.creation(of: lead, role: "lead", reason: found.reason)
      operation.tokens = search.leadTokens
      if withContact {
        operation.nestedContacts = [search.journalKey]
        operation.nestedTokens = search.contactTokens
        operation.known = found.contacts.map(\.contact.id)
      }
      return operation
    }
  }
}

extension DesiredObject {
  /// The same without an id that another one stands in the way of: who was known by an id stays so.
  fileprivate func keeping(_ definition: CustomFieldDefinition?, of live: JSONObject) -> DesiredObject {
    guard let definition, let current = live["custom.\(definition.id)"], !current.isNull, current != "" else {
      return self
    }
    var kept = self
    kept.values["custom.\(definition.id)"] = nil
    return kept
  }
}
