import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// Looks for the company's lead and the person's contacts.
struct ContactAndLeadSearch: Sendable {
  /// What is there.
  struct Findings: Sendable {
    var lead: MatchedObject?
    var contacts: [(contact: ContactAndLeadDecision.Contact, live: JSONObject)] = []
    /// Every lead met, as it is now.
    var leads: [String: JSONObject] = [:]
    var reason = "no lead and no contact is known by the record's ids or e-mail"
  }

  let journalKey: JournalKey
  let companyField: CustomFieldDefinition?
  let userField: CustomFieldDefinition?
  private let context: TargetContext
  private let label: String
  private let fields: ContactAndLeadFields
  private let company: MatchCriterion?
  /// In the order they count.
  private let people: [MatchCriterion]

  init(
    _ planner: RecordPlanner, _ record: SourceRecord, _ settings: ContactAndLeadSettings,
    _ fields: ContactAndLeadFields
  ) async throws {
    context = planner.context
    label = record.stream.name
    journalKey = JournalKey(stream: record.stream.name, key: record.key)
    self.fields = fields
    let companyField = try await ContactAndLeadSearch.definition(
      settings.companyIDField, .lead, "lead_custom_field_id_for_company_id", record, planner.context)
    let userField = try await ContactAndLeadSearch.definition(
      settings.userIDField, .contact, "contact_custom_field_id_for_user_id", record, planner.context)
    company = fields.companyID.flatMap { id in
      companyField.flatMap { MatchCriterion(.custom($0.id), .lead, [.string(id)], customField: $0) }
    }
    let byUser = fields.userID.flatMap { id in
      userField.flatMap { MatchCriterion(.custom($0.id), .contact, [.string(id)], customField: $0) }
    }
    self.companyField = companyField
    self.userField = userField
    let byEmail = fields.email.flatMap { MatchCriterion(.email, .contact, [.string($0)]) }
    people = [byUser, byEmail].compactMap(\.self)
  }

  /// What a new lead can be found by.
  var leadTokens: [MatchToken] { company?.tokens ?? [] }

  /// What a new contact can be found by.
  var contactTokens: [MatchToken] { people.flatMap(\.tokens) }

  func run() async throws -> Findings {
    var findings = Findings()
    if let company {
      let leads = try await objects(company, .lead)
      findings.lead = leads.min { ($0.created, $0.id) < ($1.created, $1.id) }
      if let lead = findings.lead {
        findings.leads[lead.id] = lead.live
        findings.reason = "the lead has the company's id"
      }
    }
    var contacts: [MatchedObject] = []
    for criterion in people where contacts.isEmpty {
      contacts = try await objects(criterion, .contact)
      // The lead itself shows its contacts at once, which a search may not do yet.
      let nested = findings.lead?.live["contacts"]?.list.compactMap(\.object) ?? []
      for contact in nested where criterion.confirms(contact) {
        guard let id = contact["id"]?.string, !contacts.contains(where: { $0.id == id }) else { continue }
        if let live = try await object(.contact, id) { contacts.append(MatchedObject(id: id, live: live)) }
      }
      if !contacts.isEmpty, findings.lead == nil { findings.reason = "matched by \(criterion.key)" }
    }
    if people.isEmpty, let lead = findings.lead { contacts = try await namesakes(in: lead) }
    contacts.sort { ($0.created, $0.id) < ($1.created, $1.id) }
    for contact in contacts { try await add(contact, to: &findings) }
    return findings
  }

  /// Contacts of the lead with the person's name, for a record that tells nothing else of them.
  private func namesakes(in lead: MatchedObject) async throws -> [MatchedObject] {
    guard let name = fields.contact["name"],
      let criterion = MatchCriterion(.field("name"), .contact, [name])
    else { return [] }
    var found: [MatchedObject] = []
    for contact in lead.live["contacts"]?.list.compactMap(\.object) ?? [] where criterion.confirms(contact) {
      guard let id = contact["id"]?.string, let live = try await object(.contact, id) else { continue }
      found.append(MatchedObject(id: id, live: live))
    }
    return found
  }

  private func add(_ contact: MatchedObject, to findings: inout Findings) async throws {
    guard let leadID = contact.live["lead_id"]?.string else { return }
    if findings.leads[leadID] == nil { findings.leads[leadID] = try await object(.lead, leadID) }
    let company = companyField.flatMap { findings.leads[leadID]?["custom.\($0.id)"] }
    let companyID = company.map { ContactText.trimmed(RecordKey.text(of: $0)) }
    findings.contacts.append(
      (
        ContactAndLeadDecision.Contact(
          id: contact.id, leadID: leadID, companyID: companyID?.isEmpty == true ? nil : companyID),
        contact.live
      ))
  }

  /// The objects that a criterion certainly finds, as they are now.
  private func objects(_ criterion: MatchCriterion, _ resource: ResourceDefinition) async throws
    -> [MatchedObject]
  {
    var ids = criterion.tokens.flatMap(context.recentIDs)
    let rows = try await context.reads.search(criterion, label: label)
    ids += rows.filter(criterion.admits).compactMap { $0["id"]?.string }
    var found: [MatchedObject] = []
    for id in ids where !found.contains(where: { $0.id == id }) {
      if let live = try await object(resource, id), criterion.confirms(live) {
        found.append(MatchedObject(id: id, live: live))
      }
    }
    return found
  }

  private func object(_ resource: ResourceDefinition, _ id: String) async throws -> JSONObject? {
    try await context.object(resource, id, label: label)
  }

  private static func definition(
    _ name: String?, _ scope: CustomFieldScope, _ setting: String, _ record: SourceRecord,
    _ context: TargetContext
  ) async throws -> CustomFieldDefinition? {
    guard let name else { return nil }
    let directory = try await context.directory.directory(with: [.customFields(scope)])
    guard let definition = directory.customField(name, of: scope) else {
      throw SingerError(
        .config, "\"\(setting)\" names no \(scope.rawValue) custom field of the organisation: \"\(name)\"",
        file: "streams.\(record.stream.name)")
    }
    return definition
  }
}
