import JSONBytes
import Testing

@testable import TargetClose

@Suite("A record is matched")
struct MatchTests {
  static let acme = #"lead lead_a {"name": "Acme", "custom.cf_number": "7"}"#
  static let ann = #"""
    contact cont_a {"lead_id": "lead_a", "name": "Ann", "custom.cf_user": "u1",
     "emails": [{"email": "ann@acme.com", "type": "office"}], "phones": [{"phone": "+14155550100", "type": "office"}]}
    """#
  static let bob = #"""
    contact cont_b {"lead_id": "lead_a", "name": "Bob", "custom.cf_user": "u2",
     "emails": [{"email": "bob@acme.com", "type": "office"}]}
    """#
  static let eve = #"""
    contact cont_e {"lead_id": "lead_a", "name": "Eve", "emails": [{"email": "eve@acme.com", "type": "office"}]}
    """#
  static let titled = #"PUT contact/cont_a/ {"title": "CEO"}"#

  static let keys: [WriteCase] = [
    WriteCase(
      "by e-mail, whatever its case", given: [acme, ann, bob], "contacts", #"{"match": "email"}"#,
      #"{"email": "ANN@acme.com", "title": "CEO"}"#, writes: [titled]),
    WriteCase(
      "by any of several e-mails", given: [acme, ann, bob], "contacts", #"{"match": ["email"]}"#,
      #"{"emails": [{"email": "ann@acme.com"}, {"email": "a@home.com"}], "title": "CEO"}"#,
      writes: [
        #"""
        PUT contact/cont_a/ {"emails": [{"email": "ann@acme.com", "type": "office"},
        {"email": "a@home.com", "type": "office"}], "title": "CEO"}
        """#
      ]),
    WriteCase(
      "not by an e-mail that a search finds but that is another one", given: [acme, ann], "contacts",
      #"{"match": ["email"]}"#, #"{"email": "nn@acme.com", "lead_id": "lead_a"}"#,
      writes: [
        #"POST contact/ {"emails": [{"email": "nn@acme.com", "type": "office"}], "lead_id": "lead_a"}"#
      ]),
    WriteCase(
      "by an international telephone number in another form", given: [acme, ann], "contacts",
      #"{"match": ["phone"]}"#, #"{"phone": "+1 (415) 555-0100", "title": "CEO"}"#, writes: [titled]),
    WriteCase(
      "by a national telephone number", given: [acme, ann], "contacts", #"{"match": ["phone"]}"#,
      #"{"phone": "(415) 555-0100", "title": "CEO"}"#, writes: [titled]),
    WriteCase(
      "by a custom field's id", given: [acme, ann, bob], "contacts", #"{"match": ["custom.cf_user"]}"#,
      #"{"custom.cf_user": "u1", "title": "CEO"}"#, writes: [titled]),
    WriteCase(
      "by a custom field's bare id", given: [acme, ann, bob], "contacts", #"{"match": ["cf_user"]}"#,
      #"{"cf_user": "u1", "title": "CEO"}"#, writes: [titled]),
    WriteCase(
      "by a custom field's name, which the record knows by its id", given: [acme, ann, bob], "contacts",
      #"{"match": ["custom.User number"]}"#, #"{"custom.cf_user": "u1", "title": "CEO"}"#, writes: [titled]),
    WriteCase(
      "by a custom field's id, which the record knows by its name", given: [acme, ann, bob], "contacts",
      #"{"match": ["custom.cf_user"]}"#, #"{"custom": {"User number": "u1"}, "title": "CEO"}"#,
      writes: [titled]),
    WriteCase(
      "by a custom field of numbers", given: [#"lead lead_a {"custom.cf_size": 12}"#], "leads",
      #"{"match": ["custom.Size"]}"#, #"{"custom.Size": "12", "name": "New"}"#,
      writes: [#"PUT lead/lead_a/ {"name": "New"}"#]),
    WriteCase(
      "by a custom field of days", given: [#"lead lead_a {"custom.cf_since": "2026-01-02"}"#], "leads",
      #"{"match": ["custom.Since"]}"#, #"{"custom.Since": "2026-01-02T00:00:00Z", "name": "New"}"#,
      writes: [#"PUT lead/lead_a/ {"name": "New"}"#]),
    WriteCase(
      "by name, all of it", given: [acme, #"lead lead_b {"name": "Acme Ltd"}"#], "leads",
      #"{"match": ["name"]}"#, #"{"name": "Acme Ltd", "description": "Big"}"#,
      writes: [#"PUT lead/lead_b/ {"description": "Big"}"#]),
    WriteCase(
      "not by a name that is a part of another", given: [#"lead lead_b {"name": "Acme Ltd"}"#], "leads",
      #"{"match": ["name"]}"#, #"{"name": "Acme"}"#, writes: [#"POST lead/ {"name": "Acme"}"#]),
    WriteCase(
      "for a lead by the e-mail of its contacts", given: [acme, ann], "leads", #"{"match": ["email"]}"#,
      #"{"contacts": [{"emails": [{"email": "Ann@acme.com"}]}], "description": "Big"}"#,
      writes: [#"PUT lead/lead_a/ {"description": "Big"}"#]),
    WriteCase(
      "by Close's id, unless told otherwise", given: [acme], "leads", #"{}"#,
      #"{"id": "lead_a", "description": "Big"}"#, writes: [#"PUT lead/lead_a/ {"description": "Big"}"#]),
    WriteCase(
      "by Close's id in a field of another name", given: [acme], "leads",
      #"{"fields": {"close_id": "id"}, "match": ["id"]}"#, #"{"close_id": "lead_a", "description": "Big"}"#,
      writes: [#"PUT lead/lead_a/ {"description": "Big"}"#]),
    WriteCase(
      "not by an id of another organisation", given: [acme], "leads", #"{}"#,
      #"{"id": "lead_a", "organization_id": "orga_there", "name": "There"}"#,
      writes: [#"POST lead/ {"name": "There"}"#]),
    WriteCase(
      "by nothing an id may lead to besides", given: [acme], "leads", #"{}"#,
      #"{"id": "..", "name": "Up"}"#, writes: [#"POST lead/ {"name": "Up"}"#]),
    WriteCase(
      "by the deal number of an opportunity",
      given: [acme, #"opportunity oppo_a {"lead_id": "lead_a", "custom.cf_deal": "D1", "value": 5}"#],
      "opportunities", #"{"match": ["custom.Deal number"]}"#, #"{"custom.Deal number": "D1", "value": 7}"#,
      writes: [#"PUT opportunity/oppo_a/ {"value": 7}"#]),
    WriteCase(
      "among the notes of its lead",
      given: [
        acme, #"lead lead_b {}"#, #"activity/note acti_a {"lead_id": "lead_a", "title": "T", "note": "old"}"#,
        #"activity/note acti_b {"lead_id": "lead_b", "title": "T", "note": "old"}"#,
      ], "notes", #"{"match": ["title"]}"#, #"{"lead_id": "lead_b", "title": "T", "note": "new"}"#,
      writes: [#"PUT activity/note/acti_b/ {"note": "new"}"#]),
    WriteCase(
      "among the tasks of its lead",
      given: [acme, #"task task_a {"lead_id": "lead_a", "text": "Call", "is_complete": false}"#], "tasks",
      #"{"match": ["text"]}"#, #"{"lead_id": "lead_a", "text": "Call", "is_complete": true}"#,
      writes: [#"PUT task/task_a/ {"is_complete": true}"#]),
  ]

  static let order: [WriteCase] = [
    WriteCase(
      "the first key counts", given: [acme, ann, bob], "contacts", #"{"match": ["custom.cf_user", "email"]}"#,
      #"{"custom.cf_user": "u1", "email": "bob@acme.com", "title": "CEO"}"#,
      writes: [
        #"""
        PUT contact/cont_a/ {"title": "CEO", "emails": [{"email": "ann@acme.com", "type": "office"},
        {"email": "bob@acme.com", "type": "office"}]}
        """#
      ]),
    WriteCase(
      "the second when nothing goes by the first", given: [acme, eve, bob], "contacts",
      #"{"match": ["custom.cf_user", "email"]}"#,
      #"{"custom.cf_user": "u9", "email": "eve@acme.com"}"#,
      writes: [#"PUT contact/cont_e/ {"custom.cf_user": "u9"}"#]),
    WriteCase(
      "the second does not outweigh another value of the first", given: [acme, ann, bob], "contacts",
      #"{"match": ["custom.User number", "email"]}"#, #"{"custom.cf_user": "u9", "email": "ann@acme.com"}"#,
      refusal: "cont_a matches by email, but has another custom.User number"),
    WriteCase(
      "the second counts whatever a name before it says", given: [acme, ann, bob], "contacts",
      #"{"match": ["name", "email"]}"#, #"{"name": "Anna", "email": "ann@acme.com"}"#,
      writes: [#"PUT contact/cont_a/ {"name": "Anna"}"#]),
    WriteCase(
      "a value behind the one that matched may change", given: [acme], "leads",
      #"{"match": ["id", "custom.Customer number"]}"#, #"{"id": "lead_a", "custom.cf_number": "8"}"#,
      writes: [#"PUT lead/lead_a/ {"custom.cf_number": "8"}"#]),
    WriteCase(
      "the second when the record has no value for the first", given: [acme, ann, bob], "contacts",
      #"{"match": ["custom.cf_user", "email"]}"#, #"{"email": "ann@acme.com", "title": "CEO"}"#,
      writes: [titled]),
    WriteCase(
      "those of its lead come before others",
      given: [
        acme, "lead lead_b {}", #"contact cont_b {"lead_id": "lead_b", "name": "Ann"}"#, ann,
      ], "contacts", #"{"match": ["name"]}"#, #"{"name": "Ann", "lead_id": "lead_a", "title": "CEO"}"#,
      writes: [titled]),
  ]

  static let none: [WriteCase] = [
    WriteCase(
      "create", given: [acme], "contacts", #"{"match": ["email"], "on_none": "create"}"#,
      #"{"email": "x@y.com", "lead_id": "lead_a"}"#,
      writes: [#"POST contact/ {"emails": [{"email": "x@y.com", "type": "office"}], "lead_id": "lead_a"}"#]),
    WriteCase(
      "skip", "contacts", #"{"match": ["email"], "on_none": "skip"}"#, #"{"email": "x@y.com"}"#),
    WriteCase(
      "reject", "contacts", #"{"match": ["email"], "on_none": "reject"}"#, #"{"email": "x@y.com"}"#,
      refusal: "nothing matches, and on_none is reject"),
    WriteCase(
      "of an update", "contacts", #"{"match": ["email"], "action": "update"}"#, #"{"email": "x@y.com"}"#,
      refusal: "nothing matches, and on_none is reject"),
    WriteCase(
      "of a deletion", "contacts", #"{"match": ["email"], "action": "delete"}"#, #"{"email": "x@y.com"}"#),
    WriteCase(
      "create never looks for any", given: [acme], "leads", #"{"match": ["name"], "action": "create"}"#,
      #"{"name": "Acme"}"#, writes: [#"POST lead/ {"name": "Acme"}"#]),
  ]

  static let three = [
    acme, #"lead lead_2 {"name": "Twin", "date_created": "2026-01-02T00:00:00Z"}"#,
    #"lead lead_1 {"name": "Twin", "date_created": "2026-01-01T00:00:00Z"}"#,
    #"lead lead_3 {"name": "Twin", "date_created": "2026-01-03T00:00:00Z"}"#,
  ]

  static let many: [WriteCase] = [
    WriteCase(
      "reject", given: three, "leads", #"{"match": ["name"]}"#, #"{"name": "Twin", "description": "x"}"#,
      refusal: "3 objects match by name (lead_1, lead_2, lead_3)"),
    WriteCase(
      "oldest", given: three, "leads", #"{"match": ["name"], "on_many": "oldest"}"#,
      #"{"name": "Twin", "description": "x"}"#, writes: [#"PUT lead/lead_1/ {"description": "x"}"#]),
    WriteCase(
      "first", given: three, "leads", #"{"match": ["name"], "on_many": "first"}"#,
      #"{"name": "Twin", "description": "x"}"#, writes: [#"PUT lead/lead_2/ {"description": "x"}"#]),
    WriteCase(
      "all, oldest first", given: three, "leads", #"{"match": ["name"], "on_many": "all"}"#,
      #"{"name": "Twin", "description": "x"}"#,
      writes: [1, 2, 3].map { #"PUT lead/lead_\#($0)/ {"description": "x"}"# }),
    WriteCase(
      "all but no more than ten",
      given: (10...21).map {
        #"lead lead_\#($0) {"name": "Twin", "date_created": "2026-01-\#($0)T00:00:00Z"}"#
      }, "leads", #"{"match": ["name"], "on_many": "all"}"#, #"{"name": "Twin", "description": "x"}"#,
      writes: (10...19).map { #"PUT lead/lead_\#($0)/ {"description": "x"}"# }),
    WriteCase(
      "all, the second time too", given: three, "leads", #"{"match": ["name"], "on_many": "all"}"#,
      #"{"key": 1, "name": "Twin", "description": "x"}"#, #"{"key": 1, "name": "Twin", "description": "y"}"#,
      writes: ["x", "y"].flatMap { text in
        [1, 2, 3].map { #"PUT lead/lead_\#($0)/ {"description": "\#(text)"}"# }
      }),
  ]

  @Test("by its keys", arguments: keys)
  func byKeys(_ row: WriteCase) async throws { try await row.check() }

  @Test("in the order of the keys", arguments: order)
  func inOrder(_ row: WriteCase) async throws { try await row.check() }

  @Test("to none", arguments: none)
  func toNone(_ row: WriteCase) async throws { try await row.check() }

  @Test("to several", arguments: many)
  func toSeveral(_ row: WriteCase) async throws { try await row.check() }

  @Test(
    "although the search does not show what is compared",
    arguments: [
      (#"{"match": "email"}"#, #"{"email": "ann@acme.com", "title": "CEO", "lead_id": "lead_a"}"#),
      (#"{"match": "custom.cf_user"}"#, #"{"custom.cf_user": "u1", "title": "CEO", "lead_id": "lead_a"}"#),
    ])
  func bareRows(settings: String, record: String) async throws {
    let close = FakeClose()
    close.add([Self.acme, Self.ann, Self.bob])
    close.fail { call, _ in
      call.path == "data/search/"
        ? .status(200, #"{"data": [{"id": "cont_a"}, {"id": "cont_b"}], "cursor": null}"#) : nil
    }
    let target = try WriteCase.target(close, "contacts", settings)
    let outcome = try await target.write(WriteCase.lines("contacts", [record]))
    #expect(outcome.exit == 0)
    #expect(close.written == [Write(Self.titled)])
  }

  @Test func `a match key that names no custom field ends the run`() async throws {
    let target = try WriteCase.target(FakeClose(), "leads", #"{"match": ["custom.Nonsense"]}"#)
    let outcome = try await target.write(schema("leads"), record("leads", ["name": "A"]), state(1))
    #expect(outcome.exit == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.log.last?.contains("custom field of the organisation: \"Nonsense\"") == true)
  }
}
