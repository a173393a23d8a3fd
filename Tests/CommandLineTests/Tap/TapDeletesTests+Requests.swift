import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

// What is asked of the log, and what becomes of tombstones when something goes wrong.

extension TapDeletesTests {
  // MARK: Requests

  @Test func `a quiet log is read as a whole, a busy one type by type`() async throws {
    let world = try LogWorld(leads: 2, TapDeletesTests.on)
    let state = try await begin(world)
    world.sandbox.server.resetStatistics()
    let quiet = try await world.tap.run(TapDeletesTests.streams, state: state)
    quiet.expectHealthy(since: state)
    #expect(world.sandbox.server.statistics.count("GET", "event/") == 1)

    // A minute apart, lest the log makes one of them.
    let lead = try #require(ids(world, "lead").first)
    try world.organisation.edit { (world_) throws(SandboxError) in
      for index in 0..<400 {
        try world_.update(
          lead, ["description": .string("\(index)")], at: world.ago(Int64(86_400 + (400 - index) * 60)))
      }
    }
    let contact = try #require(ids(world, "contact").first)
    try delete(world, contact, secondsAgo: 90_000)
    world.sandbox.server.resetStatistics()
    let old = LogWorld.moved(state, to: world.ago(2 * 86_400))
    let busy = try await world.tap.run(["leads", "contacts"], state: old)
    busy.expectHealthy(since: old)
    #expect(busy.output.tombstones("contacts").map(\.id) == [contact])
    #expect(world.sandbox.server.statistics.count("GET", "event/") == 4)
  }

  /// A busy log in which every 40th event is a deletion.
  private func scripted(_ change: (inout ScriptedOrganisation.Rules) -> Void) -> (
    ScriptedOrganisation, Set<String>
  ) {
    let organisation = ScriptedOrganisation()
    let start = Timestamp.now().adding(seconds: -6 * 86_400)
    var gone: Set<String> = []
    organisation.change { state in
      change(&state.rules)
      state.add(
        "event",
        (0..<500).map { index in
          let date = start.adding(seconds: Int64(index) * 900)
          let isDeletion = index.isMultiple(of: 40)
          if isDeletion { gone.insert("lead_\(index)") }
          let members: JSONObject = [
            "object_type": "lead", "object_id": .string("lead_\(index)"),
            "action": isDeletion ? "deleted" : "updated", "previous_data": ["name": "A"],
          ]
          return ScriptedOrganisation.Row(id: "ev_\(index)", created: date, updated: date, members: members)
        })
    }
    return (organisation, gone)
  }

  @Test(arguments: [false, true], [false, true])
  func `filters that are ignored or refused lose nothing`(refuses: Bool, ignoresDates: Bool) async throws {
    let (organisation, gone) = scripted {
      $0.refusesEventFilters = refuses
      $0.ignoresEventDates = ignoresDates
    }
    let tap = try Tap(startSandbox(organisation), TapDeletesTests.on)
    let old = Timestamp.now().adding(seconds: -20 * 86_400).description
    let state: JSONValue = ["bookmarks": ["leads": ["log_position": .string(old)]]]
    let run = try await tap.run(["leads"], state: state)
    run.expectHealthy()
    #expect(run.output.faults("leads", wanted: gone) == [])
    #expect(run.output.tombstones("leads").count == gone.count)
  }

  @Test func `cursors that are refused lose nothing`() async throws {
    let (organisation, gone) = scripted { $0.refusesEventFilters = true }
    let sandbox = try startSandbox(organisation) { options in
      options.onRequest = { _, number in
        organisation.change { $0.rules.forgetsCursors = number.isMultiple(of: 3) }
      }
    }
    let old = Timestamp.now().adding(seconds: -20 * 86_400).description
    let run = try await Tap(sandbox, TapDeletesTests.on).run(
      ["leads"], state: ["bookmarks": ["leads": ["log_position": .string(old)]]])
    run.expectHealthy()
    #expect(run.output.faults("leads", wanted: gone) == [])
  }

  // MARK: Trouble

