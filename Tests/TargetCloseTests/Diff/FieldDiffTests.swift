import JSONBytes
import Testing

@testable import TargetClose

@Suite("An update sends")
struct FieldDiffTests {
  static let lead = #"""
    lead lead_a {"name": "Acme", "description": "Old", "url": "https://acme.com", "status_id": "stat_new",
     "custom.cf_size": 5, "custom.cf_tags": ["a", "b"], "custom.cf_since": "2026-01-02", "custom.cf_number": "7",
     "addresses": [{"city": "Bonn", "label": "business"}], "date_created": "2026-01-01T00:00:00Z"}
    """#
  static let contact = #"""
    contact cont_a {"lead_id": "lead_a", "name": "Ann", "title": "CEO", "emails": [{"email": "a@x.com", "type": "office"}]}
    """#

  static func lead(_ name: String, _ settings: String, _ fields: String, sends: String?) -> WriteCase {
    WriteCase(
      name, given: [lead], "leads", settings, #"{"id": "lead_a", \#(fields)}"#,
      writes: sends.map { ["PUT lead/lead_a/ \($0)"] } ?? [])
  }

  static func lead(_ name: String, _ fields: String, sends: String?) -> WriteCase {
    lead(name, "{}", fields, sends: sends)
  }

  static let values: [WriteCase] = [
    lead(
      "nothing when nothing differs",
      #""name": "Acme ", "url": "acme.com/", "status_label": "New", "custom.cf_size": "5.0", "custom.Since": "2026-01-02T00:00:00Z""#,
      sends: nil),
    lead("only what differs", #""name": "Acme", "description": "New""#, sends: #"{"description": "New"}"#),
    lead("a status by its name", #""status_label": "Hot""#, sends: #"{"status_id": "stat_hot"}"#),
    lead(
      "a custom field by its name", #""custom": {"Size": 6, "Customer number": "7"}"#,
      sends: #"{"custom.cf_size": 6}"#),
    lead("no null", #""name": null, "custom.cf_size": null, "addresses": null"#, sends: nil),
    lead(
      "nothing for an empty number, day, choice or user",
      #""custom.cf_size": "", "custom.cf_since": "", "custom.cf_tags": "", "custom.cf_owner": "", "custom.cf_tags.add": """#,
      sends: nil),
    lead(
      "nothing for an empty text", #""description": "", "url": "", "custom.cf_number": "", "name": "New""#,
      sends: #"{"name": "New"}"#),
    lead(
      "an empty text when nulls clear", #"{"nulls": "clear"}"#, #""description": "", "custom.cf_number": """#,
      sends: #"{"description": "", "custom.cf_number": ""}"#),
    lead(
      "null when nulls clear", #"{"nulls": "clear"}"#, #""description": null, "custom.cf_size": null"#,
      sends: #"{"description": null, "custom.cf_size": null}"#),
    lead(
      "null for an empty number when nulls clear", #"{"nulls": "clear"}"#,
      #""custom.cf_size": "", "custom.cf_since": null"#,
      sends: #"{"custom.cf_size": null, "custom.cf_since": null}"#),
    lead(
      "no null for what is not there anyway", #"{"nulls": "clear"}"#, #""custom.cf_owner": null"#, sends: nil),
    lead(
      "no list away when nulls clear", #"{"nulls": "clear"}"#, #""addresses": null, "contacts": null"#,
      sends: nil),
    lead("nothing that Close never changes", #""date_created": "2020-01-01T00:00:00Z""#, sends: nil),
    lead(
      "nothing that only Close writes",
      #""date_updated": "2020-01-01", "display_name": "X", "html_url": "x", "status_type": "x", "organization_id": "orga_here""#,
      sends: nil),
    lead("no contacts, which a lead has been created with", #""contacts": [{"name": "New"}]"#, sends: nil),
    lead("nothing that is not known", #""colour": "red""#, sends: nil),
    lead("nothing that is excluded", #"{"exclude": ["description"]}"#, #""description": "New""#, sends: nil),
    lead("rich and plain notes alike", #""note": "x""#, sends: nil),
  ]

  static let deal = #"""
    opportunity oppo_a {"lead_id": "lead_a", "pipeline_id": "pipe_success", "status_id": "stat_open2", "value": 5}
    """#

  static let statuses: [WriteCase] = [
    WriteCase(
      "no status of another pipeline that goes by the same name", given: [lead, deal], "opportunities", "{}",
      #"{"id": "oppo_a", "status_label": "Open", "value": 6}"#,
      writes: [#"PUT opportunity/oppo_a/ {"value": 6}"#]),
    WriteCase(
      "a status of another pipeline that only that has", given: [lead, deal], "opportunities", "{}",
      #"{"id": "oppo_a", "status_label": "Won"}"#,
      writes: [#"PUT opportunity/oppo_a/ {"status_id": "stat_won"}"#]),
    WriteCase(
      "a status of another pipeline by its id", given: [lead, deal], "opportunities", "{}",
      #"{"id": "oppo_a", "status_id": "stat_open"}"#,
      writes: [#"PUT opportunity/oppo_a/ {"status_id": "stat_open"}"#]),
  ]

  static let lists: [WriteCase] = [
    lead(
      "an address behind the others", #""addresses": [{"city": "Köln"}]"#,
      sends: #"{"addresses": [{"label": "business", "city": "Bonn"}, {"city": "Köln"}]}"#),
    lead(
      "addresses in the place of others", #"{"lists": {"addresses": "replace"}}"#,
      #""addresses": [{"city": "Köln"}]"#, sends: #"{"addresses": [{"city": "Köln"}]}"#),
    lead(
      "one value more as an addition", #""custom.cf_tags": ["a", "b", "c"]"#,
      sends: #"{"custom.cf_tags.add": "c"}"#),
    lead(
      "one value less as a removal", #""custom.cf_tags": ["a"]"#, sends: #"{"custom.cf_tags.remove": "b"}"#),
    lead("no value less when lists append", #"{"lists": "append"}"#, #""custom.cf_tags": ["a"]"#, sends: nil),
    lead("a lone value as a list", #""custom.cf_tags": "c""#, sends: #"{"custom.cf_tags": ["c"]}"#),
    lead("a value to add", #""custom.cf_tags.add": "c""#, sends: #"{"custom.cf_tags.add": "c"}"#),
    lead("no value to add that is there", #""custom.cf_tags.add": "a""#, sends: nil),
    lead("a value to remove", #""custom.Tags.remove": "a""#, sends: #"{"custom.cf_tags.remove": "a"}"#),
    lead("no value to remove that is not there", #""custom.cf_tags.remove": "z""#, sends: nil),
    WriteCase(
      "e-mails of both members", given: [lead, contact], "contacts", "{}",
      #"{"id": "cont_a", "email": "b@x.com", "emails": [{"email": "c@x.com", "type": "home"}]}"#,
      writes: [
        #"""
        PUT contact/cont_a/ {"emails": [{"email": "a@x.com", "type": "office"},
        {"email": "c@x.com", "type": "home"}, {"email": "b@x.com", "type": "office"}]}
        """#
      ]),
    WriteCase(
      "the e-mail, although the list is empty", given: [lead, contact], "contacts", #"{"lists": "append"}"#,
      #"{"id": "cont_a", "email": "b@x.com", "emails": []}"#,
      writes: [
        #"PUT contact/cont_a/ {"emails": [{"email": "a@x.com", "type": "office"}, {"email": "b@x.com", "type": "office"}]}"#
      ]),
    WriteCase(
      "no empty list", given: [lead, contact], "contacts", "{}",
      #"{"id": "cont_a", "emails": [], "phones": []}"#),
    WriteCase(
      "an empty list when lists replace", given: [lead, contact], "contacts", #"{"lists": "replace"}"#,
      #"{"id": "cont_a", "emails": []}"#, writes: [#"PUT contact/cont_a/ {"emails": []}"#]),
    WriteCase(
      "no list for an empty e-mail, even when lists replace", given: [lead, contact], "contacts",
      #"{"lists": "replace", "nulls": "clear"}"#, #"{"id": "cont_a", "email": "", "emails": null}"#),
    WriteCase(
      "no list for nothing of use, even when lists replace", given: [lead, contact], "contacts",
      #"{"lists": "replace", "nulls": "clear"}"#,
      #"{"id": "cont_a", "emails": "", "phones": [""], "urls": [null]}"#
    ),
    WriteCase(
      "no list for entries of nothing, even when lists replace", given: [lead, contact], "contacts",
      #"{"lists": "replace"}"#, #"{"id": "cont_a", "emails": [{"email": "", "type": "office"}]}"#),
    WriteCase(
      "a list that is one text of JSON", given: [lead, contact], "contacts", "{}",
      #"{"id": "cont_a", "emails": "[{\"email\": \"A@x.com\"}]", "urls": "[\"a.com\"]"}"#,
      writes: [#"PUT contact/cont_a/ {"urls": [{"url": "a.com", "type": "url"}]}"#]),
    lead(
      "values that are one text of JSON", #""custom.cf_tags": "[\"b\", \"a\"]", "custom": "{\"Size\": 6}""#,
      sends: #"{"custom.cf_size": 6}"#),
    WriteCase(
      "no contact away from its lead", given: [lead, contact], "contacts", #"{"nulls": "clear"}"#,
      #"{"id": "cont_a", "lead_id": null, "title": null}"#, writes: [#"PUT contact/cont_a/ {"title": null}"#]),
    WriteCase(
      "a contact to another lead", given: [lead, "lead lead_b {}", contact], "contacts", "{}",
      #"{"id": "cont_a", "lead_id": "lead_b"}"#, writes: [#"PUT contact/cont_a/ {"lead_id": "lead_b"}"#]),
  ]

  @Test("of values", arguments: values)
  func sentValues(_ row: WriteCase) async throws { try await row.check() }

  @Test("of statuses", arguments: statuses)
  func sentStatuses(_ row: WriteCase) async throws { try await row.check() }

  @Test("of lists", arguments: lists)
  func sentLists(_ row: WriteCase) async throws { try await row.check() }

  @Test func `an opportunity cannot be moved, which its plan says`() throws {
    let desired = DesiredObject(
      resource: .opportunity,
      values: members(#"{"lead_id": "lead_b", "pipeline_id": "pipe_b", "date_created": "2020-01-01"}"#),
      lists: ListPolicies())
    let operation = Operation.update(
      of: "oppo_a", to: desired, live: members(#"{"lead_id": "lead_a", "pipeline_id": "pipe_a"}"#),
      method: .put, reason: "matched by id")
    #expect(operation.action == .noop)
    #expect(operation.request == nil)
    #expect(operation.reason == "matched by id, nothing differs; Close does not change lead_id, pipeline_id")
  }

  @Test func `a change tells what was there`() throws {
    let desired = DesiredObject(
      resource: .lead, values: ["name": "B", "url": "b.com"], lists: ListPolicies())
    let diff = FieldDiff(desired, live: ["name": "A"])
    #expect(
      diff.changes == [
        FieldChange(name: "name", from: "A", to: "B"), FieldChange(name: "url", from: .null, to: "b.com"),
      ])
    #expect(diff.body == ["name": "B", "url": "b.com"])
  }

  @Test(
    "a change of one value leaves the others",
    arguments: [
      ("custom.cf_x.add", #"["a"]"#, #"["a", "b"]"#), ("custom.cf_x.add", #"["b"]"#, #"["b"]"#),
      ("custom.cf_x.remove", #"["a", "b"]"#, #"["a"]"#), ("custom.cf_x", #"["a"]"#, #""b""#),
    ])
  func outcome(name: String, before: String, after: String) {
    let change = FieldChange(name: name, from: .null, to: "b")
    #expect(change.outcome(from: json(before)) == json(after))
    #expect(change.field == "custom.cf_x")
  }
}
