import JSONBytes
import Testing

@testable import TargetClose

@Suite("Refused, or left out, is")
struct RefusalTests {
  static let lead = #"lead lead_a {"name": "Acme"}"#
  static let path = #"{"path": "/activity/sms/"}"#

  static let incomplete: [WriteCase] = [
    WriteCase(
      "a contact without a lead", "contacts", "{}", #"{"name": "Ann"}"#,
      refusal: #""lead_id" is missing; without it Close would refuse it or invent a lead"#),
    WriteCase(
      "a contact with an empty lead", "contacts", "{}", #"{"name": "Ann", "lead_id": ""}"#,
      refusal: #""lead_id" is missing"#),
    WriteCase(
      "a contact with no lead, even when nulls clear", "contacts", #"{"nulls": "clear"}"#,
      #"{"name": "Ann", "lead_id": null}"#, refusal: #""lead_id" is missing"#),
    WriteCase(
      "an opportunity without a lead", "opportunities", "{}", #"{"value": 5}"#,
      refusal: #""lead_id" is missing"#),
    WriteCase(
      "a contact without a lead through a path", "people", #"{"path": "/contact/"}"#, #"{"name": "Ann"}"#,
      refusal: #""lead_id" is missing"#),
    WriteCase(
      "an opportunity without a lead through a crooked path", "deals", #"{"path": "//opportunity"}"#,
      #"{"value": 5}"#, refusal: #""lead_id" is missing"#),
    WriteCase("a note without a lead", "notes", "{}", #"{"note": "x"}"#, refusal: #""lead_id" is missing"#),
    WriteCase(
      "a task without a text", given: [lead], "tasks", "{}", #"{"lead_id": "lead_a"}"#,
      refusal: #""text" is missing"#),
    WriteCase(
      "a call task without a contact", given: [lead], "tasks", "{}",
      #"{"lead_id": "lead_a", "_type": "outgoing_call"}"#, refusal: #""contact_id" is missing"#),
    WriteCase(
      "an e-mail without a status", given: [lead], "emails", "{}", #"{"lead_id": "lead_a", "subject": "x"}"#,
      refusal: #""status" is missing"#),
    WriteCase(
      "a custom object without type and name", given: [lead], "custom_objects", "{}",
      #"{"lead_id": "lead_a"}"#, refusal: #""custom_object_type_id", "name" is missing"#),
    WriteCase(
      "an activity of no type", given: [lead], "activities", "{}", #"{"lead_id": "lead_a"}"#,
      refusal: #""_type" names no activity that can be written: """#),
    WriteCase(
      "a lead whose contacts are no objects", "leads", "{}", #"{"name": "A", "contacts": ["Ann"]}"#,
      refusal: #""contacts" must be a list of objects"#),
    WriteCase(
      "a value of the wrong type", given: [lead], "opportunities", "{}",
      #"{"lead_id": "lead_a", "value": "much"}"#, refusal: #""value" must be a number, not "much""#),
  ]

  static let sending: [WriteCase] = ["outbox", "scheduled", "OUTBOX", " outbox "].flatMap { status in
    [
      WriteCase(
        "an e-mail in the status \(status)", given: [lead], "emails", "{}",
        #"{"lead_id": "lead_a", "status": "\#(status)"}"#, refusal: "set allow_sending to true"),
      WriteCase(
        "an SMS in the status \(status)", given: [lead], "sms", "{}",
        #"{"lead_id": "lead_a", "status": "\#(status)"}"#, refusal: "set allow_sending to true"),
      WriteCase(
        "an SMS in the status \(status) through a path", "texts", path,
        #"{"lead_id": "lead_a", "status": "\#(status)"}"#, refusal: "set allow_sending to true"),
      WriteCase(
        "a draft that gets the status \(status)",
        given: [lead, #"activity/email acti_a {"lead_id": "lead_a", "status": "draft"}"#], "emails", "{}",
        #"{"id": "acti_a", "status": "\#(status)"}"#, refusal: "set allow_sending to true"),
      WriteCase(
        "a draft that gets the status \(status) through a path",
        given: [#"activity/email acti_a {"status": "draft"}"#], "mails",
        #"{"path": "activity/email/{id}/", "method": "put", "body": {"status": "{status}"}}"#,
        #"{"id": "acti_a", "status": "\#(status)"}"#, refusal: "set allow_sending to true"),
    ]
  }

  static let enrolling = [
    "sequence_subscription/", "bulk_action/email/", "/bulk_action/sequence_subscription",
  ].map {
    WriteCase(
      "anything to /\($0), which makes Close send e-mails", "many", #"{"path": "\#($0)"}"#,
      #"{"sequence_id": "seq_a"}"#, refusal: "set allow_sending to true")
  }

  static let resuming = WriteCase(
    "a subscription that is taken up again", given: [#"sample sample_a {}"#], "many",
    #"{"path": "/sequence_subscription/{id}/", "method": "PUT"}"#, #"{"id": "sub_a", "status": "active"}"#,
    refusal: "set allow_sending to true")

  static let hidden = [
    (#"{"path": "/activity/email/?x=1"}"#, #"{"status": "outbox"}"#),
    (#"{"path": "/activity/email/", "body": ["{record}"]}"#, #"{"status": "outbox"}"#),
    (
      #"{"path": "/activity/email/", "body": {"drafts": [{"status": "{status}"}]}}"#, #"{"status": "outbox"}"#
    ),
    (#"{"path": "/activity/{kind}/"}"#, #"{"kind": "sms", "status": ["outbox"]}"#),
  ].map {
    WriteCase("an e-mail that \($0) sends", "mails", $0, $1, refusal: "set allow_sending to true")
  }

  static let silent: [WriteCase] = [
    WriteCase(
      "what only Close writes about a lead", "leads", "{}",
      #"""
      {"name": "A", "organization_id": "orga_here", "date_updated": "2026-01-01", "updated_by": "user_a",
       "display_name": "A", "html_url": "x", "contact_ids": [], "opportunities": [{}], "tasks": [{}], "summaries": {}}
      """#, writes: [#"POST lead/ {"name": "A"}"#]),
    WriteCase(
      "what only Close writes about an opportunity", given: [lead], "opportunities", "{}",
      #"{"lead_id": "lead_a", "value": 1, "value_currency": "EUR", "expected_value": 1, "user_name": "", "is_stalled": true}"#,
      writes: [#"POST opportunity/ {"value": 1, "lead_id": "lead_a"}"#]),
    WriteCase("a meeting, which calendars make", given: [lead], "meetings", "{}", #"{"lead_id": "lead_a"}"#),
    WriteCase(
      "an activity that Close records by itself", "activities", "{}",
      #"{"_type": "TaskCompleted", "lead_id": "lead_a"}"#),
    WriteCase(
      "a task of a type that cannot be created", given: [lead], "tasks", "{}",
      #"{"lead_id": "lead_a", "_type": "missed_call"}"#),
    WriteCase(
      "a line of history that is there already",
      given: [lead, #"activity/status_change/lead acti_a {"lead_id": "lead_a"}"#],
      "lead_status_changes", "{}", #"{"id": "acti_a", "lead_id": "lead_a", "new_status_id": "stat_hot"}"#),
    WriteCase(
      "an activity by its type", given: [lead], "activities", "{}",
      #"{"_type": "Note", "lead_id": "lead_a", "note": "x", "date_updated": "2026-01-01"}"#,
      writes: [#"POST activity/note/ {"lead_id": "lead_a", "note": "x"}"#]),
    WriteCase(
      "an SMS that came", given: [lead], "sms", "{}",
      #"{"lead_id": "lead_a", "status": "inbox", "text": "x"}"#,
      writes: [#"POST activity/sms/ {"lead_id": "lead_a", "status": "inbox", "text": "x"}"#]),
  ]

  @Test("what is incomplete", arguments: incomplete)
  func refused(_ row: WriteCase) async throws { try await row.check() }

  @Test("what would be sent to people", arguments: sending + enrolling + [resuming] + hidden)
  func unsent(_ row: WriteCase) async throws { try await row.check() }

  @Test("what cannot be written", arguments: silent)
  func leftOut(_ row: WriteCase) async throws { try await row.check() }

  @Test(
    "nothing of that kind with allow_sending",
    arguments: sending.filter { $0.stream == "emails" || $0.stream == "texts" })
  func allowed(_ row: WriteCase) async throws {
    let close = FakeClose()
    close.add(row.given)
    let target = try WriteCase.target(close, row.stream, row.settings).with(["allow_sending": true])
    #expect(try await target.write(WriteCase.lines(row.stream, row.records)).exit == 0)
    #expect(close.written.count == 1)
    #expect(
      ["outbox", "scheduled", "OUTBOX", " outbox "].contains(close.written.first?.body["status"]?.string))
  }

  @Test func `a stream nothing is known of is skipped with one warning`() async throws {
    let target = try TargetHarness(FakeClose())
    let outcome = try await target.write(
      schema("weather"), record("weather", ["a": 1]), schema("weather"), record("weather", ["a": 2]), state(1)
    )
    #expect(outcome.exit == 0)
    #expect(outcome.output == [1])
    #expect(outcome.log.filter { $0.contains("weather is skipped") }.count == 1)
  }
}
