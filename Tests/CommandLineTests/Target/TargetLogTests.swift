import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What runners and people read on standard error, and how Close is treated meanwhile.
@Suite("target-close: log, metrics and rate limits")
struct TargetLogTests {
  @Test func `a healthy run logs plain lines and metrics that add up`() async throws {
    let sandbox = try startEmptySandbox()
    let run = try await Target(sandbox).run(Sample.messages)
    run.expectHealthy()
    let lines = run.outcome.stderr.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.wholeMatch(of: /(INFO|WARNING) .+/) != nil })
    let metrics = try lines.filter { $0.hasPrefix("INFO METRIC: ") }.map {
      try JSONValue(parsing: String($0.dropFirst(13)))
    }
    func sum(_ name: String, _ tag: String, _ value: String?) -> Int {
      metrics.filter { $0["metric"]?.string == name && (value == nil || $0["tags"]?[tag]?.string == value) }
        .reduce(0) { $0 + ($1["value"]?.int ?? 0) }
    }
    #expect(sum("record_count", "stream", "contacts") == 3 && sum("record_count", "stream", "calls") == 1)
    #expect(sum("http_request_count", "endpoint", nil) == sandbox.server.statistics.requests)
    #expect(sum("http_request_count", "endpoint", "POST /contact/") == 3)
    #expect(metrics.last?["metric"] == "job_duration" && metrics.last?["tags"]?["status"] == "succeeded")
    let requests = sandbox.server.statistics.requests
    #expect(run.log.contains("INFO leads          2 records, 2 created, 4 requests"))
    let last = try #require(
      try /INFO took in 12 records of 6 streams with (\d+) requests in \d+\.\d s/.wholeMatch(in: run.lastLine)
    )
    #expect(last.1 == String(requests))
  }

  @Test func `the Meltano SDK's log config makes every line JSON, and the level can be chosen`() async throws
  {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let logging = try target.directory.write(
      #"{"formatters": {"s": {"()": "singer_sdk.logging.StructuredFormatter"}}, "root": {"level": "INFO"}}"#,
      to: "logging.json")
    let config = try target.directory.write(JSONValue.object(target.config).compact, to: "config.json")
    func run(_ environment: [String: String]) async throws -> ProcessOutcome {
      try await runProcess(
        product("target-close"), ["--config", config], environment: environment, stdin: Sample.messages.text)
    }
    let structured = try await run(["SINGER_SDK_LOG_CONFIG": logging])
    #expect(structured.exit == 0)
    let lines = try structured.stderr.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(lines.count > 10)
    #expect(
      lines.allSatisfy { $0["level"] == "info" && $0["message"]?.string != nil && $0["ts"]?.double != nil })
    #expect(lines.contains { $0["metric_info"]?["metric"] == "record_count" })
    let quiet = try await run(["TARGET_CLOSE_LOGLEVEL": "WARNING"])
    #expect(quiet.exit == 0 && quiet.stderr.isEmpty && quiet.stdout.contains("bookmark"))
  }

  @Test func `fields that cannot be written are named once, with their number`() async throws {
    let sandbox = try startEmptySandbox()
    let leads = (1...5).map {
      Message.record("leads", ["id": .int($0), "name": "x", "mood": "good", "html_url": "u"])
    }
    let run = try await Target(sandbox).run([.schema("leads")] + leads)
    run.expectHealthy()
    #expect(
      run.warnings == ["WARNING leads: \"mood\" is no field that can be written; it is left out (5 times)"])
  }

  @Test func `a rate limit is kept to, and nothing is lost by it`() async throws {
    let sandbox = try startEmptySandbox(server: { $0.rate = RateLimit(requests: 4, seconds: 0.3) })
    let target = try Target(sandbox, ["concurrency": 8])
    let leads = (1...40).map { Message.record("leads", ["id": .int($0), "name": .string("Lead \($0)")]) }
    let run = try await target.run([.schema("leads")] + leads + [.state(1)])
    run.expectHealthy()
    #expect(run.output == [1] && sandbox.count("lead") == 40)
    #expect(sandbox.server.statistics.overruns < 6)
  }
}
