import CloseSandbox
import JSONBytes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program ends before it is done.
@Suite("tap-close: killed, stopped, cut off")
struct TapKillTests {
  static let streams = ["activities", "leads", "tasks", "users", "contacts", "opportunities", "event_log"]
  static let config: JSONObject = ["date_window": 10, "concurrency": 3, "search_lag_seconds": 0]

  private func world() async throws -> (tap: Tap, server: SandboxServer, ids: [String: Set<String>]) {
    let sandbox = try startSandbox(organisation: { $0.leads = 25 })
    let tap = try Tap(sandbox, TapKillTests.config)
    let run = try await tap.run(TapKillTests.streams)
    run.expectHealthy()
    #expect(sandbox.server.statistics.requests > 60)
    sandbox.server.resetStatistics()
    return (tap, sandbox.server, run.output.recordsByID.mapValues { Set($0.keys) })
  }

  /// Starts a run that gets so many answers and then waits for more in vain.
  private func start(_ tap: Tap, _ server: SandboxServer, answers: Int) async throws -> RunningProcess {
    try server.setFaults("hang=60s,after=\(answers)")
    let process = try tap.start(TapKillTests.streams)
    #expect(await eventually { server.statistics.requests == answers && server.statistics.inFlight > 0 })
    return process
  }

  /// Goes on from the last STATE of a run; together they must have everything.
  private func expectCompletion(
    of first: TapOutput, by tap: Tap, _ server: SandboxServer, _ ids: [String: Set<String>]
  ) async throws {
    try server.setFaults("")
    let start = first.lastState
    let second = try await tap.run(TapKillTests.streams, state: start)
    second.expectHealthy(since: start)
    for (stream, wanted) in ids {
      let missing = wanted.subtracting(first.ids(stream)).subtracting(second.output.ids(stream))
      #expect(missing.isEmpty, "\(stream) lacks \(missing.count)")
    }
  }

  @Test(arguments: [1, 8, 14, 19, 25, 32, 40, 47, 55])
  func `killed after any answer, the next run completes what is missing`(answers: Int) async throws {
    let (tap, server, ids) = try await world()
    let process = try await start(tap, server, answers: answers)
    process.send(SIGKILL)
    let outcome = await process.outcome()
    #expect(outcome.exit == -SIGKILL)
    // The pipe may hold half a line.
    let whole = outcome.stdout.lastIndex(of: "\n").map { outcome.stdout[...$0] } ?? ""
    let output = try TapOutput(String(whole))
    #expect(output.falseClaims(Tap.keys) == [])
    try await expectCompletion(of: output, by: tap, server, ids)
  }

  @Test(arguments: [SIGTERM, SIGINT], [3, 20, 45])
  func `stopped by a signal, it ends with a STATE and the signal's code`(signal: Int32, answers: Int)
    async throws
  {
    let (tap, server, ids) = try await world()
    let process = try await start(tap, server, answers: answers)
    process.send(signal)
    let run = try TapRun(await process.outcome())
    #expect(run.exit == 128 + signal)
    #expect(run.output.types.isEmpty || run.output.types.last == "STATE")
    run.expectTruthful()
    #expect(!run.log.contains { $0.hasPrefix("ERROR") || $0.hasPrefix("CRITICAL") })
    try await expectCompletion(of: run.output, by: tap, server, ids)
  }

  @Test(arguments: [
    "hang=60s", "hang=60s,path=custom_field", "hang=60s,path=data", "status=503,retry-after=60",
    "status=429,retry-after=60",
  ])
  func `a signal is heard whatever the program waits for`(faults: String) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 3 }, server: { $0.faults = faults })
    let tap = try Tap(sandbox)
    let process = try tap.start()
    #expect(await eventually { sandbox.server.statistics.faults + sandbox.server.statistics.inFlight > 0 })
    let began = ContinuousClock.now
    process.send(SIGTERM)
    let run = try TapRun(await process.outcome())
    #expect(ContinuousClock.now - began < .seconds(40))
    #expect(run.exit == 143)
    #expect(run.output.types.isEmpty || run.output.types.last == "STATE")
    #expect(!run.log.contains { $0.hasPrefix("ERROR") || $0.hasPrefix("CRITICAL") })
    withExtendedLifetime(tap) {}
  }

  @Test(arguments: [["--discover"], ["--test"], ["--test", "leads:3"]])
  func `a signal ends the other modes too`(arguments: [String]) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 3 }, server: { $0.faults = "hang=60s" })
    let tap = try Tap(sandbox)
    let process = try tap.start(arguments: arguments)
    #expect(await eventually { sandbox.server.statistics.inFlight > 0 })
    process.send(SIGINT)
    let outcome = await process.outcome()
    #expect(outcome.exit == 130)
    #expect(outcome.stdout.isEmpty)
    withExtendedLifetime(tap) {}
  }

  @Test(arguments: [0, 1, 3_000, 70_000, 400_000])
  func `it ends quietly when nobody reads on`(bytes: Int) async throws {
    let (tap, _, _) = try await world()
    let outcome = try await tap.start(TapKillTests.streams, closesOutputAfter: bytes).outcome()
    #expect(outcome.exit == 141)
    let words = outcome.stderr.lowercased()
    #expect(!words.contains("error") && !words.contains("critical") && !words.contains("exception"))
  }
}
