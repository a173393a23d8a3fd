import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What runners and people read on standard error.
@Suite("tap-close: log and metrics")
struct TapLogTests {
  @Test func `a healthy run logs plain lines and metrics that add up`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 20 })
    let run = try await Tap(sandbox).run(TapFaultTests.streams)
    run.expectHealthy()
    #expect(run.log.allSatisfy { $0.wholeMatch(of: /(DEBUG|INFO|WARNING|ERROR|CRITICAL) .+/) != nil })
    let metrics = try run.log.compactMap { line in
      try line.firstRange(of: "INFO METRIC: ").map { try JSONValue(parsing: String(line[$0.upperBound...])) }
    }
    for metric in metrics {
      #expect(["counter", "timer"].contains(metric["type"]?.string ?? ""))
      #expect(
        metric["metric"]?.string != nil && metric["value"]?.double != nil && metric["tags"]?.object != nil)
    }
    func sum(_ name: String, _ tags: JSONObject = [:]) -> Int {
      metrics.filter { metric in
        metric["metric"]?.string == name && tags.allSatisfy { metric["tags"]?[$0.key] == $0.value }
      }.reduce(0) { $0 + ($1["value"]?.int ?? 0) }
    }
    for stream in TapFaultTests.streams {
      #expect(
        sum("record_count", ["stream": .string(stream)]) == run.output.records(stream).count, "\(stream)")
      #expect(metrics.contains { $0["metric"] == "sync_duration" && $0["tags"]?["stream"]?.string == stream })
    }
    #expect(sum("http_request_count") == sandbox.server.statistics.requests)
    #expect(metrics.last?["metric"] == "job_duration" && metrics.last?["tags"]?["status"] == "succeeded")
  }

  @Test func `the log ends with what was done`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 20 })
    let run = try await Tap(sandbox).run(["leads", "users"])
    run.expectHealthy()
    let requests = sandbox.server.statistics.requests
    let form = /INFO synced (\d+) records of 2 streams with (\d+) requests in \d+\.\d s.*/
    let match = try #require(try form.wholeMatch(in: run.lastLine))
    #expect(match.1 == String(run.output.records.count) && match.2 == String(requests))
    let bookmark = try #require(run.output.states.last?.bookmark("leads", "date_updated"))
    #expect(
      run.log.contains { $0.hasPrefix("INFO leads  20 records, ") && $0.contains("bookmark \(bookmark)") })
  }

  @Test func `the Meltano SDK's log config makes every line JSON`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 3 })
    let tap = try Tap(sandbox)
    let config = try tap.directory.write(
      #"{"formatters": {"s": {"()": "singer_sdk.logging.StructuredFormatter"}}, "root": {"level": "INFO"}}"#,
      to: "logging.json")
    let run = try await tap.run(["users"], environment: ["SINGER_SDK_LOG_CONFIG": config])
    run.expectHealthy()
    let lines = try run.log.map { try JSONValue(parsing: $0) }
    #expect(lines.count > 3)
    for line in lines {
      #expect(line["level"] == "info" && line["message"]?.string != nil && line["ts"]?.double != nil)
    }
    #expect(lines.contains { $0["metric_info"]?["metric"] == "record_count" })
  }

  @Test func `the level can be chosen`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 3 })
    let run = try await Tap(sandbox).run(["users"], environment: ["TAP_CLOSE_LOGLEVEL": "WARNING"])
    #expect(run.exit == 0 && run.log.isEmpty)
  }

  @Test func `settings nobody knows are named, also when they are almost right`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 3 })
    let run = try await Tap(sandbox, ["start_dat": "2024-01-01", "colour": "red"]).run(["users"])
    run.expectHealthy()
    #expect(run.warnings.count == 2)
    #expect(run.warnings.contains { $0.contains("start_dat") && $0.contains("did you mean \"start_date\"?") })
  }
}