  @Test func `a log that may not be read leaves rows complete and the position where it is`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world, ["leads", "users"])
    try world.sandbox.server.setFaults("status=403,path=event")
    let run = try await world.tap.run(["leads", "users"], state: state)
    #expect(run.exit == 1)
    run.expectTruthful(since: state)
    #expect(run.lastLine.contains("leads") && run.lastLine.contains("its deletions are not"))
    #expect(!run.lastLine.contains("users"))
    #expect(LogWorld.position(run.output.lastState, "leads") == world.ago(1200))
  }

  @Test func `what goes after a first run that could not read the log is told by the next`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    try world.sandbox.server.setFaults("status=403,path=event")
    let first = try await world.tap.run(["groups"])
    #expect(first.exit == 1 && first.output.records.count > 0)
    try world.sandbox.server.setFaults("")
    let group = try #require(ids(world, "group").last)
    try delete(world, group, secondsAgo: 0)
    world.sandbox.server.clock.advance(seconds: 3600)
    let second = try await world.tap.run(["groups"], state: first.output.lastState)
    second.expectHealthy()
    #expect(second.output.tombstones("groups").map(\.id) == [group])
    #expect(second.output.lastState["bookmarks"]?["groups"]?["snapshot_log_position"] == nil)
  }

  @Test func `a bookmark in the future does not make deletions forgotten`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    var state = try await begin(world, ["leads"])
    let lead = try #require(ids(world, "lead").first)
    try delete(world, lead)
    state["bookmarks"]?["leads"]?["date_updated"] = "2999-01-01T00:00:00Z"
    let run = try await world.tap.run(["leads"], state: state)
    #expect(run.exit == 0 && run.warnings.count == 1)
    #expect(run.output.tombstones("leads").map(\.id) == [lead])
  }

  @Test func `a table that could not be listed keeps its position`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world, ["leads", "tasks"])
    try delete(world, try #require(ids(world, "lead").first))
    try world.sandbox.server.setFaults("status=403,path=task")
    let run = try await world.tap.run(["leads", "tasks"], state: state)
    #expect(run.exit == 1)
    #expect(run.output.tombstones("leads").count == 1)
    #expect(LogWorld.position(run.output.lastState, "tasks") == world.ago(1200))
    #expect(LogWorld.position(run.output.lastState, "leads") ?? .earliest > world.ago(1200))
  }

  @Test(arguments: [SIGKILL, SIGTERM])
  func `stopped while the log is read, the next run tells it all`(signal: Int32) async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world)
    let lead = try #require(ids(world, "lead").first)
    try delete(world, lead)
    try world.sandbox.server.setFaults("hang=60s,path=event")
    let process = try world.tap.start(TapDeletesTests.streams, state: state)
    #expect(
      await eventually {
        world.sandbox.server.statistics.count("GET", "event/") + world.sandbox.server.statistics.inFlight > 0
      })
    try await Task.sleep(for: .milliseconds(300))
    process.send(signal)
    let outcome = await process.outcome()
    let whole = outcome.stdout.lastIndex(of: "\n").map { outcome.stdout[...$0] } ?? ""
    let first = try TapOutput(String(whole))
    #expect(first.records.filter(\.isTombstone).isEmpty)
    let left = first.states.isEmpty ? state : first.lastState
    #expect(LogWorld.position(left, "leads") == world.ago(1200))
    try world.sandbox.server.setFaults("")
    let run = try await world.tap.run(TapDeletesTests.streams, state: left)
    run.expectHealthy(since: left)
    #expect(run.output.tombstones("leads").map(\.id) == [lead])
  }

  // MARK: Consumers

  @Test func `singer-check-tap and target-jsonl take tombstones`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world)
    for lead in ids(world, "lead").prefix(3) { try delete(world, lead) }
    let run = try await world.tap.run(TapDeletesTests.streams, state: state)
    run.expectHealthy(since: state)
    #expect(run.output.tombstones("leads").count == 3)
    let folder = try TemporaryDirectory()
    try folder.write(
      #"{"destination_path": "\#(folder.path)", "do_timestamp_file": false}"#, to: "target.json")
    let check = try await runProcess(Peer.singerCheckTap.path(), stdin: run.outcome.stdout)
    #expect(check.exit == 0, "\(check.stderr)")
    let target = try await runProcess(
      Peer.targetJSONL.path(), ["--config", folder.file("target.json")], stdin: run.outcome.stdout)
    #expect(target.exit == 0, "\(target.stderr)")
    #expect(try folder.read("leads.jsonl").contains("_sdc_deleted_at"))
    #expect(try JSONValue(parsing: target.lines.last ?? "") == run.output.lastState)
  }
}
