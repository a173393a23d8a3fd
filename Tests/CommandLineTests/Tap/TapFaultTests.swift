import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Everything that can go wrong between us and Close.
@Suite("tap-close: throttled, failing and broken answers")
struct TapFaultTests {
  static let streams = [
    "activities", "custom_fields", "event_log", "leads", "tasks", "users", "contacts", "opportunities",
  ]

  /// An organisation whose clock stands, and all its records as a run without trouble sends them.
  private func world(
    leads: Int = 25, _ server: (inout ServerOptions) -> Void = { _ in }
  ) async throws -> (tap: Tap, server: SandboxServer, records: [String: [String: JSONValue]]) {
    let sandbox = try startSandbox(organisation: { $0.leads = leads }, server: server)
    let tap = try Tap(sandbox, ["date_window": 60, "retry_budget_seconds": 30])
    let run = try await tap.run(TapFaultTests.streams)
    run.expectHealthy()
    for stream in TapFaultTests.streams { #expect(run.output.records(stream).count > 1, "\(stream)") }
    sandbox.server.resetStatistics()
    return (tap, sandbox.server, run.output.recordsByID)
  }

  @Test(arguments: [
    "status=500,every=3", "status=502,every=3", "status=503,every=4", "status=504,every=4",
    "status=429,every=4,retry-after=0.1", "reset,every=3", "close,every=3", "reset-after-processing,every=4",
    "truncate,every=3", "invalid-json,every=3", "slow=2ms-per-kB", "hang=50ms,every=2",
    "status=503,probability=0.1;truncate,probability=0.1;reset,probability=0.1",
    "status=200,body=<html>maintenance</html>,every=5",
  ])
  func `passing trouble loses, doubles and changes nothing`(faults: String) async throws {
    let (tap, server, records) = try await world()
    try server.setFaults(faults)
    let run = try await tap.run(TapFaultTests.streams, config: ["retry_budget_seconds": 120])
    #expect(run.exit == 0, "\(run.outcome.lastWords)")
    #expect(server.statistics.faults > 0)
    run.expectTruthful()
    #expect(run.output.ids.count == Set(run.output.ids).count)
    #expect(run.output.differences(from: records) == [])
  }

  @Test(
    arguments: [
      (.comma, .empty), (.semicolon, .empty), (.legacy, .legacy), (.none, .empty), (.none, .topLevel),
    ] as [(RateHeaders, RateBody)])
  func `a rate limit is kept to, however it is announced`(headers: RateHeaders, body: RateBody) async throws {
    let (tap, server, records) = try await world()
    server.setRateHeaders(headers, body: body)
    server.setRate(RateLimit(requests: 4, seconds: 0.2))
    let run = try await tap.run(TapFaultTests.streams, config: ["date_window": 10, "concurrency": 8])
    #expect(run.exit == 0, "\(run.outcome.lastWords)")
    #expect(run.output.differences(from: records) == [])
    // Who is told where it stands does not ask too often; who is not finds out by being refused now and then.
    let statistics = server.statistics
    #expect(statistics.requests > 60)
    #expect(statistics.overruns < (headers == .none ? 20 : 4))
  }

  @Test func `a rate limit that is used to a part leaves the rest`() async throws {
    let (tap, server, _) = try await world()
    server.setRate(RateLimit(requests: 10, seconds: 0.5))
    let run = try await tap.run(["activities"], config: ["date_window": 3, "rate_limit_share": "0.5"])
    run.expectHealthy()
    #expect(server.statistics.overruns == 0)
  }

  @Test(arguments: [500, 502, 503, 429, 404, 400])
  func `lasting trouble with one table ends that table alone`(status: Int) async throws {
    let (tap, server, records) = try await world()
    try server.setFaults("status=\(status),path=task/")
    let run = try await tap.run(TapFaultTests.streams, config: ["retry_budget_seconds": 0])
    #expect(run.exit == 1)
    let reason = "tasks: GET /task/ failed with status \(status)"
    #expect(run.lastLine.hasPrefix("CRITICAL 1 of 8 streams not complete: \(reason)"))
    #expect(run.log.filter { $0.hasPrefix("ERROR \(reason)") }.count == 1)
    expectAllBut("tasks", run, records)
  }

  @Test(arguments: [402, 403])
  func `a table that is not for the key is skipped with a warning`(status: Int) async throws {
    let (tap, server, records) = try await world()
    try server.setFaults("status=\(status),path=task/")
    let run = try await tap.run(TapFaultTests.streams)
    #expect(run.exit == 1)
    let reason = "GET /task/ failed with status \(status)"
    #expect(run.warnings.count == 1 && run.warnings[0].hasPrefix("WARNING tasks is skipped: \(reason)"))
    #expect(run.lastLine.hasPrefix("CRITICAL 1 of 8 streams not complete: tasks: \(reason)"))
    #expect(server.statistics.count("GET", "task/") == 1)
    expectAllBut("tasks", run, records)
  }

  /// Every other table is complete, and the state says nothing of this one.
  private func expectAllBut(_ name: String, _ run: TapRun, _ records: [String: [String: JSONValue]]) {
    run.expectTruthful()
    #expect(run.output.types.last == "STATE")
    for stream in TapFaultTests.streams where stream != name {
      #expect(run.output.faults(stream, wanted: (records[stream] ?? [:]).keys) == [])
    }
    #expect(run.output.records(name).isEmpty)
    #expect(run.output.lastState["bookmarks"]?[name] == nil)
    #expect(run.output.lastState["bookmarks"]?.object?.count == TapFaultTests.streams.count - 1)
  }

  @Test(arguments: [0, 3, 9, 14])
  func `a key that is refused ends the run at once`(after: Int) async throws {
    let (tap, server, _) = try await world()
    try server.setFaults("status=401,after=\(after)")
    let run = try await tap.run(TapFaultTests.streams)
    #expect(run.exit == 1)
    run.expectTruthful()
    #expect(run.lastLine.hasPrefix("CRITICAL ") && run.lastLine.contains("status 401"))
    #expect(run.log.filter { $0.contains("status 401") }.count == 1)
    #expect(server.statistics.requests < after + 12)
    #expect(run.output.types.isEmpty || run.output.types.last == "STATE")
  }

  @Test(arguments: [1, 3, 6, 10])
  func `a table that fails half way is completed by the next run`(after: Int) async throws {
    let (tap, server, records) = try await world(leads: 40)
    try server.setFaults("status=500,after=\(after),path=activity/")
    let config: JSONObject = ["date_window": 5, "retry_budget_seconds": 0]
    let first = try await tap.run(TapFaultTests.streams, config: config)
    #expect(first.exit == 1)
    first.expectTruthful()
    try server.setFaults("")
    let second = try await tap.run(TapFaultTests.streams, state: first.output.lastState, config: config)
    second.expectHealthy(since: first.output.lastState)
    let all = Set(first.output.ids("activities") + second.output.ids("activities"))
    #expect(all == Set((records["activities"] ?? [:]).keys))
  }
}

extension TapOutput {
  /// The last version of each record by stream and id.
  var recordsByID: [String: [String: JSONValue]] {
    Dictionary(grouping: records, by: \.stream).mapValues { records in
      Dictionary(records.map { ($0.id, $0.value) }, uniquingKeysWith: { $1 })
    }
  }

  /// The ids of records that are not as they should be.
  func differences(from wanted: [String: [String: JSONValue]]) -> [String] {
    let found = recordsByID
    return wanted.flatMap { stream, records in
      Set(records.keys).union((found[stream] ?? [:]).keys)
        .filter { records[$0] != found[stream]?[$0] }.map { "\(stream) \($0)" }
    }
  }
}
