import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("contact_and_lead over a run")
struct ContactAndLeadRunTests {
  private func run(_ close: FakeClose, _ records: String...) async throws -> TargetHarness {
    let target = try ContactAndLeadCase.target(close)
    let outcome = try await target.write(
      [schema("people")] + records.map { record("people", members($0)) } + [state(1)])
    #expect(outcome.exit == 0)
    #expect(outcome.output == [1])
    return target
  }

  @Test func `the same record twice makes one lead`() async throws {
    let close = FakeClose(indexLag: 60)
    let text = ContactAndLeadFindingTests.record
    _ = try await run(close, text, text)
    #expect(close.written.map(\.call) == ["POST lead/"])
  }

  @Test func `two records of one person make one contact, although the search lags`() async throws {
    let close = FakeClose(indexLag: 60)
    _ = try await run(
      close, #"{"contact_email": "ann@acme.com"}"#,
      #"{"contact_email": "Ann@Acme.com", "contact_external_id": "u1"}"#,
      #"{"contact_external_id": "u1", "contact_name": "Ann"}"#)
    #expect(close.objects("lead").count == 1)
    #expect(close.objects("contact").map { $0["name"] } == ["Ann"])
  }

  @Test func `two people of one company make one lead, although the search lags`() async throws {
    let close = FakeClose(indexLag: 60)
    _ = try await run(
      close, #"{"lead_external_id": "7", "contact_email": "ann@acme.com"}"#,
      #"{"lead_external_id": "7", "contact_email": "bob@acme.com"}"#)
    #expect(close.objects("lead").count == 1)
    #expect(close.objects("contact").map { $0["lead_id"] } == [close.objects("lead").first?["id"]].doubled)
  }

  @Test func `a lead that gets its company id late is found by it at once`() async throws {
    let close = FakeClose(indexLag: 60)
    _ = try await run(
      close, #"{"contact_email": "ann@acme.com"}"#,
      #"{"lead_external_id": "7", "contact_email": "ann@acme.com"}"#,
      #"{"lead_external_id": "7", "lead_name": "Acme"}"#)
    #expect(close.objects("lead").map { $0["name"] } == ["Acme"])
  }

  @Test func `a person is found in the company's lead before the search knows them`() async throws {
    let close = FakeClose(indexLag: 60)
    close.add([ContactAndLeadFindingTests.company])
    close.add([ContactAndLeadFindingTests.ann("lead_a")], indexed: false)
    _ = try await run(
      close, #"{"lead_external_id": "7", "contact_email": "ann@acme.com", "contact_title": "CEO"}"#)
    #expect(close.written == writes(#"PUT contact/cont_a/ {"title": "CEO"}"#))
  }

  @Test func `the company's lead is known through its person before the search knows it`() async throws {
    let close = FakeClose(indexLag: 60)
    close.add([ContactAndLeadFindingTests.nameless])
    close.add([ContactAndLeadFindingTests.company], indexed: false)
    for lead in ["lead_a", "lead_n"] {
      close.add([#"contact cont_\#(lead) {"lead_id": "\#(lead)", "emails": [{"email": "ann@acme.com"}]}"#])
    }
    _ = try await run(
      close, #"{"lead_external_id": "7", "contact_email": "ann@acme.com", "contact_title": "CEO"}"#)
    #expect(close.written == writes(#"PUT contact/cont_lead_a/ {"title": "CEO"}"#))
  }

  @Test func `no more than ten of many contacts are changed, the oldest`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Acme"}"#])
    for number in (1...12).reversed() {
      let day = number < 10 ? "0\(number)" : "\(number)"
      close.add([
        #"contact cont_\#(number) {"lead_id": "lead_a", "emails": [{"email": "ann@acme.com"}], "date_created": "2026-01-\#(day)T00:00:00Z"}"#
      ])
    }
    _ = try await run(close, #"{"contact_email": "ann@acme.com", "contact_title": "CEO"}"#)
    #expect(close.written.map(\.call) == (1...10).map { "PUT contact/cont_\($0)/" })
  }

  @Test(
    "a lead is created once when the connection breaks",
    arguments: [
      #"{"lead_external_id": "7", "contact_email": "ann@acme.com"}"#, #"{"contact_email": "ann@acme.com"}"#,
      #"{"lead_external_id": "7"}"#,
    ], [FakeClose.Fault.answerLost, .brokenBefore, .lost])
  func connectionBreaks(_ text: String, _ fault: FakeClose.Fault) async throws {
    let close = FakeClose(indexLag: 60)
    // Somebody else works in Close at the same time.
    close.add([
      #"lead lead_x {"name": "Else"}"#,
      #"contact cont_x {"lead_id": "lead_x", "emails": [{"email": "x@x.com"}]}"#,
    ])
    close.fail { call, number in call.description == "POST lead/" && number == 1 ? fault : nil }
    let target = try await run(close, text)
    #expect(close.objects("lead").count == 2)
    #expect(try target.deadLetters.isEmpty)
    let journal = try target.directory.read("journal.jsonl")
    #expect(!journal.contains("lead_x"))
    close.forgetCalls()
    _ = try await target.write(schema("people"), record("people", members(text)))
    #expect(close.written.isEmpty)
  }

  @Test func `a contact is refused by Close after its lead was updated, and tried again alone`() async throws
  {
    let close = FakeClose()
    close.add([ContactAndLeadFindingTests.company])
    let target = try ContactAndLeadCase.target(close)
    let lines = [
      schema("people"),
      record(
        "people",
        members(#"{"lead_external_id": "7", "lead_name": "Acme Ltd", "contact_email": "ann@acme.com"}"#)),
    ]
    close.fail { call, _ in
      call.description == "POST contact/" ? .status(400, #"{"field-errors": {"emails": "no"}}"#) : nil
    }
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 1)
    #expect(try target.deadLetters.map { $0["status"] } == [400])
    #expect(close.written.map(\.call) == ["PUT lead/lead_a/", "POST contact/"])
    close.fail { _, _ in nil }
    close.forgetCalls()
    _ = try await target.write(lines)
    #expect(close.written.map(\.call) == ["POST contact/"])
  }

  @Test func `a tombstone deletes nobody`() async throws {
    let close = FakeClose()
    close.add([ContactAndLeadFindingTests.company, ContactAndLeadFindingTests.ann("lead_a")])
    _ = try await run(close, #"{"contact_email": "ann@acme.com", "_sdc_deleted_at": "2026-01-01T00:00:00Z"}"#)
    #expect(close.written.isEmpty)
  }

  @Test func `settings that name no custom field end the run`() async throws {
    let target = try ContactAndLeadCase.target(
      FakeClose(), settings: ["lead_custom_field_id_for_company_id": "cf_none"])
    let outcome = try await target.write(
      schema("people"), record("people", ["contact_email": "a@b.com"]), state(1))
    #expect(outcome.exit == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.log.last?.contains("names no lead custom field of the organisation: \"cf_none\"") == true)
  }

  @Test func `custom fields may be named instead of their ids`() async throws {
    let close = FakeClose()
    close.add([ContactAndLeadFindingTests.company])
    let target = try ContactAndLeadCase.target(
      close,
      settings: [
        "lead_custom_field_id_for_company_id": "Customer number",
        "contact_custom_field_id_for_user_id": "custom.cf_user",
      ])
    _ = try await target.write(
      schema("people"), record("people", ["lead_external_id": "7", "contact_external_id": "u1"]))
    #expect(close.written == writes(#"POST contact/ {"lead_id": "lead_a", "custom.cf_user": "u1"}"#))
  }
}

extension Array {
  fileprivate var doubled: [Element] { self + self }
}
