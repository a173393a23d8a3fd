import CloseSandbox
import JSONBytes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Somebody wants the program to end, or does not listen to it any more.
@Suite("target-close: stopped and cut off")
struct TargetSignalTests {
  @Test(arguments: [SIGTERM, SIGINT])
  func `stopped by a signal, it finishes what is in hand and prints a last state`(signal: Int32) async throws
  {
    let gate = Gate()
    let sandbox = try startEmptySandbox(server: {
      $0.onRequest = { request, _ in
        if String(decoding: request.body, as: UTF8.self).contains("\"slow\"") { gate.wait() }
      }
    })
    let target = try Target(sandbox)
    let process = try target.start()
    process.write(
      [
        .schema("leads"), .record("leads", ["id": 1, "name": "quick"]), .state(1),
        .record("leads", ["id": 2, "name": "slow"]), .state(2),
      ].text)
    #expect(await process.nextLine() == "1")
    #expect(await eventually { sandbox.server.statistics.inFlight == 1 })
    process.send(signal)
    gate.open()
    let run = TargetRun(await process.outcome())
    run.expectEnd(128 + signal, ["stopped by a signal"])
    #expect(run.output == [1, 2])
    #expect(Set(sandbox.objects("lead").map { $0["name"] }) == ["quick", "slow"])
    try await target.run([
      .schema("leads"), .record("leads", ["id": 1, "name": "quick"]),
      .record("leads", ["id": 2, "name": "slow"]),
      .record("leads", ["id": 3, "name": "late"]), .state(3),
    ]).expectHealthy()
    #expect(sandbox.count("lead") == 3)
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal is heard while it waits for input`(signal: Int32) async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let process = try target.start()
    process.write(Sample.messages.text)
    while await process.nextLine() != #"{"bookmark":2}"# {}
    process.send(signal)
    let run = TargetRun(await process.outcome())
    run.expectEnd(128 + signal, ["stopped by a signal"])
    #expect(run.output.last == ["bookmark": 2])
  }

  @Test(arguments: [
    "status=503,retry-after=60", "status=429,retry-after=60", "hang=600s,path=lead/", "hang=600s",
  ])
  func `a signal is heard whatever it waits for, and nothing is doubled after it`(faults: String) async throws
  {
    let sandbox = try startEmptySandbox(server: { $0.faults = faults })
    let target = try Target(sandbox)
    let process = try target.start(stdin: Sample.messages.text)
    #expect(await eventually { sandbox.server.statistics.faults + sandbox.server.statistics.inFlight > 0 })
    let began = ContinuousClock.now
    process.send(SIGTERM)
    let outcome = await process.outcome()
    #expect(ContinuousClock.now - began < .seconds(60))
    #expect(outcome.exit == 143)
    #expect(!outcome.lines.contains(#"{"bookmark":2}"#))
    try sandbox.server.setFaults("")
    let rerun = try await target.run(Sample.messages)
    rerun.expectHealthy()
    for (resource, count) in Sample.counts { #expect(sandbox.count(resource) == count, "\(resource)") }
  }

  @Test(arguments: [["--test"], ["--dry-run"], ["--send-test", "record.json"]])
  func `a signal ends the other modes too`(arguments: [String]) async throws {
    let sandbox = try startEmptySandbox(server: { $0.faults = "hang=600s" })
    let target = try Target(sandbox)
    let record = try target.directory.write(Message.record("leads", ["id": 1]).line, to: "record.json")
    let process = try target.start(arguments: arguments.map { $0 == "record.json" ? record : $0 })
    #expect(await eventually { sandbox.server.statistics.inFlight > 0 })
    process.send(SIGINT)
    let outcome = await process.outcome()
    #expect(outcome.exit == 130 && outcome.stdout.isEmpty)
  }

  @Test func `it ends quietly when nobody reads its states`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let process = try target.start(stdin: Sample.messages.text, closesOutputAfter: 0)
    let run = TargetRun(await process.outcome())
    #expect(run.exit == 141)
    #expect(!run.log.contains { $0.hasPrefix("CRITICAL") || $0.hasPrefix("ERROR") })
    try await target.run(Sample.messages).expectHealthy()
    for (resource, count) in Sample.counts { #expect(sandbox.count(resource) == count, "\(resource)") }
  }

  @Test func `an input whose writer dies in the middle of a line is no finished input`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let process = try target.start()
    process.write([.schema("leads"), .record("leads", ["id": 1, "name": "whole"]), .state(1)].text)
    process.write(#"{"type": "RECORD", "stream": "leads", "record": {"id": 2, "na"#)
    process.closeInput()
    let run = TargetRun(await process.outcome())
    run.expectEnd(1, ["line 4: ", "ends too early"])
    #expect(run.output == [1] && sandbox.count("lead") == 1)
  }
}
