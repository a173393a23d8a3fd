import JSONBytes
import Testing

@testable import TargetClose

/// A kind of object and a record that makes one.
struct CreatedKind: Sendable, CustomTestStringConvertible {
  let stream: String
  /// Where `FakeClose` keeps such objects.
  let resource: String
  let record: String
  /// The stream's block.
  var settings = "{}"

  var testDescription: String { stream }

  /// Every kind that can be created, about the lead and contact of `given`.
  static let all = [
    CreatedKind(stream: "leads", resource: "lead", record: #"{"key": 1, "name": "New", "url": "new.com"}"#),
    CreatedKind(
      stream: "contacts", resource: "contact",
      record:
        #"{"key": 1, "lead_id": "lead_a", "name": "Ann", "email": "ann@x.com", "phone": "+1 415 555 0100"}"#),
    CreatedKind(
      stream: "opportunities", resource: "opportunity",
      record: #"{"key": 1, "lead_id": "lead_a", "value": 500, "note": "Big", "status_label": "Open"}"#),
    CreatedKind(
      stream: "tasks", resource: "task",
      record: #"{"key": 1, "lead_id": "lead_a", "text": "Call back", "date": "2026-01-02"}"#),
    CreatedKind(
      stream: "notes", resource: "activity/note",
      record: #"{"key": 1, "lead_id": "lead_a", "note_html": "<p>Hello</p>"}"#),
    CreatedKind(
      stream: "calls", resource: "activity/call",
      record:
        #"{"key": 1, "lead_id": "lead_a", "duration": 60, "phone": "+14155550100", "direction": "inbound"}"#),
    CreatedKind(
      stream: "emails", resource: "activity/email",
      record: #"{"key": 1, "lead_id": "lead_a", "status": "draft", "subject": "Hi", "body_text": "Hello"}"#),
    CreatedKind(
      stream: "sms", resource: "activity/sms",
      record: #"{"key": 1, "lead_id": "lead_a", "status": "inbox", "text": "Hello", "remote_phone": "+1415"}"#
    ),
    CreatedKind(
      stream: "whatsapp_messages", resource: "activity/whatsapp_message",
      record: #"""
        {"key": 1, "lead_id": "lead_a", "contact_id": "cont_z", "activity_at": "2026-01-02T00:00:00Z",
         "direction": "inbound", "external_whatsapp_message_id": "w1", "local_phone": "+1", "remote_phone": "+2",
         "message_markdown": "Hello"}
        """#),
    CreatedKind(
      stream: "custom_activities", resource: "activity/custom",
      record:
        #"{"key": 1, "lead_id": "lead_a", "custom_activity_type_id": "actitype_visit", "custom.Mood": "good"}"#
    ),
    CreatedKind(
      stream: "lead_status_changes", resource: "activity/status_change/lead",
      record: #"{"key": 1, "lead_id": "lead_a", "old_status_id": "stat_new", "new_status_id": "stat_hot"}"#),
    CreatedKind(
      stream: "custom_objects", resource: "custom_object",
      record: #"{"key": 1, "lead_id": "lead_a", "custom_object_type": "Car", "name": "Red"}"#),
    CreatedKind(
      stream: "comments", resource: "comment", record: #"{"key": 1, "object_id": "acti_9", "body": "Nice"}"#),
    CreatedKind(
      stream: "anything", resource: "contact", record: #"{"key": 1, "lead_id": "lead_a", "name": "Ann"}"#,
      settings: #"{"path": "/contact/"}"#),
  ]

  static let given = [
    #"lead lead_a {"name": "Acme"}"#, #"contact cont_z {"lead_id": "lead_a", "name": "Zoe"}"#,
  ]

  /// Objects that look the same and have been there for long: others made them.
  func addTwins(to close: FakeClose, _ body: JSONObject) {
    var twin = body
    twin["date_created"] = "2020-01-01T00:00:00Z"
    close.add(resource, twin)
  }

  func target(_ close: FakeClose, _ config: JSONObject = [:]) throws -> TargetHarness {
    try WriteCase.target(close, stream, settings, config)
  }

  /// The request that creates it.
  func creation() async throws -> Operation {
    let close = FakeClose()
    close.add(CreatedKind.given)
    let outcome = try await target(close).dryRun(WriteCase.lines(stream, [record]))
    let line = try #require(outcome.output.first.flatMap { PlanLine($0) })
    return try #require(line.operations.first)
  }
}
