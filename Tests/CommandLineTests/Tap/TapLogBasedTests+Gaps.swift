import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

// When the log does not reach back, and when a run does not come to its end.

extension TapLogBasedTests {
  // MARK: Too late

  @Test func `when the log does not reach back a new version replaces the old`() async throws {
    let world = try LogWorld()
    let (snapshot, state) = try await begin(world)
    let lost = ids(world, "lead")[3]
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(lost, at: world.ago(35 * 86_400))
    }
    var old = JSONValue.withVersion(1_700_000_000, LogWorld.moved(state, to: world.ago(40 * 86_400)))
    old["bookmarks"]?["leads"]?["mine"] = 7
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: old)
    #expect(run.exit == 0)
    #expect(run.warnings.count == 1)
    let warning = run.warnings.first ?? ""
    #expect(warning.contains(world.ago(40 * 86_400).dateText) && warning.contains("leads"))
    #expect(warning.contains(Timestamp.now().adding(seconds: -30 * 86_400).dateText))
    #expect(run.output.faults("leads", wanted: ids(world, "lead")) == [])
    let version = try #require(run.output.records("leads").first?.version)
    #expect(version > 1_700_000_000)
    #expect(run.output.records("leads").allSatisfy { $0.version == version })
    let activation = try #require(run.output.activations.first { $0.stream == "leads" })
    #expect(activation.version == version)
    #expect(activation.line > run.output.records("leads").map(\.line).max() ?? .max)
    #expect(run.output.lastState["bookmarks"]?["leads"]?["mine"] == 7)
    // The versions of the first snapshot and this one may be of the same second.
    if snapshot.records("leads").first?.version != version {
      #expect([snapshot, run.output].table("leads")[lost] == nil)
    }
    try await expectLoads(run.outcome.stdout)
  }

  @Test func `how far the log reaches back is for Close's clock to say`() async throws {
    let world = try LogWorld()
    let (snapshot, state) = try await begin(world)
    let doomed = ids(world, "lead")[0]
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(doomed, at: Timestamp.now())
    }
    // Versions are told apart by the second.
    let old = JSONValue.withVersion(1_700_000_000, state)
    world.sandbox.server.clock.advance(seconds: 40 * 86_400)
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: old)
    #expect(run.exit == 0)
    #expect(run.warnings.contains { $0.contains("a new version is read from the start") })
    #expect(run.output.activations.count == TapLogBasedTests.streams.count)
    #expect([snapshot, run.output].table("leads")[doomed] == nil)
    let later = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: run.output.lastState)
    later.expectHealthy(since: run.output.lastState)
    #expect(later.output.activations.isEmpty && later.warnings.isEmpty)
  }

  @Test func `a clock ahead of Close's does not outrun the log`() async throws {
    let world = try LogWorld()
    world.sandbox.server.clock.advance(seconds: -40 * 86_400)
    let catalog = LogWorld.catalog(["leads"], logBased: ["leads"])
    let first = try await world.tap.run(catalog: catalog)
    #expect(first.exit == 0)
    let position = try #require(LogWorld.position(first.output.lastState, "leads"))
    #expect(position < world.ago(40 * 86_400) && position > world.ago(40 * 86_400 + 600))
    world.sandbox.server.clock.advance(seconds: 40 * 86_400)
    let second = try await world.tap.run(catalog: catalog, state: first.output.lastState)
    #expect(second.warnings.count == 1 && second.output.activations.count == 1)
  }

  @Test func `a clock behind Close's opens no gap between the lists and the log`() async throws {
    let world = try LogWorld()
    world.sandbox.server.clock.advance(seconds: 3600)
    let (task, deal) = (ids(world, "task")[0], ids(world, "opportunity")[0])
    for id in [task, deal] { try edit(world, id, [:], secondsAgo: -1800) }
    let catalog = LogWorld.catalog(["tasks", "opportunities"], logBased: ["tasks", "opportunities"])
    let first = try await world.tap.run(catalog: catalog)
    first.expectHealthy()
    world.sandbox.server.clock.advance(seconds: 600)
    let second = try await world.tap.run(catalog: catalog, state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    #expect(second.warnings.isEmpty)
    #expect([first.output, second.output].table("tasks")[task]?.date("date_updated") == world.ago(-1800))
    #expect(
      [first.output, second.output].table("opportunities")[deal]?.date("date_updated") == world.ago(-1800))
  }

  /// target-jsonl and singer-check-tap take it.
  private func expectLoads(_ stream: String) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      #"{"destination_path": "\#(folder.path)", "do_timestamp_file": false}"#, to: "target.json")
    let target = try await runProcess(
      Peer.targetJSONL.path(), ["--config", folder.file("target.json")], stdin: stream)
    #expect(target.exit == 0, "\(target.stderr)")
    #expect(target.lines.last?.isEmpty == false)
    let check = try await runProcess(Peer.singerCheckTap.path(), stdin: stream)
    #expect(check.exit == 0, "\(check.stderr)")
  }

  // MARK: Killed

  @Test(arguments: [2, 5, 9, 13, 20, 30])
  func `a first snapshot that is killed is not taken for done`(answers: Int) async throws {
    let config: JSONObject = ["date_window": 10, "concurrency": 3, "search_lag_seconds": 0]
    let world = try LogWorld(leads: 25, config)
    try world.sandbox.server.setFaults("hang=60s,after=\(answers)")
    let process = try world.tap.start(catalog: TapLogBasedTests.catalog)
    let server = world.sandbox.server
    #expect(await eventually { server.statistics.requests == answers && server.statistics.inFlight > 0 })
    process.send(SIGKILL)
    let first = try output(of: await process.outcome())
    try server.setFaults("")
    let left = first.states.isEmpty ? [:] : first.lastState
    #expect(LogWorld.position(left, "leads") == nil)
    // In the meantime something goes and something changes.
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(world_.ids(of: "lead")[2], at: Timestamp.now())
      try world_.update(world_.ids(of: "lead")[4], ["name": "New"], at: Timestamp.now())
    }
    let second = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: left)
    second.expectHealthy(since: left)
    #expect(Set(second.output.activations.map(\.stream)) == Set(TapLogBasedTests.streams))
    for activation in second.output.activations {
      let versions = Set([first, second.output].flatMap { $0.records(activation.stream).map(\.version) })
      if !left.isEmpty { #expect(versions.count <= 1) }
    }
    #expect(LogWorld.position(second.output.lastState, "leads") != nil)
    expectEqual([first, second.output], world)
    let third = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: second.output.lastState)
    third.expectHealthy(since: second.output.lastState)
    expectEqual([first, second.output, third.output], world)
  }

  @Test(arguments: [1, 2, 3, 5, 9, 12])
  func `killed while it reads the log, the next run tells it all`(requestsLeft: Int) async throws {
    let world = try LogWorld(leads: 25)
    let (snapshot, state) = try await begin(world)
    let edit: JSONValue = ["creates": 3, "edits": 60, "deletes": 3]
    _ = world.organisation.control(path: "edit", body: edit, at: world.ago(600))
    let server = world.sandbox.server
    server.resetStatistics()
    let undisturbed = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: state)
    undisturbed.expectHealthy(since: state)
    let answers = server.statistics.requests - requestsLeft
    server.resetStatistics()
    try server.setFaults("hang=60s,after=\(answers)")
    let process = try world.tap.start(catalog: TapLogBasedTests.catalog, state: state)
    #expect(await eventually { server.statistics.requests == answers && server.statistics.inFlight > 0 })
    process.send(SIGKILL)
    let first = try output(of: await process.outcome())
    let left = first.states.isEmpty ? state : first.lastState
    try server.setFaults("")
    let second = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: left)
    second.expectHealthy(since: left)
    expectEqual([snapshot, first, second.output], world)
  }

  private func output(of outcome: ProcessOutcome) throws -> TapOutput {
    let whole = outcome.stdout.lastIndex(of: "\n").map { outcome.stdout[...$0] } ?? ""
    return try TapOutput(String(whole))
  }
}

extension JSONValue {
  /// A state with this version for all tables.
  fileprivate static func withVersion(_ version: Int, _ state: JSONValue) -> JSONValue {
    var state = state
    for stream in state["bookmarks"]?.object?.keys ?? [] {
      state["bookmarks"]?[stream]?["version"] = .int(version)
    }
    return state
  }
}
