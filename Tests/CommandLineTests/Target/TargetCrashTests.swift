import CloseSandbox
import JSONBytes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program or the connection dies at the worst moment: nothing is doubled, and nothing is missing.
@Suite("target-close: crashes and lost answers")
struct TargetCrashTests {
  /// Runs the sample to its end, twice; Close must hold each of its objects once.
  private func expectCompletion(
    by target: Target, in sandbox: RunningSandbox<Organisation>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await Sample.expectCompletion(by: target, in: sandbox, sourceLocation: sourceLocation)
  }

  private func expectSample(
    in sandbox: RunningSandbox<Organisation>, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    Sample.expect(in: sandbox, sourceLocation: sourceLocation)
  }

  /// Checks that a state that came out was true.
  private func expectTruthful(_ states: [String], in sandbox: RunningSandbox<Organisation>) {
    if states.contains(#"{"bookmark":1}"#) {
      #expect(sandbox.count("lead") == 2 && sandbox.count("contact") >= 1)
    }
    if states.contains(#"{"bookmark":2}"#) { expectSample(in: sandbox) }
  }

  // MARK: Killed

  /// `hang` holds requests before Close looks at them, `slow` holds answers after it has carried them out.
  @Test(arguments: ["hang=600s", "slow=600s-per-kB"], Array(0..<26))
  func `killed between any request and its answer, the next run completes what is missing`(
    hold: String, after answers: Int
  ) async throws {
    let sandbox = try startEmptySandbox(server: { $0.faults = "\(hold),after=\(answers)" })
    let target = try Target(sandbox, Target.killed.merging(["concurrency": 2]))
    let process = try target.start(stdin: Sample.messages.text)
    let isHeld = await eventually {
      let statistics = sandbox.server.statistics
      return hold.hasPrefix("hang")
        ? statistics.requests == answers && statistics.inFlight > 0 : statistics.requests > answers
    }
    #expect(isHeld)
    process.send(SIGKILL)
    let outcome = await process.outcome()
    #expect(outcome.exit == -SIGKILL)
    expectTruthful(outcome.lines, in: sandbox)
    try await expectCompletion(by: target, in: sandbox)
  }

  @Test func `killed again and again, it comes to an end without doing anything twice`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, Target.killed.merging(["concurrency": 2]))
    for _ in 0..<8 {
      try sandbox.server.setFaults(TargetCrashTests.creating("slow=600s-per-kB"))
      sandbox.server.resetStatistics()
      let process = try target.start(stdin: Sample.messages.text)
      // Each time at least one object more is there.
      let isHeld = await eventually {
        !sandbox.writes.isEmpty || Sample.counts.allSatisfy { sandbox.count($0.key) == $0.value }
      }
      #expect(isHeld)
      process.send(SIGKILL)
      _ = await process.outcome()
    }
    try await expectCompletion(by: target, in: sandbox)
  }

  // MARK: Lost answers

  /// A fault that strikes nothing but what creates something.
  static func creating(_ fault: String) -> String {
    ["lead/", "contact/", "opportunity/", "task/", "activity/"].map { "\(fault),method=POST,path=\($0)" }
      .joined(separator: ";")
  }

  @Test(arguments: [
    creating("reset-after-processing"), creating("truncate"), creating("invalid-json"),
    creating("reset,first=1"),
    creating("close,first=1"), creating("status=500,first=1"), creating("status=502,first=1"),
    creating("status=503,first=1"), creating("status=429,first=1,retry-after=0.1"), "close,every=7",
    creating("status=200,first=1,body=<html>maintenance</html>"), "reset-after-processing,every=3",
  ])
  func `an answer that gets lost is found out about before anything is sent again`(faults: String)
    async throws
  {
    let sandbox = try startEmptySandbox(server: { $0.faults = faults })
    let target = try Target(sandbox)
    let run = try await target.run(Sample.messages)
    #expect(sandbox.server.statistics.faults > 3)
    #expect(run.exit == 0, "\(run.lastLine)")
    #expect(run.output.last == ["bookmark": 2])
    expectSample(in: sandbox)
    try await expectCompletion(by: target, in: sandbox)
  }

  @Test func `an answer that gets lost is found out about by a clock that is ahead of Close's as well`()
    async throws
  {
    let sandbox = try startEmptySandbox(server: {
      $0.faults = TargetCrashTests.creating("reset-after-processing")
      $0.clock = Timestamp.now().adding(seconds: -3600)
    })
    let target = try Target(sandbox)
    let run = try await target.run(Sample.messages)
    #expect(run.exit == 0, "\(run.lastLine)")
    expectSample(in: sandbox)
    try await expectCompletion(by: target, in: sandbox)
  }

  @Test func `a server that never gets anything done doubles nothing either`() async throws {
    let sandbox = try startEmptySandbox(server: { $0.faults = TargetCrashTests.creating("status=500") })
    let target = try Target(sandbox)
    let run = try await target.run(Sample.messages)
    run.expectEnd(1, ["could not be written", "status 500"])
    #expect(sandbox.count("lead") == 0 && run.output.last == ["bookmark": 2])
    #expect(Set(try target.deadLetters.map { $0["key"] }).count == 12)
    try await expectCompletion(by: target, in: sandbox)
  }

  @Test func `two records of the same content stay two objects when their answers get lost`() async throws {
    let sandbox = try startEmptySandbox(server: {
      $0.faults = TargetCrashTests.creating("reset-after-processing")
    })
    let target = try Target(sandbox)
    let twins: [Message] = [
      .schema("leads"), .record("leads", ["id": 1, "name": "Twin"]),
      .record("leads", ["id": 2, "name": "Twin"]),
      .state(1),
    ]
    try await target.run(twins).expectHealthy()
    #expect(sandbox.count("lead") == 2)
    try sandbox.server.setFaults("")
    try await target.run(
      [
        .schema("leads"), .record("leads", ["id": 1, "name": "A"]), .record("leads", ["id": 2, "name": "B"]),
      ]
    ).expectHealthy()
    #expect(Set(sandbox.objects("lead").map { $0["name"] }) == ["A", "B"])
  }

  @Test(arguments: [creating("reset-after-processing"), creating("reset,first=2"), ""])
  func `a search that lags behind doubles nothing`(faults: String) async throws {
    let sandbox = try startEmptySandbox(organisation: { $0.indexLag = 60 }, server: { $0.faults = faults })
    let streams: JSONObject = ["leads": ["match": "name"], "contacts": ["match": "email"]]
    let target = try Target(sandbox, ["index_lag_seconds": 6, "streams": .object(streams)])
    let input = Sample.messages.filter { ["leads", "contacts"].contains($0.stream) }
    let run = try await target.run(input)
    #expect(run.exit == 0, "\(run.lastLine)")
    #expect(sandbox.count("lead") == 2 && sandbox.count("contact") == 3)
    try sandbox.server.setFaults("")
    // The same people under new keys, before any search can know them.
    let others = input.map { message in
      Message.raw(message.line.replacing(/id":"([LC])/) { "id\":\"new-\($0.1)" })
    }
    try await target.run(others).expectHealthy()
    #expect(sandbox.count("lead") == 2 && sandbox.count("contact") == 3)
  }
}

extension Message {
  /// The stream it is about; empty for a state.
  var stream: String { (try? JSONValue(parsing: line))?["stream"]?.string ?? "" }
}
