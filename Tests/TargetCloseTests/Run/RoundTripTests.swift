import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

/// Another organisation's data, as tap-close reads it, on its way into this one.
@Suite("A second organisation")
struct RoundTripTests {
  private static let far = #""organization_id": "orga_far""#

  /// The dictionaries, whose ids mean nothing here but whose names may.
  static let names = [
    schema("users", key: "id"), schema("lead_statuses", key: "id"), schema("opportunity_statuses", key: "id"),
    schema("pipelines", key: "id"), schema("custom_fields", key: "id"),
    record(
      "users",
      members(#"{"id": "user_far", "first_name": "Bob", "last_name": "Jones", "email": "bob@far.com"}"#)),
    record(
      "users",
      members(#"{"id": "user_gone", "first_name": "Zoe", "last_name": "Gone", "email": "zoe@far.com"}"#)),
    record("lead_statuses", ["id": "stat_far", "label": "Hot"]),
    record("opportunity_statuses", ["id": "stat_far_open", "label": "Open", "pipeline_id": "pipe_far"]),
    record("pipelines", ["id": "pipe_far", "name": "Success"]),
    record("custom_fields", ["id": "cf_far_size", "name": "Size", "type": "number"]),
  ]

  static let lead = record(
    "leads",
    members(
      #"""
      {"id": "lead_far", \#(far), "name": "Acme", "status_id": "stat_far", "custom.cf_far_size": 5,
       "custom.cf_far_owner": "user_far", "custom.cf_far_only": "x", "created_by": "user_far",
       "contacts": [{"id": "cont_far", "lead_id": "lead_far", "name": "Ann", "emails": [{"email": "a@x.com", "type": "office"}]}],
       "opportunities": [{"id": "oppo_far"}], "date_created": "2020-01-02T00:00:00.000000Z"}
      """#))
  static let contact = record(
    "contacts",
    members(
      #"""
      {"id": "cont_far", \#(far), "lead_id": "lead_far", "name": "Ann", "date_created": "2020-01-02T00:00:00.000000Z",
       "emails": [{"email": "a@x.com", "type": "office"}], "phones": [], "display_name": "Ann"}
      """#))
  static let opportunity = record(
    "opportunities",
    members(
      #"""
      {"id": "oppo_far", \#(far), "lead_id": "lead_far", "contact_id": "cont_far", "user_id": "user_far",
       "pipeline_id": "pipe_far", "status_id": "stat_far_open", "value": 8900, "value_period": "one_time"}
      """#))
  static let note = record(
    "activities",
    members(
      #"""
      {"id": "acti_far", "_type": "Note", \#(far), "lead_id": "lead_far", "contact_id": "cont_far", "user_id": "user_gone",
       "note": "Hello", "date_created": "2020-01-02T00:00:00.000000Z"}
      """#))
  static let leadSchema = schema(
    "leads", key: "id", properties: members(#"{"custom.cf_far_owner": {"description": "Owner"}}"#))

  /// Everything, the records in an order that makes each of them wait.
  static let all =
    [
      leadSchema, schema("contacts", key: "id"), schema("opportunities", key: "id"),
      schema("activities", key: "id"),
      schema("users", key: "id"), note, opportunity, contact, lead,
    ] + names + [state("end")]

  @Test func `is written with the ids of this one, and the second time not at all`() async throws {
    let close = FakeClose(indexLag: 60)
    let target = try TargetHarness(close)
    let outcome = try await target.write(Self.all)
    #expect(outcome.exit == 0, "\(outcome.log)")
    #expect(outcome.output == ["end"])
    let (lead, contact) = (
      try #require(close.objects("lead").first), try #require(close.objects("contact").first)
    )
    #expect(lead["status_id"] == "stat_hot")
    #expect(lead["custom.cf_size"] == 5)
    #expect(lead["custom.cf_owner"] == "user_bob")
    #expect(lead["created_by"] == "user_bob")
    #expect(lead["date_created"] == "2020-01-02T00:00:00.000000Z")
    #expect(!lead.keys.contains { $0.contains("far") })
    #expect(close.objects("contact").count == 1)
    #expect(contact["lead_id"] == lead["id"])
    let opportunity = try #require(close.objects("opportunity").first)
    #expect(opportunity["lead_id"] == lead["id"])
    #expect(opportunity["contact_id"] == contact["id"])
    #expect(opportunity["user_id"] == "user_bob")
    #expect(opportunity["pipeline_id"] == "pipe_success")
    #expect(opportunity["status_id"] == "stat_open2")
    let note = try #require(close.objects("activity/note").first)
    #expect(note["lead_id"] == lead["id"])
    #expect(note["user_id"] == nil)
    #expect(
      outcome.log.contains { $0.contains(#"there is no user "zoe@far.com" here; "user_id" is left out"#) })
    #expect(outcome.log.contains { $0.contains(#"there is no lead custom field "cf_far_only" here"#) })
    close.forgetCalls()
    let again = try await target.write(Self.all)
    #expect(again.exit == 0)
    #expect(again.output == ["end"])
    #expect(close.written.isEmpty)
  }

  @Test func `is compared with what is here when its records change`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close, ["update_method": "put"])
    _ = try await target.write(Self.all)
    close.forgetCalls()
    let changed = Self.all.map {
      $0.replacing("8900", with: "9900").replacing(
        #""note":"Hello""#, with: #""note":"Hello","date_updated":"2026-01-01""#)
    }
    #expect(try await target.write(changed).exit == 0)
    #expect(close.written.map(\.body) == [["value": 9900]])
  }

  @Test func `brings the contacts of its leads when no contacts stream comes`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    _ = try await target.write(Self.names + [Self.leadSchema, Self.lead])
    #expect(close.written.map(\.call) == ["POST lead/"])
    #expect(close.objects("contact").map { $0["name"] } == ["Ann"])
    // What comes later about them finds them.
    close.forgetCalls()
    _ = try await target.write(
      Self.names + [
        schema("contacts", key: "id"), Self.contact.replacing(#""name":"Ann""#, with: #""name":"Anna""#),
      ])
    #expect(close.written.map(\.call) == ["PATCH contact/cont_2/", "PUT contact/cont_2/"])
    #expect(close.objects("contact").map { $0["name"] } == ["Anna"])
  }

  @Test("does not double contacts whose stream is announced late", arguments: ["contacts", "people"])
  func lateContacts(_ stream: String) async throws {
    let close = FakeClose()
    let target = try TargetHarness(close, ["streams": [stream: ["resource": "contact"]]])
    let contact = Self.contact.replacing(#""stream":"contacts""#, with: #""stream":"\#(stream)""#)
    let outcome = try await target.write(
      Self.names + [Self.leadSchema, Self.lead, schema(stream, key: "id"), contact])
    #expect(outcome.exit == 0)
    #expect(close.objects("contact").count == 1)
  }

  @Test func `leaves contacts to their own stream`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    _ = try await target.write(Self.names + [schema("contacts", key: "id"), Self.leadSchema, Self.lead])
    #expect(close.objects("lead").count == 1)
    #expect(close.objects("contact").isEmpty)
  }

  @Test func `has ids that mean nothing here, even when they are the same`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_far {"name": "Ours"}"#])
    let target = try TargetHarness(close)
    let outcome = try await target.write([schema("contacts", key: "id"), Self.contact])
    #expect(outcome.exit == 1)
    #expect(close.written.isEmpty)
    #expect(
      try target.deadLetters.map { $0["reason"] } == [
        #""lead_id" points to the lead "lead_far", and no such record came"#
      ])
  }

  @Test func `may be this one: its objects are known by their ids`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Ours"}"#, #"contact cont_a {"lead_id": "lead_a", "name": "Ann"}"#])
    let target = try TargetHarness(close, ["update_method": "put"])
    _ = try await target.write(
      schema("leads", key: "id"), schema("contacts", key: "id"),
      record("leads", ["id": "lead_a", "organization_id": "orga_here", "name": "Renamed"]),
      record(
        "contacts", ["id": "cont_a", "organization_id": "orga_here", "lead_id": "lead_a", "name": "Ann"]))
    #expect(close.written == writes(#"PUT lead/lead_a/ {"name": "Renamed"}"#))
  }

  @Test func `with two of one name here is refused, not guessed at`() async throws {
    let close = FakeClose()
    close.answer(
      "user/",
      json(
        #"""
        {"data": [{"id": "user_1", "first_name": "Bob", "last_name": "Jones"},
         {"id": "user_2", "first_name": "Bob", "last_name": "Jones"}], "has_more": false}
        """#))
    let target = try TargetHarness(close)
    let outcome = try await target.write(Self.names + [Self.leadSchema, Self.lead])
    #expect(outcome.exit == 1)
    #expect(
      try target.deadLetters.map { $0["reason"] } == [#"several users are called "Bob Jones"; use the id"#])
  }
}
