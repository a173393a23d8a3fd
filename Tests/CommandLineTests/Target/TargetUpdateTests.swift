import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What a changed record does to an object that is there.
@Suite("target-close: updates, deletions and matches")
struct TargetUpdateTests {
  private static let schemas: [Message] = [.schema("leads"), .schema("contacts")]
  private static let lead = Message.record("leads", ["id": "L", "name": "Acme"])

  private static func contact(_ fields: JSONObject) -> Message {
    .record("contacts", (["id": "C", "lead_id": "L", "name": "Ann"] as JSONObject).merging(fields))
  }

  private static func emails(_ addresses: String...) -> JSONValue {
    .array(addresses.map { ["email": .string($0), "type": "office"] })
  }

  private func addresses(_ sandbox: RunningSandbox<Organisation>) -> [String] {
    sandbox.objects("contact").first?["emails"]?.array?.compactMap { $0["email"]?.string } ?? []
  }

  @Test(
    arguments: [
      (nil, ["old@a.com", "new@a.com"]), ("append", ["old@a.com", "new@a.com"]), ("replace", ["new@a.com"]),
      (["phones": "replace"], ["old@a.com", "new@a.com"]), (["emails": "replace"], ["new@a.com"]),
    ] as [(JSONValue?, [String])])
  func `lists are added to, unless they are to be replaced`(lists: JSONValue?, wanted: [String]) async throws
  {
    let sandbox = try startEmptySandbox()
    var block = JSONObject()
    block["lists"] = lists
    let target = try Target(sandbox, ["streams": ["contacts": .object(block)]])
    let before = TargetUpdateTests.contact(["emails": TargetUpdateTests.emails("old@a.com")])
    let after = TargetUpdateTests.contact(["emails": TargetUpdateTests.emails("new@a.com")])
    try await target.run(TargetUpdateTests.schemas + [TargetUpdateTests.lead, before]).expectHealthy()
    try await target.run(TargetUpdateTests.schemas + [TargetUpdateTests.lead, after]).expectHealthy()
    #expect(addresses(sandbox) == wanted)
  }

  @Test func `an entry that somebody has added in Close stays, and one in other spelling is not added`()
    async throws
  {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let first = TargetUpdateTests.contact(["emails": TargetUpdateTests.emails("a@a.com"), "title": "CTO"])
    try await target.run(TargetUpdateTests.schemas + [TargetUpdateTests.lead, first]).expectHealthy()
    let id = try #require(sandbox.objects("contact").first?["id"]?.string)
    let mine = TargetUpdateTests.emails("a@a.com", "human@a.com")
    try sandbox.api.edit { try $0.update(id, ["emails": mine], at: sandbox.server.clock.now()) }
    sandbox.server.resetStatistics()
    let second = TargetUpdateTests.contact(["emails": TargetUpdateTests.emails("A@a.COM"), "title": "CEO"])
    try await target.run(TargetUpdateTests.schemas + [second]).expectHealthy()
    #expect(addresses(sandbox) == ["a@a.com", "human@a.com"])
    #expect(sandbox.writes.last?.json == ["title": "CEO"])
  }

