import JSONBytes
import Testing

@testable import TargetClose

@Suite("A record's fields")
struct MappingTests {
  /// The stream's settings, the record, its fields under Close's names.
  static let table: [(String, String, String)] = [
    ("{}", #"{"a": 1, "b": 2}"#, #"{"a": 1, "b": 2}"#),
    (#"{"fields": {"a": "name"}}"#, #"{"a": 1, "b": 2}"#, #"{"name": 1, "b": 2}"#),
    (#"{"fields": {"a": "name"}}"#, #"{"name": 0, "a": 1}"#, #"{"name": 1}"#),
    (#"{"fields": {"a": "name"}}"#, #"{"a": 1, "name": 0}"#, #"{"name": 1}"#),
    (#"{"fields": {"a": "b", "b": "a"}}"#, #"{"a": 1, "b": 2}"#, #"{"b": 1, "a": 2}"#),
    (#"{"exclude": ["a"]}"#, #"{"a": 1, "b": 2}"#, #"{"b": 2}"#),
    (#"{"exclude": "name", "fields": {"a": "name"}}"#, #"{"a": 1, "b": 2}"#, #"{"b": 2}"#),
    (#"{"constants": {"c": 3, "a": 9}}"#, #"{"a": 1}"#, #"{"a": 1, "c": 3}"#),
    (#"{"constants": {"name": "x"}, "fields": {"a": "name"}}"#, #"{"a": 1}"#, #"{"name": 1}"#),
  ]

  @Test("are renamed, dropped and added", arguments: table)
  func mapped(settings: String, record: String, fields: String) throws {
    let settings = try StreamSettings(members(settings), stream: "leads", place: "streams.leads")
    #expect(settings.mapping.apply(to: members(record)) == members(fields))
  }

  /// A member of a record and the custom fields it stands for; nil for none.
  static let customFields: [(String, String, [String]?)] = [
    ("custom.cf_a", "1", ["cf_a = 1"]), ("cf_a", "1", ["cf_a = 1"]),
    ("custom.Customer number", #""x""#, [#"Customer number = "x""#]),
    ("custom.cf_a.add", "1", ["cf_a.add = 1"]), ("custom.cf_a.remove", "1", ["cf_a.remove = 1"]),
    ("custom", #"{"cf_a": 1, "Name": 2}"#, ["cf_a = 1", "Name = 2"]), ("custom", "null", []),
    (
      "custom_fields", #"[{"id": "cf_a", "value": 1}, {"name": "B", "value": 2}, {"value": 3}]"#,
      ["cf_a = 1", "B = 2"]
    ),
    ("custom_fields", "null", []), ("name", "1", nil), ("customer", "1", nil),
  ]

  @Test("may be custom fields", arguments: customFields)
  func custom(name: String, value: String, fields: [String]?) {
    let found = RecordMapper.customFields(name, json(value))
    #expect(found?.map { "\($0.name)\($0.suffix) = \($0.value.compact)" } == fields)
  }

  static let created: [WriteCase] = [
    WriteCase(
      "a lead with everything", "leads", "{}",
      #"""
      {"name": "A", "status_label": "Hot", "custom.Owner": "ann@here.com", "custom": {"Size": "3"}, "custom_fields":
       [{"id": "cf_since", "value": "2026-01-02T00:00:00"}], "addresses": [{"city": "Bonn"}], "x": 1,
       "contacts": [{"name": "B", "email": "b@x.com", "phone": "", "lead_id": "lead_z"}]}
      """#,
      writes: [
        #"""
        POST lead/ {"name": "A", "addresses": [{"city": "Bonn"}], "status_id": "stat_hot",
        "custom.cf_owner": "user_ann", "custom.cf_size": 3, "custom.cf_since": "2026-01-02",
        "contacts": [{"name": "B", "emails": [{"email": "b@x.com", "type": "office"}]}]}
        """#
      ]),
    WriteCase(
      "nothing for nothing", "leads", "{}",
      #"{"name": "A", "url": null, "addresses": [], "contacts": [], "custom.cf_size": "", "custom.cf_tags": [""]}"#,
      writes: [#"POST lead/ {"name": "A"}"#]),
    WriteCase(
      "a note by its rich text", given: ["lead lead_a {}"], "notes", "{}",
      #"{"lead_id": "lead_a", "note": "x", "note_html": "<p>x</p>", "user_name": "Bob Jones"}"#,
      writes: [#"POST activity/note/ {"note_html": "<p>x</p>", "lead_id": "lead_a", "user_id": "user_bob"}"#]),
    WriteCase(
      "a note by its plain text when the rich one is empty", given: ["lead lead_a {}"], "notes", "{}",
      #"{"lead_id": "lead_a", "note": "x", "note_html": ""}"#,
      writes: [#"POST activity/note/ {"note": "x", "lead_id": "lead_a"}"#]),
    WriteCase(
      "an opportunity's status in its pipeline", given: ["lead lead_a {}"], "opportunities", "{}",
      #"{"lead_id": "lead_a", "pipeline_name": "Success", "status_label": "Open", "value": "8900"}"#,
      writes: [
        #"POST opportunity/ {"value": 8900, "lead_id": "lead_a", "pipeline_id": "pipe_success", "status_id": "stat_open2"}"#
      ]),
    WriteCase(
      "a custom activity by its type's name", given: ["lead lead_a {}"], "custom_activities",
      #"{"constants": {"custom_activity_type": "Visit"}}"#, #"{"lead_id": "lead_a", "custom.Mood": "good"}"#,
      writes: [
        #"POST activity/custom/ {"lead_id": "lead_a", "custom_activity_type_id": "actitype_visit", "custom.cf_mood": "good"}"#
      ]),
    WriteCase(
      "a value to add to a custom field as its list", "leads", "{}",
      #"{"name": "A", "custom.cf_tags.add": "a"}"#,
      writes: [#"POST lead/ {"name": "A", "custom.cf_tags": ["a"]}"#]),
    WriteCase(
      "a name that two go by: refused", given: ["lead lead_a {}"], "leads", "{}",
      #"{"name": "A", "custom.Size": "big"}"#, refusal: #""Size" must be a number, not "big""#),
    WriteCase(
      "a user nobody knows: refused", "leads", "{}", #"{"name": "A", "custom.Owner": "Zoe"}"#,
      refusal: #"there is no user "Zoe"; there are Ann Miller, Bob Jones"#),
    WriteCase(
      "two values for one: refused", "leads", "{}", #"{"name": "A", "custom.Size": [1, 2]}"#,
      refusal: #""Size" holds one value, not [1,2]"#),
  ]

  @Test("make", arguments: created)
  func creation(_ row: WriteCase) async throws { try await row.check() }
}
