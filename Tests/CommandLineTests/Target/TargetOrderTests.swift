import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Records that depend on each other, in whatever order they come.
@Suite("target-close: order, parents and children")
struct TargetOrderTests {
  @Test func `children that come before all their parents wait for them`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["concurrency": 8])
    let count = 400
    // Long enough that not all of them fit into the memory for those who wait.
    let title = String(repeating: "x", count: 30_000)
    let contacts = (0..<count).map { number in
      Message.record(
        "contacts",
        [
          "id": .string("C\(number)"), "lead_id": .string("L\(number % 40)"),
          "name": .string("Person \(number)"),
          "title": .string(title),
        ])
    }
    let leads = (0..<40).map {
      Message.record("leads", ["id": .string("L\($0)"), "name": .string("Lead \($0)")])
    }
    let run = try await target.run(
      [.schema("contacts"), .schema("leads")] + contacts + [.state(1)] + leads + [.state(2)])
    run.expectHealthy()
    #expect(run.output == [2])
    #expect(sandbox.count("lead") == 40 && sandbox.count("contact") == count)
    let names = Dictionary(
      uniqueKeysWithValues: sandbox.objects("lead").map { ($0["id"]?.string ?? "", $0["name"]?.string ?? "") }
    )
    for contact in sandbox.objects("contact") {
      let number = Int(contact["name"]?.string?.split(separator: " ").last ?? "") ?? -1
      #expect(names[contact["lead_id"]?.string ?? ""] == "Lead \(number % 40)")
    }
    #expect(!target.directory.names.contains { $0.contains("waiting") })
  }

  @Test func `the records of one key are written in order, however many come at once`() async throws {
    let sandbox = try startEmptySandbox(server: { $0.faults = "hang=2ms,every=2" })
    let target = try Target(sandbox, ["concurrency": 8])
    let records = (1...30).flatMap { version in
      (1...4).map { Message.record("leads", ["id": .int($0), "name": .string("version \(version)")]) }
    }
    let run = try await target.run([.schema("leads")] + records + [.state(1)])
    run.expectHealthy()
    #expect(sandbox.objects("lead").map { $0["name"] } == Array(repeating: "version 30", count: 4))
    for lead in sandbox.objects("lead") {
      let updates = sandbox.writes.filter {
        $0.status == 200 && $0.path == "lead/\(lead["id"]?.string ?? "")/"
      }
      let versions = updates.compactMap { $0.json?["name"]?.string?.split(separator: " ").last }.compactMap {
        Int($0)
      }
      #expect(versions == versions.sorted() && versions.last == 30)
    }
  }

  @Test func `records that match the same object are not created side by side`() async throws {
    let sandbox = try startEmptySandbox(server: { $0.faults = "hang=20ms,method=POST" })
    let target = try Target(sandbox, ["concurrency": 8, "streams": ["leads": ["match": "name"]]])
    let leads = (1...20).map { Message.record("leads", ["id": .int($0), "name": .string("Acme \($0 % 2)")]) }
    try await target.run([.schema("leads")] + leads).expectHealthy()
    #expect(sandbox.count("lead") == 2)
  }

  @Test func `when a parent is refused its children are kept with it, and all come in together`() async throws
  {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let input: [Message] = [
      .schema("leads"), .schema("contacts"), .schema("notes"),
      .record("notes", ["id": "N", "lead_id": "L", "contact_id": "C", "note": "hello"]),
      .record("contacts", ["id": "C", "lead_id": "L", "name": "Ann"]),
      .record("leads", ["id": "L", "name": "Acme", "status": "Gone"]), .state(1),
    ]
    let run = try await target.run(input)
    run.expectEnd(1, ["3 of 3 records could not be written"])
    #expect(run.output == [1] && sandbox.writes.isEmpty)
    let mended = try target.directory.read("dead.jsonl").replacing("Gone", with: "Qualified")
    try target.directory.write(mended, to: "dead.jsonl")
    try await target.run(arguments: ["--replay", target.directory.file("dead.jsonl")]).expectHealthy()
    #expect(try target.deadLetters.isEmpty)
    let lead = try #require(sandbox.objects("lead").first?["id"])
    let contact = try #require(sandbox.objects("contact").first?["id"])
    #expect(sandbox.objects("contact").first?["lead_id"] == lead)
    #expect(sandbox.objects("activity/note").map { [$0["lead_id"], $0["contact_id"]] } == [[lead, contact]])
  }

  @Test func `records read from the same organisation change what they were read from`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 15 })
    let text = try await Tap(sandbox).run(["leads", "contacts", "opportunities", "tasks", "notes"]).outcome
      .stdout
    let counts = sandbox.api.edit { $0.counts }
    let target = try Target(sandbox)
    try await target.run(text: text).expectHealthy()
    #expect(sandbox.writes.isEmpty)
    let name = try #require(sandbox.objects("lead").first?["name"]?.string)
    let field = "\"name\":\(JSONValue.string(name).compact)"
    #expect(text.contains(field))
    let edited = text.replacing(field, with: "\"name\":\"New name\"")
    try await target.run(text: edited).expectHealthy()
    let updates = sandbox.writes.filter { $0.status == 200 }
    #expect(!updates.isEmpty && updates.allSatisfy { $0.json == ["name": "New name"] })
    var now = sandbox.api.edit { $0.counts }
    now["event"] = counts["event"]
    #expect(now == counts)
  }
}
