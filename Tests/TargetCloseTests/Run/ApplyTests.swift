import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("A reviewed plan")
struct ApplyTests {
  /// An input, what is there before, and how many objects there are in the end.
  struct Scenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var given: [String] = []
    let streams: String
    let lines: [String]
    let leads: Int
    var contacts = 0
  }

  private static let people = #"""
    {"people": {"action": "contact_and_lead", "lead_custom_field_id_for_company_id": "cf_number",
     "contact_custom_field_id_for_user_id": "cf_user"}}
    """#

  private static func people(_ records: String...) -> [String] { WriteCase.lines("people", records) }

  static let scenarios: [Scenario] = [
    Scenario(
      testDescription: "parents and children in any order", streams: "{}",
      lines: ParentTests.lines.reversed().sorted { a, b in a.contains("SCHEMA") && !b.contains("SCHEMA") },
      leads: 1, contacts: 1),
    Scenario(
      testDescription: "two keys of one e-mail", given: ["lead lead_a {}"],
      streams: #"{"contacts": {"match": ["email"]}}"#,
      lines: WriteCase.lines(
        "contacts",
        [
          #"{"key": 1, "lead_id": "lead_a", "email": "a@x.com"}"#,
          #"{"key": 2, "lead_id": "lead_a", "email": "A@x.com", "title": "CEO"}"#,
        ]), leads: 1, contacts: 1),
    Scenario(
      testDescription: "two keys of one telephone number", given: ["lead lead_a {}"],
      streams: #"{"contacts": {"match": ["phone"]}}"#,
      lines: WriteCase.lines(
        "contacts",
        [
          #"{"key": 1, "lead_id": "lead_a", "phone": "+14155550100"}"#,
          #"{"key": 2, "lead_id": "lead_a", "phone": "(415) 555-0100", "title": "CEO"}"#,
        ]), leads: 1, contacts: 1),
    Scenario(
      testDescription: "one person twice without a company id", streams: people,
      lines: people(
        #"{"contact_email": "a@x.com"}"#, #"{"contact_email": "a@x.com", "contact_name": "Ann"}"#),
      leads: 1, contacts: 1),
    Scenario(
      testDescription: "two people of one new company", streams: people,
      lines: people(
        #"{"lead_external_id": "7", "contact_email": "a@x.com"}"#,
        #"{"lead_external_id": "7", "contact_email": "b@x.com", "lead_name": "Acme"}"#,
        #"{"lead_external_id": "7", "contact_name": "Zoe"}"#,
        #"{"lead_external_id": "7", "contact_name": "Zoe", "contact_title": "CEO"}"#),
      leads: 1, contacts: 3),
    Scenario(
      testDescription: "a person who turns out to belong to a company", streams: people,
      lines: people(
        #"{"contact_email": "a@x.com"}"#, #"{"lead_external_id": "7", "contact_email": "a@x.com"}"#,
        #"{"lead_external_id": "7", "lead_name": "Acme"}"#), leads: 1, contacts: 1),
    Scenario(
      testDescription: "a second contact of a person under another company",
      given: [
        #"lead lead_o {"custom.cf_number": "8"}"#, #"lead lead_a {"custom.cf_number": "7"}"#,
        #"contact cont_o {"lead_id": "lead_o", "emails": [{"email": "a@x.com"}]}"#,
      ], streams: people,
      lines: people(
        #"{"lead_external_id": "7", "contact_email": "a@x.com"}"#,
        #"{"lead_external_id": "9", "contact_email": "a@x.com"}"#),
      leads: 3, contacts: 3),
    Scenario(
      testDescription: "two keys of leads with one e-mail", streams: #"{"leads": {"match": ["email"]}}"#,
      lines: WriteCase.lines(
        "leads",
        [
          #"{"key": 1, "contacts": [{"emails": [{"email": "a@x.com"}]}]}"#,
          #"{"key": 2, "name": "A", "contacts": [{"id": "c", "emails": [{"email": "a@x.com"}]}]}"#,
          #"{"key": 3, "name": "B", "contacts": [{"id": "d", "emails": [{"email": "b@x.com"}]}]}"#,
          #"{"key": 4, "name": "C", "contacts": [{"emails": [{"email": "b@x.com"}]}]}"#,
        ]), leads: 2, contacts: 2),
    Scenario(
      testDescription: "a lead with its contacts", streams: "{}",
      lines: [
        schema("leads", key: "id"),
        record("leads", members(#"{"id": "l", "name": "A", "contacts": [{"id": "c", "name": "Ann"}]}"#)),
        schema("notes", key: "id"),
        record("notes", ["id": 1, "lead_id": "l", "contact_id": "c", "note": "x"]),
      ], leads: 1, contacts: 1),
  ]

  private func target(_ scenario: Scenario) throws -> TargetHarness {
    let close = FakeClose(indexLag: 60)
    close.add(scenario.given)
    return try TargetHarness(
      close, ["streams": json(scenario.streams), "update_method": "put", "max_errors": 100])
  }

  /// Objects without ids and dates, which differ from run to run.
  private func essence(_ close: FakeClose) -> [JSONObject] {
    ["lead", "contact", "opportunity", "activity/note"].flatMap(close.objects).map { fields in
      JSONObject(
        fields.filter { !$0.key.hasSuffix("id") && !$0.key.hasPrefix("date_") }.map { ($0.key, $0.value) })
    }
  }

  @Test("does what a run would have done, and nothing the second time", arguments: scenarios)
  func sameAsRun(_ scenario: Scenario) async throws {
    let (run, plan) = (try target(scenario), try target(scenario))
    #expect(try await run.write(scenario.lines).exit == 0)
    let output = try await plan.dryRun(scenario.lines).output
    #expect(!output.contains { $0["action"] == "reject" })
    let applied = try await plan.apply(output)
    #expect(applied.exit == 0, "\(applied.log)")
    #expect(plan.close.objects("lead").count == scenario.leads)
    #expect(plan.close.objects("contact").count == scenario.contacts)
    #expect(Set(essence(plan.close)) == Set(essence(run.close)))
    #expect(plan.close.written.count == run.close.written.count)
    plan.close.forgetCalls()
    _ = try await plan.apply(output)
    #expect(try await plan.write(scenario.lines).exit == 0)
    #expect(plan.close.written.isEmpty)
  }

  @Test("creates no more when its lines come in another order", arguments: scenarios)
  func anyOrder(_ scenario: Scenario) async throws {
    let target = try target(scenario)
    let output = try await target.dryRun(scenario.lines).output
    _ = try await target.apply(output.reversed())
    #expect(target.close.objects("lead").count <= scenario.leads)
    #expect(target.close.objects("contact").count <= scenario.contacts)
  }

  /// Two lines that were planned apart, each as a create.
  @Test(
    "never creates two where one would have been found",
    arguments: [
      (#"{"contacts": {"match": ["email"]}}"#, "contacts", #""lead_id": "lead_a", "email": "a@x.com""#, 1, 1),
      (
        #"{"contacts": {"match": ["phone"]}}"#, "contacts",
        #""lead_id": "lead_a", "phone": "+14155550100""#, 1, 1
      ),
      (#"{"leads": {"match": ["custom.Size"]}}"#, "leads", #""custom.Size": 7"#, 2, 0),
      (people, "people", #""contact_email": "a@x.com""#, 2, 1),
      (people, "people", #""lead_external_id": "7""#, 2, 0),
    ])
  func neverTwo(_ streams: String, _ stream: String, _ fields: String, _ leads: Int, _ contacts: Int)
    async throws
  {
    for pause in [0, 100_000] {
      let target = try target(
        Scenario(testDescription: "", given: ["lead lead_a {}"], streams: streams, lines: [], leads: 1))
      var plan: [JSONValue] = []
      for key in 1...2 {
        plan += try await target.dryRun(WriteCase.lines(stream, [#"{"key": \#(key), \#(fields)}"#])).output
      }
      try #require(plan.map { $0["action"] } == ["create", "create"])
      if pause == 0 {
        #expect(try await target.apply(plan).exit == 1)
      } else {
        // One after the other, so much later that only Close itself can tell.
        #expect(try await target.apply([plan[0]]).exit == 0)
        target.close.clock.advance(by: .seconds(pause))
        #expect(try await target.apply([plan[1]]).exit == 1)
      }
      #expect(target.close.objects("lead").count == leads)
      #expect(target.close.objects("contact").count == contacts)
    }
  }

  private func update() async throws -> (TargetHarness, [JSONValue]) {
    let target = try target(
      Scenario(
        testDescription: "", given: [#"lead lead_a {"name": "Old", "url": "a.com"}"#], streams: "{}",
        lines: [], leads: 1))
    let lines = WriteCase.lines("leads", [#"{"key": 1, "id": "lead_a", "name": "New"}"#])
    return (target, try await target.dryRun(lines).output)
  }

  @Test func `does not overwrite what has changed since`() async throws {
    let (target, plan) = try await update()
    target.close.change("lead_a", ["name": "Other"])
    let outcome = try await target.apply(plan)
    #expect(outcome.exit == 1)
    #expect(target.close.written.isEmpty)
    #expect(
      outcome.log.contains {
        $0.contains(#""name" of lead_a has changed since the plan was made: it was "Old" and is "Other""#)
      })
  }

  @Test func `minds only what it changes, and leaves alone what is so already`() async throws {
    let (target, plan) = try await update()
    target.close.change("lead_a", ["url": "b.com"])
    #expect(try await target.apply(plan).exit == 0)
    #expect(target.close.written == writes(#"PUT lead/lead_a/ {"name": "New"}"#))
    let (done, again) = try await update()
    done.close.change("lead_a", ["name": "New"])
    #expect(try await done.apply(again).exit == 0)
    #expect(done.close.written.isEmpty)
  }

  @Test func `deletes nothing that somebody has worked on since`() async throws {
    for (isTouched, isGone) in [(false, false), (true, false), (false, true)] {
      let close = FakeClose()
      close.add([#"lead lead_a {"name": "Old"}"#])
      let target = try WriteCase.target(close, "leads", #"{"action": "delete"}"#)
      let plan = try await target.dryRun(WriteCase.lines("leads", [#"{"key": 1, "id": "lead_a"}"#])).output
      close.clock.advance(by: .seconds(60))
      if isTouched { close.change("lead_a", ["description": "a good customer"]) }
      if isGone { close.remove("lead_a") }
      let outcome = try await target.apply(plan)
      #expect(outcome.exit == (isTouched ? 1 : 0))
      #expect(close.written == (isTouched || isGone ? [] : writes("DELETE lead/lead_a/")))
    }
  }

  @Test func `is not carried out in another organisation`() async throws {
    let (target, plan) = try await update()
    let other = plan.map { line in
      var line = line
      #expect(line["organization"] == .string(FakeClose.organisation))
      line["organization"] = "orga_there"
      return line
    }
    let outcome = try await target.apply(other)
    #expect(outcome.exit == 1)
    #expect(target.close.written.isEmpty)
    #expect(outcome.log.contains { $0.contains("the plan was made for organisation orga_there") })
  }

  @Test func `does not bring back what is gone`() async throws {
    let (target, plan) = try await update()
    target.close.remove("lead_a")
    let outcome = try await target.apply(plan)
    #expect(outcome.exit == 1)
    #expect(outcome.log.contains { $0.contains("lead_a is gone since the plan was made") })
  }

  @Test func `does not create what a run has created since`() async throws {
    let target = try target(Scenario(testDescription: "", streams: "{}", lines: [], leads: 1))
    let plan = try await target.dryRun(WriteCase.lines("leads", [#"{"key": 1, "name": "A"}"#])).output
    _ = try await target.write(WriteCase.lines("leads", [#"{"key": 1, "name": "B"}"#]))
    #expect(try await target.apply(plan).exit == 1)
    #expect(target.close.objects("lead").map { $0["name"] } == ["B"])
  }

  @Test func `needs the objects it would have created, if a line was taken out`() async throws {
    let target = try target(Self.scenarios[0])
    let plan = try await target.dryRun(Self.scenarios[0].lines).output
    let outcome = try await target.apply(plan.filter { $0["stream"] != "leads" })
    #expect(outcome.exit == 1)
    #expect(target.close.written.isEmpty)
    #expect(outcome.log.contains { $0.contains(#"it needs the lead "1", which has not been created"#) })
  }

  @Test func `carries out no line that was rejected`() async throws {
    let target = try target(Scenario(testDescription: "", streams: "{}", lines: [], leads: 0))
    let plan = try await target.dryRun(WriteCase.lines("contacts", [#"{"key": 1, "name": "A"}"#])).output
    #expect(plan.map { $0["action"] } == ["reject"])
    #expect(try await target.apply(plan).exit == 0)
    #expect(target.close.written.isEmpty)
  }

  /// What was skipped must not count as written: its id would be forgotten, and its record never tried again.
  @Test(
    "notes nothing of what it leaves alone",
    arguments: [#"{"key": 1, "_sdc_deleted_at": "2026-01-01T00:00:00Z"}"#, #"{"key": 2, "name": "New"}"#])
  func skipped(_ text: String) async throws {
    let target = try target(Scenario(testDescription: "", streams: "{}", lines: [], leads: 1))
    _ = try await target.write(WriteCase.lines("leads", [#"{"key": 1, "name": "A"}"#]))
    let skipping = target.with(["streams": ["leads": ["on_none": "skip"]]])
    let lines = WriteCase.lines("leads", [text])
    let plan = try await skipping.dryRun(lines).output
    #expect(plan.map { $0["action"] } == ["noop"])
    let before = try target.directory.read("journal.jsonl")
    #expect(try await skipping.apply(plan).exit == 0)
    #expect(try target.directory.read("journal.jsonl") == before)
    _ = try await target.write(WriteCase.lines("leads", [#"{"key": 1, "name": "B"}"#]))
    #expect(target.close.objects("lead").map { $0["name"] } == ["B"])
  }
}
