import CloseAPI
import JSONBytes
import Testing

@testable import TargetClose

@Suite("An object is the one that was sent")
struct IntentProbeTests {
  private static let sent = Timestamp(seconds: 1_800_000_000)

  private static func probe(_ resource: String, _ body: String) -> IntentProbe? {
    IntentProbe(
      JournalIntent(
        number: 1, key: JournalKey(stream: "s", key: RecordKey(text: "k")), resource: resource,
        request: PlannedRequest(method: .post, path: "x/", body: json(body)), tokens: [], time: sent))
  }

  /// The resource, what was sent, what is there, whether it is that.
  static let table: [(String, String, String, Bool)] = [
    ("lead", #"{"name": "Acme"}"#, #"{"name": "Acme", "url": "x"}"#, true),
    ("lead", #"{"name": "Acme"}"#, #"{"name": "Acme Ltd"}"#, false),
    ("lead", #"{"name": "Acme", "url": "acme.com"}"#, #"{"name": "Acme", "url": "https://acme.com"}"#, true),
    ("lead", #"{"name": "Acme", "url": "acme.com"}"#, #"{"name": "Acme"}"#, false),
    ("lead", #"{"name": "Acme", "custom.cf_a": "7"}"#, #"{"name": "Acme", "custom.cf_a": "8"}"#, false),
    (
      "lead", #"{"name": "Acme", "custom.cf_a": ["a", "b"]}"#,
      #"{"name": "Acme", "custom.cf_a": ["a", "b"]}"#, true
    ),
    ("lead", #"{"status_id": "stat_a"}"#, #"{"status_id": "stat_a"}"#, false),
    ("lead", "{}", #"{"name": "Acme"}"#, false),
    // A lead that is told by its contacts only.
    ("lead", #"{"contacts": [{"name": "Ann"}]}"#, #"{"contacts": [{"name": "Ann"}]}"#, true),
    ("lead", #"{"contacts": [{"name": "Ann"}]}"#, #"{"contacts": [{"name": "Bob"}]}"#, false),
    ("lead", #"{"contacts": [{"name": "Ann"}]}"#, #"{"contacts": []}"#, false),
    (
      "lead", #"{"contacts": [{"emails": [{"email": "a@x.com"}]}]}"#,
      #"{"contacts": [{"name": "X", "emails": [{"email": "b@x.com"}]}]}"#, false
    ),
    (
      "lead", #"{"contacts": [{"emails": [{"email": "a@x.com"}]}]}"#,
      #"{"contacts": [{"name": "X", "emails": [{"email": "A@x.com", "type": "office"}]}]}"#, true
    ),
    (
      "lead", #"{"contacts": [{"phones": [{"phone": "+14155550100"}]}]}"#,
      #"{"contacts": [{"phones": [{"phone": "+14155550101"}]}]}"#, false
    ),
    // Close makes E.164 of telephone numbers, wraps and cleans rich text, keeps milliseconds.
    (
      "contact", #"{"lead_id": "lead_a", "phones": [{"phone": "(415) 555-0100"}]}"#,
      #"{"lead_id": "lead_a", "phones": [{"phone": "+14155550100"}]}"#, true
    ),
    ("contact", #"{"lead_id": "lead_a", "name": "Ann"}"#, #"{"lead_id": "lead_b", "name": "Ann"}"#, false),
    (
      "note", #"{"lead_id": "lead_a", "note_html": "<p>Hi <b>you</b></p>"}"#,
      #"{"lead_id": "lead_a", "note_html": "<body><p>Hi you</p></body>"}"#, true
    ),
    ("note", #"{"lead_id": "lead_a", "note": "Hi"}"#, #"{"lead_id": "lead_a", "note": "Ho"}"#, false),
    (
      "note", #"{"lead_id": "lead_a", "note": "Hi", "activity_at": "2026-01-02T03:04:05.123456Z"}"#,
      #"{"lead_id": "lead_a", "note": "Hi", "activity_at": "2026-01-02T03:04:05.123000+00:00"}"#, true
    ),
    ("opportunity", #"{"lead_id": "lead_a", "value": 5}"#, #"{"lead_id": "lead_a", "value": 5.0}"#, true),
    ("opportunity", #"{"lead_id": "lead_a", "value": 5}"#, #"{"lead_id": "lead_a", "value": 6}"#, false),
    ("task", #"{"lead_id": "lead_a", "text": ""}"#, #"{"lead_id": "lead_a"}"#, true),
    // Age.
    ("lead", #"{"name": "A"}"#, #"{"name": "A", "date_created": "2027-01-15T08:00:00Z"}"#, true),
    ("lead", #"{"name": "A"}"#, #"{"name": "A", "date_created": "2027-01-15T07:55:00Z"}"#, true),
    ("lead", #"{"name": "A"}"#, #"{"name": "A", "date_created": "2027-01-15T07:54:59Z"}"#, false),
    (
      "lead", #"{"name": "A", "date_created": "2020-01-01T00:00:00Z"}"#,
      #"{"name": "A", "date_created": "2020-01-01T00:00:00+00:00"}"#, true
    ),
    (
      "lead", #"{"name": "A", "date_created": "2020-01-01T00:00:00Z"}"#,
      #"{"name": "A", "date_created": "2020-01-02T00:00:00Z"}"#, false
    ),
  ]

  @Test("when everything it says agrees", arguments: table)
  func matches(resource: String, sent: String, live: String, isIt: Bool) throws {
    let probe = try #require(Self.probe(resource, sent))
    #expect(probe.matches(members(live)) == isIt)
  }

  @Test func `however old it is, when it goes by a value of its own`() throws {
    let probe = try #require(Self.probe("lead", #"{"name": "A"}"#))
    #expect(
      probe.matches(members(#"{"name": "A", "date_created": "2020-01-01T00:00:00Z"}"#), isRecognised: true))
  }

  @Test func `at a path of the user's own only if Close knows such objects there`() {
    func probe(_ path: String, _ body: JSONValue?) -> String? {
      IntentProbe(
        JournalIntent(
          number: 1, key: JournalKey(stream: "s", key: RecordKey(text: "k")), resource: path,
          request: PlannedRequest(method: .post, path: path, body: body), tokens: [], time: Self.sent)
      )?.resource.name
    }
    #expect(probe("contact", ["name": "A"]) == "contact")
    #expect(probe("/activity//note/", ["note": "A"]) == "note")
    #expect(probe("activity/meeting/", ["title": "A"]) == nil)
    #expect(probe("sample/", ["name": "A"]) == nil)
    #expect(probe("contact/", nil) == nil)
    #expect(probe("contact/", []) == nil)
  }

  @Test(
    "by its type in the log",
    arguments: [
      ("task", "{}", "task.lead"), ("task", #"{"_type": "outgoing_call"}"#, "task.outgoing_call"),
      ("note", "{}", "activity.note"),
      ("lead", "{}", "lead"), ("custom_activity", "{}", "activity.custom_activity"),
    ])
  func eventType(resource: String, body: String, type: String) {
    #expect(Self.probe(resource, body)?.eventType == type)
  }
}
