import Testing

@testable import TargetClose

@Suite("contact_and_lead with a switch turned off")
struct ContactAndLeadSwitchTests {
  static let company = ContactAndLeadFindingTests.company
  static let other = ContactAndLeadFindingTests.other
  static let nameless = ContactAndLeadFindingTests.nameless
  static let text = #"""
    {"lead_name": "Acme Ltd", "lead_external_id": "7", "contact_name": "Ann B", "contact_email": "ann@acme.com"}
    """#
  static let newContact =
    #"{"name": "Ann B", "emails": [{"email": "ann@acme.com", "type": "office"}]}"#
  static let added =
    #"POST contact/ {"lead_id": "lead_a", "name": "Ann B", "emails": [{"email": "ann@acme.com", "type": "office"}]}"#
  static let renamedLead = #"PUT lead/lead_a/ {"name": "Acme Ltd"}"#
  static let renamedContact = #"PUT contact/cont_a/ {"name": "Ann B"}"#

  static func ann(_ lead: String) -> String { ContactAndLeadFindingTests.ann(lead) }

  static let creating: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "no new leads, nothing there: nothing is written",
      settings: #"{"allow_creating_new_leads": false}"#, text),
    ContactAndLeadCase(
      "no new leads, the company is there: the person is added", given: [company],
      settings: #"{"allow_creating_new_leads": false}"#, text, writes: [renamedLead, added]),
    ContactAndLeadCase(
      "no new leads, the person is under another company's lead: nothing is written",
      given: [other, ann("lead_o")], settings: #"{"allow_creating_new_leads": false}"#, text),
    ContactAndLeadCase(
      "no new contacts, nothing there: a lead without one is created",
      settings: #"{"allow_creating_new_contacts": false}"#, text,
      writes: [#"POST lead/ {"name": "Acme Ltd", "custom.cf_number": "7"}"#]),
    ContactAndLeadCase(
      "no new contacts, and the record tells of a person only: nothing is written",
      settings: #"{"allow_creating_new_contacts": false}"#, #"{"contact_email": "ann@acme.com"}"#),
    ContactAndLeadCase(
      "no new contacts, the company is there: only its lead is updated", given: [company],
      settings: #"{"allow_creating_new_contacts": false}"#, text, writes: [renamedLead]),
    ContactAndLeadCase(
      "no new contacts, the person is in the company: both are updated", given: [company, ann("lead_a")],
      settings: #"{"allow_creating_new_contacts": false}"#, text, writes: [renamedLead, renamedContact]),
    ContactAndLeadCase(
      "neither new leads nor contacts, the company is there: only its lead is updated", given: [company],
      settings: #"{"allow_creating_new_leads": false, "allow_creating_new_contacts": false}"#, text,
      writes: [renamedLead]),
    ContactAndLeadCase(
      "neither new leads nor contacts, nothing there: nothing is written",
      settings: #"{"allow_creating_new_leads": false, "allow_creating_new_contacts": false}"#, text),
  ]

  static let updating: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "leads stay as they are: the person is added", given: [company],
      settings: #"{"allow_updating_existing_leads": false}"#, text, writes: [added]),
    ContactAndLeadCase(
      "leads stay as they are: the person is updated", given: [company, ann("lead_a")],
      settings: #"{"allow_updating_existing_leads": false}"#, text, writes: [renamedContact]),
    ContactAndLeadCase(
      "leads stay as they are: that of a person gets no company id", given: [nameless, ann("lead_n")],
      settings: #"{"allow_updating_existing_leads": false}"#, text, writes: [renamedContact]),
    ContactAndLeadCase(
      "leads stay as they are: new ones are created all the same",
      settings: #"{"allow_updating_existing_leads": false}"#, text,
      writes: [#"POST lead/ {"name": "Acme Ltd", "custom.cf_number": "7", "contacts": [\#(newContact)]}"#]),
    ContactAndLeadCase(
      "contacts stay as they are: the lead is updated", given: [company, ann("lead_a")],
      settings: #"{"allow_updating_existing_contacts": false}"#, text, writes: [renamedLead]),
    ContactAndLeadCase(
      "contacts stay as they are: a new one is added", given: [company],
      settings: #"{"allow_updating_existing_contacts": false}"#, text, writes: [renamedLead, added]),
    ContactAndLeadCase(
      "leads and contacts stay as they are: nothing is written", given: [company, ann("lead_a")],
      settings: #"{"allow_updating_existing_leads": false, "allow_updating_existing_contacts": false}"#,
      text),
  ]

  static let duplicating: [ContactAndLeadCase] = [
    ContactAndLeadCase(
      "no duplicates, the person is under another company's lead: they are updated there",
      given: [other, ann("lead_o")], settings: #"{"allow_creating_duplicate_contacts": false}"#, text,
      writes: [renamedContact]),
    ContactAndLeadCase(
      "no duplicates, the company is there, the person under another one's lead: both are updated",
      given: [company, other, ann("lead_o")], settings: #"{"allow_creating_duplicate_contacts": false}"#,
      text, writes: [renamedLead, renamedContact]),
    ContactAndLeadCase(
      "no duplicates, the person is in the company: they are updated", given: [company, ann("lead_a")],
      settings: #"{"allow_creating_duplicate_contacts": false}"#, text,
      writes: [renamedLead, renamedContact]),
    ContactAndLeadCase(
      "no duplicates, nothing there: a lead with the person is created",
      settings: #"{"allow_creating_duplicate_contacts": false}"#, text,
      writes: [#"POST lead/ {"name": "Acme Ltd", "custom.cf_number": "7", "contacts": [\#(newContact)]}"#]),
    ContactAndLeadCase(
      "neither duplicates nor changes of contacts, the person under another company's lead: nothing",
      given: [other, ann("lead_o")],
      settings:
        #"{"allow_creating_duplicate_contacts": false, "allow_updating_existing_contacts": false}"#, text),
    ContactAndLeadCase(
      "neither duplicates nor new leads, the person under another company's lead: they are updated there",
      given: [other, ann("lead_o")],
      settings: #"{"allow_creating_duplicate_contacts": false, "allow_creating_new_leads": false}"#, text,
      writes: [renamedContact]),
    ContactAndLeadCase(
      "duplicates but no new contacts, the person under another company's lead: only a lead is created",
      given: [other, ann("lead_o")], settings: #"{"allow_creating_new_contacts": false}"#, text,
      writes: [#"POST lead/ {"name": "Acme Ltd", "custom.cf_number": "7"}"#]),
  ]

  @Test("for new objects", arguments: creating)
  func switchedCreating(_ row: ContactAndLeadCase) async throws { try await row.check() }

  @Test("for changes", arguments: updating)
  func switchedUpdating(_ row: ContactAndLeadCase) async throws { try await row.check() }

  @Test("for duplicates", arguments: duplicating)
  func switchedDuplicating(_ row: ContactAndLeadCase) async throws { try await row.check() }

  /// Every combination of the five switches, over an organisation that has everything a record may meet.
  @Test("does nothing that is not allowed", arguments: 0..<32)
  func combinations(_ number: Int) async throws {
    let names = [
      "allow_creating_new_leads", "allow_updating_existing_leads", "allow_creating_new_contacts",
      "allow_updating_existing_contacts", "allow_creating_duplicate_contacts",
    ]
    let isOn = names.indices.map { number & (1 << $0) != 0 }
    let pairs = zip(names, isOn).map { "\"\($0)\": \($1)" }
    let close = FakeClose()
    close.add([
      Self.company, Self.other,
      #"contact cont_o {"lead_id": "lead_o", "name": "Ann", "emails": [{"email": "ann@acme.com"}]}"#,
    ])
    let target = try ContactAndLeadCase.target(
      close, settings: members("{\(pairs.joined(separator: ", "))}"))
    let outcome = try await target.write(
      schema("people"), record("people", members(Self.text)),
      record(
        "people", members(#"{"lead_external_id": "9", "contact_email": "ann@acme.com", "lead_name": "N"}"#)),
      record("people", members(#"{"contact_email": "ann@acme.com", "contact_title": "CEO"}"#)))
    #expect(outcome.exit == 0)
    let calls = close.written.map(\.call)
    if !isOn[0] { #expect(!calls.contains("POST lead/")) }
    if !isOn[1] { #expect(!calls.contains { $0.hasPrefix("PUT lead/") }) }
    if !isOn[3] { #expect(!calls.contains { $0.hasPrefix("PUT contact/") }) }
    if !isOn[2] || !isOn[4] { #expect(close.objects("contact").count == 1) }
    if isOn.allSatisfy(\.self) { #expect(close.objects("contact").count == 3) }
  }
}