  @Test(arguments: [("omit", "text"), ("clear", nil)] as [(String, String?)])
  func `a null leaves a field alone, unless it is to clear it`(nulls: String, wanted: String?) async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["streams": ["leads": ["nulls": .string(nulls)]]])
    let full = Message.record(
      "leads", ["id": "L", "name": "Acme", "description": "text", "custom.Source": "Referral"])
    let empty = Message.record(
      "leads", ["id": "L", "name": "Acme", "description": nil, "custom.Source": nil])
    try await target.run([TargetUpdateTests.schemas[0], full]).expectHealthy()
    try await target.run([TargetUpdateTests.schemas[0], empty]).expectHealthy()
    let lead = try #require(sandbox.objects("lead").first)
    #expect(lead["description"]?.string == wanted)
    #expect(lead.contains { $0.key.hasPrefix("custom.") } == (wanted != nil))
  }

  // MARK: Deletions

  @Test(arguments: [(nil, 3), (0, 3), (1, 2), (5, 1)] as [(Int?, Int)])
  func `what is gone at its source is deleted only as far as that is allowed`(limit: Int?, left: Int)
    async throws
  {
    let sandbox = try startEmptySandbox()
    var block = JSONObject()
    block["max_deletes"] = limit.map { .int($0) }
    let target = try Target(sandbox, ["streams": ["leads": .object(block)], "concurrency": 1])
    let leads = (1...3).map { Message.record("leads", ["id": .int($0), "name": "x"]) }
    let gone = (1...2).map {
      Message.record("leads", ["id": .int($0), "_sdc_deleted_at": "2024-01-01T00:00:00Z"])
    }
    try await target.run([TargetUpdateTests.schemas[0]] + leads).expectHealthy()
    let run = try await target.run([TargetUpdateTests.schemas[0]] + gone + [.state(1)])
    #expect(run.exit == (limit == 1 ? 1 : 0), "\(run.lastLine)")
    #expect(sandbox.count("lead") == left && run.output == [1])
    // A deletion that has been carried out is no trouble the next time.
    if limit == 5 {
      try await target.run([TargetUpdateTests.schemas[0]] + gone).expectHealthy()
      #expect(sandbox.count("lead") == 1)
    }
  }

  @Test func `a stream of deletions deletes what it names, and nothing else`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 5 })
    let name = try #require(sandbox.objects("lead").first?["name"]?.string)
    let target = try Target(sandbox, ["streams": ["leads": ["action": "delete", "match": "name"]]])
    let run = try await target.run([
      TargetUpdateTests.schemas[0], .record("leads", ["id": 1, "name": .string(name)]),
      .record("leads", ["id": 2, "name": "nobody's name"]), .state(1),
    ])
    run.expectHealthy()
    #expect(sandbox.count("lead") == 4 && !sandbox.objects("lead").contains { $0["name"] == .string(name) })
  }

  // MARK: Matches

  @Test(
    arguments: [
      ("reject", 0, 1), ("first", 1, 0), ("oldest", 1, 0), ("all", 2, 0),
    ] as [(String, Int, Int32)])
  func `several objects that match are settled by on_many`(policy: String, changed: Int, exit: Int32)
    async throws
  {
    let sandbox = try startEmptySandbox()
    try sandbox.api.edit { world in
      for day in 1...2 {
        let date = try Timestamp.at("2024-01-0\(day)T00:00:00Z")
        try world.create("lead", ["name": "Twin", "date_created": .string(date.description)], at: date)
      }
    }
    let block: JSONValue = ["match": "name", "on_many": .string(policy)]
    let target = try Target(sandbox, ["streams": ["leads": block]])
    let run = try await target.run([
      TargetUpdateTests.schemas[0], .record("leads", ["id": 1, "name": "Twin", "description": "found"]),
    ])
    #expect(run.exit == exit)
    if exit == 1 { #expect(run.lastLine.contains("2 objects match by name")) }
    let leads = sandbox.objects("lead")
    #expect(leads.count == 2 && leads.filter { $0["description"] == "found" }.count == changed)
    if policy == "oldest" { #expect(leads.first?["description"] == "found") }
  }

  @Test(
    arguments: [
      ("upsert", nil, 1, 0), ("create", nil, 1, 0), ("update", nil, 0, 1), ("update", "skip", 0, 0),
      ("upsert", "reject", 0, 1), ("update", "create", 1, 0),
    ] as [(String, String?, Int, Int32)])
  func `what matches nothing is created, skipped or refused`(
    action: String, policy: String?, created: Int, exit: Int32
  ) async throws {
    let sandbox = try startEmptySandbox()
    var block: JSONObject = ["action": .string(action), "match": "custom.External ID"]
    block["on_none"] = policy.map { .string($0) }
    let target = try Target(sandbox, ["streams": ["leads": .object(block)]])
    let run = try await target.run([
      TargetUpdateTests.schemas[0], .record("leads", ["id": 1, "name": "x", "custom.External ID": "E-1"]),
      .state(1),
    ])
    #expect(run.exit == exit, "\(run.lastLine)")
    #expect(sandbox.count("lead") == created && run.output == [1])
  }
}
