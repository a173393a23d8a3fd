import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Activities filter only by the date they were made, which may lie ahead.
@Suite("tap-close: activities and tasks")
struct TapActivityTests {
  /// 30 activities, two hours apart, the last one made now.
  private func organisation() -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let start = Timestamp.now().adding(seconds: -29 * 7200)
    organisation.change { $0.add("activity", 30, from: start, step: 7200 * Timestamp.second) }
    return organisation
  }

  @Test(arguments: [20, 400])
  func `meetings in the future come at once and move no bookmark`(count: Int) async throws {
    let organisation = ScriptedOrganisation()
    let now = Timestamp.now()
    organisation.change { state in
      state.add("activity", count, from: now.adding(seconds: -86_400 * 60), step: 3600 * Timestamp.second)
      state.add("activity", 5, from: now.adding(seconds: 86_400), step: 30 * Timestamp.day, prefix: "meeting")
    }
    let tap = try Tap(startSandbox(organisation))
    let run = try await tap.run(["activities"])
    run.expectHealthy()
    #expect(run.output.faults("activities", wanted: organisation.ids("activity")) == [])
    let past = organisation.rows("activity").map(\.created).filter { $0 <= now }.max()
    #expect(run.output.states.last?.bookmark("activities", "date_created") == past)

    // Until their day has come they are sent again, with whatever has changed.
    let again = try await tap.run(["activities"], state: run.output.lastState)
    again.expectHealthy(since: run.output.lastState)
    #expect(again.output.ids("activities").filter { $0.hasPrefix("meeting") }.count == 5)
    #expect(again.output.lastState == run.output.lastState)
  }

  @Test(arguments: [(nil, 13), (3600, 1), (0, 1), (7 * 86_400, 30)] as [(Int?, Int)])
  func `activities of the attribution window are sent again`(seconds: Int?, count: Int) async throws {
    let organisation = organisation()
    let tap = try Tap(startSandbox(organisation))
    let bookmark = try #require(organisation.rows("activity").map(\.created).max())
    var config: JSONObject = [:]
    if let seconds { config["activities_window_seconds"] = .int(seconds) }
    let run = try await tap.run(["activities"], state: Tap.state("activities", bookmark), config: config)
    run.expectHealthy(since: Tap.state("activities", bookmark))
    #expect(run.output.ids("activities").count == count)
  }

  @Test(arguments: [0, "", nil, -3, 1, "7", 400] as [JSONValue])
  func `any date_window gives everything once`(window: JSONValue) async throws {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2023-12-01T00:00:00Z")
    organisation.change { $0.add("activity", 250, from: start, step: 9 * 3600 * Timestamp.second) }
    let run = try await Tap(startSandbox(organisation)).run(["activities"], config: ["date_window": window])
    run.expectHealthy()
    #expect(run.output.faults("activities", wanted: organisation.ids("activity")) == [])
    #expect(run.warnings.count == ((window.int ?? 1) < 1 ? 1 : 0))
  }

  @Test func `empty years cost few requests, full ones have their STATEs`() async throws {
    let organisation = ScriptedOrganisation()
    organisation.change { state in
      state.add("activity", 3, from: Timestamp(seconds: 1_300_000_000), step: Timestamp.day, prefix: "import")
      state.add("activity", 900, from: Timestamp(seconds: 1_700_000_000), step: 3 * 3600 * Timestamp.second)
    }
    let sandbox = try startSandbox(organisation)
    let run = try await Tap(sandbox).run(["activities"])
    run.expectHealthy()
    #expect(run.output.faults("activities", wanted: organisation.ids("activity")) == [])
    // 113 days hold at most 150 activities per window of 15 days.
    #expect(run.output.states.count >= 8)
    #expect(sandbox.server.statistics.count("GET", "activity/") < 80)
  }

  @Test func `all types of tasks are asked for`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 30 })
    let run = try await Tap(sandbox).run(["tasks"])
    run.expectHealthy()
    let types = Set(run.output.records("tasks").compactMap { $0.value["_type"]?.string })
    #expect(types.count > 1)
    #expect(sandbox.server.requests.allSatisfy { $0.path != "task/" || $0.parameter("_type") == "all" })
    let all = try rawFetch(
      "GET", "/api/v1/task/?_type=all&_limit=100", port: sandbox.port, key: sandbox.apiKey)
    let ids = try #require(all.json?["data"]?.array?.compactMap { $0["id"]?.string })
    #expect(all.json?["has_more"] == false)
    #expect(run.output.faults("tasks", wanted: ids) == [])
  }

  @Test(
    arguments: [("tasks", "task"), ("activities", "activity"), ("opportunities", "opportunity")], [50, 350])
  func `an API deaf to dates is noticed, and everything new is sent`(
    table: (String, String), count: Int
  ) async throws {
    let organisation = ScriptedOrganisation()
    organisation.change { $0.rules.deafTables = [table.1] }
    let start = try Timestamp.at("2024-01-01T00:00:00Z")
    organisation.change { $0.add(table.1, count, from: start, step: 3600 * Timestamp.second) }
    let tap = try Tap(startSandbox(organisation), ["activities_window_seconds": 0])
    let border = start.adding(seconds: 3600 * Int64(count / 2))
    let state = Tap.state(table.0, border)
    let run = try await tap.run([table.0], state: state)
    run.expectHealthy(since: state)
    let wanted = organisation.rows(table.1).filter { $0.updated >= border }.map(\.id)
    // What went out before it was noticed comes again.
    #expect(Set(run.output.ids(table.0)) == Set(wanted))
    #expect(run.warnings.count == 1)
    #expect(run.warnings.first?.contains("does not filter") == true)
    let newest = organisation.rows(table.1).map(\.updated).max()
    #expect(run.output.states.last?.bookmark(table.0, Tap.keys[table.0] ?? "") == newest)
  }
}
