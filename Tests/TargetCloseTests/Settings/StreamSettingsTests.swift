import JSONBytes
import Singer
import Testing

@testable import TargetClose

@Suite("The settings of a stream")
struct StreamSettingsTests {
  private func settings(_ block: String, _ stream: String = "leads") throws(SingerError) -> StreamSettings {
    try StreamSettings(members(block), stream: stream, place: "streams.\(stream)")
  }

  @Test(
    "go by its name",
    arguments: [
      ("leads", "lead"), ("lead", "lead"), ("contacts", "contact"), ("opportunities", "opportunity"),
      ("tasks", "task"), ("notes", "note"), ("calls", "call"), ("emails", "email"), ("sms", "sms"),
      ("whatsapp_messages", "whatsapp_message"), ("meetings", "meeting"),
      ("custom_activities", "custom_activity"),
      ("custom_objects", "custom_object"), ("comments", "comment"), ("activities", "activity"),
      ("users", "users"),
      ("lead_statuses", "lead_statuses"), ("custom_fields", "custom_fields"), ("weather", nil), ("", nil),
    ])
  func defaults(stream: String, resource: String?) {
    #expect((try? settings("{}", stream))?.resourceName == resource)
  }

  @Test func `are an upsert by id unless told otherwise`() throws {
    let settings = try settings("{}")
    #expect(settings.action == .upsert)
    #expect(settings.match.isEmpty)
    #expect(settings.onNone == .create)
    #expect(settings.onMany == .reject)
    #expect(settings.mapping == FieldMapping())
    #expect(settings.limits == WriteLimits())
    #expect(!settings.isRepeatable)
    #expect(settings.lists.policy(of: "emails") == .append)
    #expect(settings.lists.policy(ofCustomField: "custom.cf_x") == .replace)
  }

  @Test(
    "do what is worth a word when nothing matches",
    arguments: [("create", NonePolicy.create), ("upsert", .create), ("update", .reject), ("delete", .skip)])
  func none(action: String, policy: NonePolicy) throws {
    #expect(try settings(#"{"action": "\#(action)"}"#).onNone == policy)
    #expect(try settings(#"{"action": "\#(action)", "on_none": "skip"}"#).onNone == .skip)
  }

  @Test(
    "know match keys by any spelling",
    arguments: [
      ("id", MatchKey.id, "id"), ("email", .email, "email"), ("emails", .email, "email"),
      ("phones", .phone, "phone"),
      ("name", .field("name"), "name"), ("custom.cf_a", .custom("cf_a"), "custom.cf_a"),
      ("custom.Customer number", .custom("Customer number"), "custom.Customer number"),
      ("cf_a", .custom("cf_a"), "custom.cf_a"),
    ])
  func key(text: String, key: MatchKey, description: String) throws {
    #expect(try settings(#"{"match": "\#(text)"}"#).match == [key])
    #expect(key.description == description)
  }

