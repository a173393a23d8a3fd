import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What would be done, on paper first.
@Suite("target-close: plans")
struct TargetPlanTests {
  /// Plans the sample for an organisation; the plan stands in `plan.jsonl`.
  private func plan(
    _ target: Target, _ input: [Message] = Sample.messages, exit: Int32 = 0
  ) async throws -> [JSONValue] {
    let run = try await target.run(input, arguments: ["--dry-run"])
    #expect(run.exit == exit, "\(run.outcome.lastWords)")
    try target.directory.write(run.outcome.stdout, to: "plan.jsonl")
    return run.output
  }

  private func apply(_ target: Target) async throws -> TargetRun {
    try await target.run(arguments: ["--apply", target.directory.file("plan.jsonl")])
  }

  private func lead(_ key: Int, _ fields: JSONObject) -> Message {
    .record("leads", (["id": .int(key)] as JSONObject).merging(fields))
  }

  @Test func `a dry run prints a line per record and changes nothing`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let lines = try await plan(target)
    #expect(sandbox.writes.isEmpty)
    #expect(!target.directory.names.contains { $0.hasPrefix("journal") || $0.hasPrefix("dead") })
    #expect(lines.count == 12 && lines.allSatisfy { $0["action"] == "create" })
    for line in lines {
      for name in ["line", "stream", "action", "key", "id", "changes", "reason", "request"] {
        #expect(line[name] != nil, "\(name)")
      }
    }
    // Each record once, by the line it stands on; what waits for its parent comes after it.
    let wanted = Sample.messages.indices.filter { Sample.messages[$0].line.contains("\"RECORD\"") }.map {
      $0 + 1
    }
    #expect(lines.compactMap { $0["line"]?.int }.sorted() == wanted)
    let acme = try #require(lines.first { $0["stream"] == "leads" && $0["key"] == "L1" })
    #expect(acme["id"] == .null && acme["line"] == 8)
    #expect(acme["request"]?["method"] == "POST" && acme["request"]?["path"] == "/lead/")
    #expect(acme["request"]?["body"]?["name"] == "Acme")
    #expect(acme["changes"]?["name"] == ["from": nil, "to": "Acme"])
    let again = try await target.run(Sample.messages, arguments: ["--dry-run"])
    #expect(again.output.map(\.compact).sorted() == lines.map(\.compact).sorted())
  }

  @Test func `each record's line tells what differs, or why nothing is done`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["streams": ["leads": ["max_deletes": 1]]])
    try await target.run([
      .schema("leads"), lead(1, ["name": "same"]), lead(2, ["name": "old", "url": "a.com"]),
      lead(3, ["name": "x"]),
    ]).expectHealthy()
    sandbox.server.resetStatistics()
    let lines = try await plan(
      target,
      [
        .schema("leads"), lead(1, ["name": "same"]), lead(2, ["name": "new", "url": "a.com"]),
        lead(3, ["_sdc_deleted_at": "2024-01-01T00:00:00Z"]), lead(4, ["name": "z", "status": "Gone"]),
        lead(5, ["name": "five"]), .state(1),
      ], exit: 1)
    #expect(lines.map { $0["action"] } == ["noop", "update", "delete", "reject", "create"])
    #expect(lines.map { $0["key"] } == ["1", "2", "3", "4", "5"])
    let old = sandbox.objects("lead").first { $0["name"] == "old" }?["id"] ?? nil
    #expect(lines[1]["id"] == old && lines[1]["changes"] == ["name": ["from": "old", "to": "new"]])
    #expect(lines[1]["request"]?["method"] == "PATCH" && lines[1]["request"]?["body"] == ["name": "new"])
    #expect(lines[1]["request"]?["path"] == .string("/lead/\(old.string ?? "")/"))
    #expect(lines[0]["request"] == .null && lines[3]["request"] == .null)
    #expect(lines[2]["request"]?["method"] == "DELETE")
    #expect(lines[3]["reason"]?.string?.contains("there is no lead status \"Gone\"") == true)
    #expect(sandbox.writes.isEmpty)
  }

  @Test func `a plan is carried out as it stands, and only once`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    _ = try await plan(target)
    let run = try await apply(target)
    run.expectHealthy()
    #expect(run.outcome.stdout.isEmpty)
    for (resource, count) in Sample.counts { #expect(sandbox.count(resource) == count, "\(resource)") }
    let acme = sandbox.objects("lead").first { $0["name"] == "Acme" }?["id"] ?? nil
    #expect(sandbox.objects("contact").first { $0["name"] == "Ann Acme" }?["lead_id"] == acme)

    sandbox.server.resetStatistics()
    try await apply(target).expectHealthy()
    #expect(sandbox.writes.isEmpty)
    // The records themselves are done as well.
    try await target.run(Sample.messages).expectHealthy()
    #expect(sandbox.writes.isEmpty)
  }

  @Test func `an update is not carried out when somebody has changed the field meanwhile`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    try await target.run([.schema("leads"), lead(1, ["name": "one"]), lead(2, ["name": "two"])])
      .expectHealthy()
    _ = try await plan(target, [.schema("leads"), lead(1, ["name": "uno"]), lead(2, ["name": "due"])])
    let id = try #require(sandbox.objects("lead").first { $0["name"] == "one" }?["id"]?.string)
    let now = sandbox.server.clock.now()
    try sandbox.api.edit { try $0.update(id, ["name": "eins"], at: now) }
    sandbox.server.resetStatistics()
    let run = try await apply(target)
    #expect(run.exit == 1)
    #expect(run.lastLine == "CRITICAL 1 of 2 records could not be written")
    let reason = "\"name\" of \(id) has changed since the plan was made: it was \"one\" and is \"eins\""
    #expect(run.log.contains("ERROR line 2: stream leads: not carried out: \(reason)"))
    #expect(Set(sandbox.objects("lead").map { $0["name"] }) == ["eins", "due"])
    // A field that the plan leaves alone may change.
    _ = try await plan(target, [.schema("leads"), lead(1, ["name": "uno"])])
    try sandbox.api.edit { try $0.update(id, ["description": "new"], at: now) }
    try await apply(target).expectHealthy()
    #expect(sandbox.objects("lead").first { $0["id"] == .string(id) }?["name"] == "uno")
  }

  @Test func `nothing is created that has come, and nothing updated that has gone, since the plan was made`()
    async throws
  {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["streams": ["leads": ["match": "name"]]])
    try await target.run([.schema("leads"), lead(1, ["name": "one"])]).expectHealthy()
    _ = try await plan(
      target, [.schema("leads"), lead(1, ["name": "one", "url": "a.com"]), lead(2, ["name": "two"])])
    let id = try #require(sandbox.objects("lead").first?["id"]?.string)
    let now = sandbox.server.clock.now()
    try sandbox.api.edit { world in
      try world.delete(id, at: now)
      try world.create("lead", ["name": "two"], at: now)
    }
    sandbox.server.resetStatistics()
    let run = try await apply(target)
    #expect(run.exit == 1 && run.lastLine == "CRITICAL 2 of 2 records could not be written")
    #expect(
      run.log.contains { $0.contains("line 2: ") && $0.contains("\(id) is gone since the plan was made") })
    #expect(run.log.contains { $0.contains("line 3: ") && $0.contains("matches by name has come since") })
    #expect(sandbox.writes.isEmpty && sandbox.count("lead") == 1)
  }

  @Test(arguments: ["hang=600s", "slow=600s-per-kB"])
  func `a plan that was killed half way is completed by carrying it out again`(hold: String) async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, Target.killed.merging(["concurrency": 2]))
    _ = try await plan(target)
    for answers in [0, 1, 2] {
      try sandbox.server.setFaults(TargetCrashTests.creating("\(hold),after=\(answers)"))
      sandbox.server.resetStatistics()
      let process = try target.start(arguments: ["--apply", target.directory.file("plan.jsonl")])
      #expect(await eventually { sandbox.server.statistics.inFlight > 0 || sandbox.writes.count > answers })
      process.send(9)
      let outcome = await process.outcome()
      // So much may have been carried out before that nothing is held any more.
      #expect([-9, 0].contains(outcome.exit), "\(outcome.stderr)")
    }
    try sandbox.server.setFaults("")
    try await apply(target).expectHealthy()
    for (resource, count) in Sample.counts { #expect(sandbox.count(resource) == count, "\(resource)") }
  }
}
