import JSONBytes
import Testing

@testable import TargetClose

/// Records with different keys that mean one object, in one run, while the search lags a minute behind.
@Suite("What was written a moment ago is matched")
struct RecentMatchTests {
  static let acme = #"lead lead_a {"name": "Acme"}"#

  static let pairs: [WriteCase] = [
    WriteCase(
      "by e-mail", given: [acme], "contacts", #"{"match": ["email"]}"#,
      #"{"key": 1, "lead_id": "lead_a", "email": "ann@acme.com"}"#,
      #"{"key": 2, "lead_id": "lead_a", "email": "Ann@Acme.com", "title": "CEO"}"#,
      writes: [
        #"POST contact/ {"lead_id": "lead_a", "emails": [{"email": "ann@acme.com", "type": "office"}]}"#,
        #"PUT contact/cont_2/ {"title": "CEO"}"#,
      ]),
    WriteCase(
      "by telephone number", given: [acme], "contacts", #"{"match": ["phone"]}"#,
      #"{"key": 1, "lead_id": "lead_a", "phone": "+14155550100"}"#,
      #"{"key": 2, "lead_id": "lead_a", "phone": "415 555 0100", "title": "CEO"}"#,
      writes: [
        #"POST contact/ {"lead_id": "lead_a", "phones": [{"phone": "+14155550100", "type": "office"}]}"#,
        #"PUT contact/cont_2/ {"title": "CEO"}"#,
      ]),
    WriteCase(
      "by name", "leads", #"{"match": ["name"]}"#, #"{"key": 1, "name": "New"}"#,
      #"{"key": 2, "name": " New ", "description": "x"}"#,
      writes: [#"POST lead/ {"name": "New"}"#, #"PUT lead/lead_1/ {"description": "x"}"#]),
    WriteCase(
      "by a custom field that each record calls differently", "leads",
      #"{"match": ["custom.Customer number"]}"#, #"{"key": 1, "custom.cf_number": "7"}"#,
      #"{"key": 2, "custom": {"customer NUMBER": 7}, "description": "x"}"#,
      #"{"key": 3, "custom_fields": [{"name": "Customer number", "value": "7"}], "description": "y"}"#,
      writes: [
        #"POST lead/ {"custom.cf_number": "7"}"#, #"PUT lead/lead_1/ {"description": "x"}"#,
        #"PUT lead/lead_1/ {"description": "y"}"#,
      ]),
    WriteCase(
      "by the second key, which came with an update", given: [acme], "contacts",
      #"{"match": ["custom.User number", "email"]}"#,
      #"{"key": 1, "lead_id": "lead_a", "email": "ann@acme.com"}"#,
      #"{"key": 2, "lead_id": "lead_a", "email": "ann@acme.com", "custom.cf_user": "u1"}"#,
      #"{"key": 3, "lead_id": "lead_a", "email": "new@acme.com", "custom.cf_user": "u1"}"#,
      writes: [
        #"POST contact/ {"lead_id": "lead_a", "emails": [{"email": "ann@acme.com", "type": "office"}]}"#,
        #"PUT contact/cont_2/ {"custom.cf_user": "u1"}"#,
        #"""
        PUT contact/cont_2/ {"emails": [{"email": "ann@acme.com", "type": "office"},
        {"email": "new@acme.com", "type": "office"}]}
        """#,
      ]),
    WriteCase(
      "by an e-mail of several", given: [acme], "contacts", #"{"match": ["email"]}"#,
      #"{"key": 1, "lead_id": "lead_a", "emails": ["a@x.com", "b@x.com"]}"#,
      #"{"key": 2, "lead_id": "lead_a", "email": "b@x.com", "title": "CEO"}"#,
      writes: [
        #"""
        POST contact/ {"lead_id": "lead_a", "emails": [{"email": "a@x.com", "type": "office"},
        {"email": "b@x.com", "type": "office"}]}
        """#,
        #"PUT contact/cont_2/ {"title": "CEO"}"#,
      ]),
    WriteCase(
      "by a day, however it is written", "leads", #"{"match": ["custom.Since"]}"#,
      #"{"key": 1, "custom.Since": "2026-01-02"}"#,
      #"{"key": 2, "custom.Since": "2026-01-02T00:00:00Z", "name": "A"}"#,
      writes: [#"POST lead/ {"custom.cf_since": "2026-01-02"}"#, #"PUT lead/lead_1/ {"name": "A"}"#]),
    WriteCase(
      "by a number, however it is written", "leads", #"{"match": ["custom.Size"]}"#,
      #"{"key": 1, "custom.Size": 1.50}"#, #"{"key": 2, "custom.Size": "1.5", "name": "B"}"#,
      writes: [#"POST lead/ {"custom.cf_size": 1.50}"#, #"PUT lead/lead_1/ {"name": "B"}"#]),
    WriteCase(
      "by a URL, however it is written", "leads", #"{"match": ["url"]}"#, #"{"key": 1, "url": "Acme.com/"}"#,
      #"{"key": 2, "url": "https://acme.com", "name": "A"}"#,
      writes: [#"POST lead/ {"url": "Acme.com/"}"#, #"PUT lead/lead_1/ {"name": "A"}"#]),
    WriteCase(
      "by the e-mail of a lead's contact", "leads", #"{"match": ["email"]}"#,
      #"{"key": 1, "contacts": [{"id": "c", "emails": [{"email": "a@x.com"}]}]}"#,
      #"{"key": 2, "contacts": [{"email": "A@x.com"}], "name": "A"}"#,
      writes: [
        #"POST lead/ {"contacts": [{"emails": [{"email": "a@x.com", "type": "office"}]}]}"#,
        #"PUT lead/lead_1/ {"name": "A"}"#,
      ]),
    WriteCase(
      "among notes of a lead", given: [acme], "notes", #"{"match": ["title"]}"#,
      #"{"key": 1, "lead_id": "lead_a", "title": "T"}"#,
      #"{"key": 2, "lead_id": "lead_a", "title": "T", "note": "x"}"#,
      writes: [
        #"POST activity/note/ {"lead_id": "lead_a", "title": "T"}"#,
        #"PUT activity/note/acti_2/ {"note": "x"}"#,
      ]),
  ]

  @Test("in one run", arguments: pairs)
  func inOneRun(_ row: WriteCase) async throws { try await row.check(indexLag: 60) }

  @Test("in the next run, as long as the search may lag", arguments: [(0, 1), (60, 1), (100_000, 1)])
  func inTheNextRun(_ pause: Int, _ count: Int) async throws {
    let close = FakeClose(indexLag: 60)
    close.add([Self.acme])
    let target = try WriteCase.target(close, "contacts", #"{"match": ["email"]}"#)
    for key in 1...2 {
      _ = try await target.write(
        WriteCase.lines("contacts", [#"{"key": \#(key), "lead_id": "lead_a", "email": "ann@acme.com"}"#]))
      close.clock.advance(by: .seconds(pause))
    }
    #expect(close.objects("contact").count == count)
  }

  @Test func `many records of one person at once make one contact`() async throws {
    let close = FakeClose(indexLag: 60)
    close.add([Self.acme])
    let target = try WriteCase.target(close, "contacts", #"{"match": ["email"]}"#)
    let records = (1...40).map {
      #"{"key": \#($0), "lead_id": "lead_a", "email": "ann@acme.com", "title": "T\#($0)"}"#
    }
    let outcome = try await target.write(WriteCase.lines("contacts", records))
    #expect(outcome.exit == 0)
    #expect(close.objects("contact").map { $0["title"] } == ["T40"])
  }

  @Test func `a company and a person that two streams of one input tell of are made once`() async throws {
    let close = FakeClose(indexLag: 60)
    let streams = members(
      #"""
      {"accounts": {"resource": "lead", "match": "custom.Customer number"},
       "people": {"resource": "contact", "match": ["email"]},
       "forms": {"action": "contact_and_lead", "lead_custom_field_id_for_company_id": "custom.cf_number"}}
      """#)
    let target = try TargetHarness(close, ["streams": .object(streams), "concurrency": 8])
    var lines = [schema("accounts"), schema("forms"), schema("people")]
    for number in 1...20 {
      lines += [
        record("accounts", ["custom.Customer number": .int(number), "name": "Acme"]),
        record(
          "forms",
          [
            "lead_external_id": .string("\(number)"), "contact_email": .string("Ann\(number)@acme.com"),
            "contact_title": "CEO",
          ]),
        record("people", ["email": .string("ann\(number)@acme.com"), "name": "Ann"]),
      ]
    }
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 0)
    #expect(close.objects("lead").map { $0["name"] } == Array(repeating: "Acme", count: 20))
    let people = close.objects("contact").map { [$0["name"], $0["title"]] }
    #expect(people == Array(repeating: ["Ann", "CEO"], count: 20))
  }

  @Test func `what was written and deleted since is created again`() async throws {
    let close = FakeClose(indexLag: 60)
    close.add([Self.acme])
    let target = try WriteCase.target(close, "contacts", #"{"match": ["email"]}"#)
    for key in 1...2 {
      _ = try await target.write(
        WriteCase.lines("contacts", [#"{"key": \#(key), "lead_id": "lead_a", "email": "ann@acme.com"}"#]))
      if key == 1 { close.remove("cont_2") }
    }
    #expect(close.objects("contact").count == 1)
    #expect(close.written.count == 2)
  }

  @Test func `what was written with a value and lost it since is not matched by it`() async throws {
    let close = FakeClose(indexLag: 60)
    let target = try WriteCase.target(close, "leads", #"{"match": ["name"]}"#)
    _ = try await target.write(WriteCase.lines("leads", [#"{"key": 1, "name": "Old"}"#]))
    close.change("lead_1", ["name": "Renamed"])
    _ = try await target.write(WriteCase.lines("leads", [#"{"key": 2, "name": "Old"}"#]))
    #expect(close.objects("lead").map { $0["name"] } == ["Renamed", "Old"])
  }
}