  @Test(
    "say how lists are merged",
    arguments: [
      (#""append""#, ListPolicy.append, ListPolicy.append), (#""replace""#, .replace, .replace),
      (#"{"emails": "replace"}"#, .replace, .replace), (#"{"custom.cf_x": "append"}"#, .append, .append),
      ("null", .append, .replace),
    ])
  func lists(value: String, ofEmails: ListPolicy, ofCustom: ListPolicy) throws {
    let lists = try settings(#"{"lists": \#(value)}"#).lists
    #expect(lists.policy(of: "emails") == ofEmails)
    #expect(lists.policy(ofCustomField: "custom.cf_x") == ofCustom)
  }

  /// A block and a part of the reason it is refused.
  static let wrong: [(String, String)] = [
    (#"{"max_create": 3}"#, "max_create"), (#"{"actoin": "update"}"#, "actoin"),
    (#"{"action": "destroy"}"#, "action"), (#"{"on_many": "some"}"#, "on_many"),
    (#"{"on_none": "no"}"#, "on_none"),
    (#"{"nulls": "keep"}"#, "nulls"), (#"{"max_creates": -1}"#, "max_creates"),
    (#"{"max_deletes": "few"}"#, "max_deletes"),
    (#"{"allow_create": "sometimes"}"#, "allow_create"),
    (#"{"match": [1]}"#, #""match" must be an array of strings"#),
    (#"{"fields": {"a": 1}}"#, #""fields" must hold Close's name of "a", not 1"#),
    (#"{"fields": {"a": ""}}"#, #""fields" must hold Close's name"#),
    (#"{"lists": "merge"}"#, #""lists" must be append or replace"#),
    (#"{"lists": {"emails": 1}}"#, #""lists" must be append or replace"#),
    (#"{"resource": "planet"}"#, #""resource" must be one of lead, contact"#),
    (#"{"resource": "lead", "path": "/lead/"}"#, "exclude each other"),
    (#"{"method": "POST"}"#, #""method" goes with "path""#),
    (#"{"batch_size": 3}"#, #""batch_size" goes with "path""#),
    (#"{"body": {}}"#, #""body" goes with "path""#), (#"{"path": "/x/", "method": "GET"}"#, "method"),
    (#"{"path": "/x/", "method": "DELETE", "batch_size": 2}"#, #""batch_size" does not go with DELETE"#),
    (#"{"allow_creating_new_leads": false}"#, #"goes with "action": "contact_and_lead""#),
    (#"{"lead_custom_field_id_for_company_id": "cf_a"}"#, #"goes with "action": "contact_and_lead""#),
  ]

  @Test("are refused when something is wrong with them", arguments: wrong)
  func refused(block: String, reason: String) {
    let error = #expect(throws: SingerError.self) { try settings(block) }
    #expect(error?.code == .config)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("streams.leads") == true)
  }

  @Test func `all that is wrong is told at once, before anything is sent`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(
      close,
      ["streams": json(#"{"leads": {"nulls": 7}, "contacts": {"typo": 1}, "weather": {}, "x": 7}"#)])
    let outcome = try await target.write(schema("leads"))
    #expect(outcome.exit == 2)
    #expect(
      outcome.log.map { $0.prefix { $0 != ":" } } == [
        "CRITICAL streams.leads", "CRITICAL streams.contacts", "CRITICAL streams.weather",
        "CRITICAL streams.x",
      ])
    #expect(close.calls.isEmpty)
  }

  @Test func `methods may be written small, a path makes a POST`() throws {
    guard case .endpoint(let endpoint) = try settings(#"{"path": "/a/{b}/", "method": "put"}"#).destination,
      case .endpoint(let other) = try settings(#"{"path": "/a/"}"#).destination,
      case .endpoint(let deletion) = try settings(#"{"path": "/a/", "action": "delete"}"#).destination
    else {
      Issue.record("a path makes an endpoint")
      return
    }
    #expect(endpoint.method == .put)
    #expect(endpoint.path.fields == ["b"])
    #expect(other.method == .post)
    #expect(deletion.method == .delete)
  }

  @Test func `group a batch by what its path needs`() throws {
    let rule = try settings(#"{"path": "/lead/{lead_id}/{x}/", "batch_size": 5, "group_by": "x"}"#).batch
    #expect(rule?.size == 5)
    #expect(rule?.groupBy == ["x", "lead_id"])
    #expect(try settings(#"{"path": "/a/", "batch_size": 1}"#).batch == nil)
  }

  @Test func `make other records of the same fields when they change`() async throws {
    let close = FakeClose()
    let target = try WriteCase.target(close, "leads", "{}")
    let lines = WriteCase.lines("leads", [#"{"key": 1, "name": "A", "info": "x"}"#])
    _ = try await target.write(lines)
    let other = target.with(["streams": ["leads": ["fields": ["info": "description"]]]])
    _ = try await other.write(lines)
    #expect(close.written == writes(#"POST lead/ {"name": "A"}"#, #"PUT lead/lead_1/ {"description": "x"}"#))
  }
}

@Suite("A template")
struct TemplateTests {
  @Test(
    "has places for fields",
    arguments: [
      ("/lead/{lead_id}/", ["lead_id"], "/lead/7/"), ("{a}{lead_id}", ["a", "lead_id"], "x7"),
      ("plain", [], "plain"),
      ("open {a", [], "open {a"), ("{}", [""], nil), ("{n}", ["n"], nil), ("a}b{a}", ["a"], "a}bx"),
    ])
  func text(template: String, fields: [String], text: String?) {
    let parsed = TextTemplate(template)
    #expect(parsed.fields == fields)
    #expect((try? parsed.text(["lead_id": 7, "a": "x", "n": .null])) == text)
    #expect(parsed.text == template)
  }

  @Test func `is one place or a text with places`() {
    #expect(TextTemplate("{a}").soleField == "a")
    #expect(TextTemplate("x{a}").soleField == nil)
    #expect(TextTemplate("").soleField == nil)
  }

  @Test func `of a body takes values with their types`() throws {
    let template = BodyTemplate(
      json(#"{"n": "{n}", "t": "{n}!", "all": "{records}", "l": ["{gone}"], "o": {"g": "{gone}"}}"#))
    #expect(
      try template.body([members(#"{"n": 1.5}"#), ["n": 2]])
        == json(#"{"n": 1.5, "t": "1.5!", "all": [{"n": 1.5}, {"n": 2}], "l": [], "o": {}}"#))
    #expect(try BodyTemplate("{gone}").body([JSONObject()]) == [:])
  }
}
