import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Custom streams before and besides syncing: config, discovery, tests, suggestions, and who loads them.
@Suite("tap-close: setting up custom streams")
struct TapCustomSetupTests {
  @Test func `mistakes are told before anything is asked`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    let tap = try Tap(
      sandbox,
      streams: ["name": "leads", "path": "x", "method": "DELETE"],
      ["name": "b", "path": "{lookup.id}", "lookup": ["stream": "c"], "headers": ["x-token": "{hush-hush}"]])
    for arguments in [[], ["--discover"], ["--test"], ["--suggest-paths", "/lead/"]] {
      let outcome = try await tap.start(arguments: arguments).outcome()
      #expect(outcome.exit == 2 && outcome.stdout.isEmpty)
      let lines = outcome.stderr.split(separator: "\n").map(String.init)
      #expect(
        lines.prefix(2) == [
          "CRITICAL custom_streams[0].method must be GET or POST, not \"DELETE\"",
          "CRITICAL custom_streams[1].headers.x-token has a macro that is not known, or a { that is not closed",
        ])
      #expect(
        lines.contains("CRITICAL custom_streams[0].name leads is a stream of its own already; choose another")
      )
      #expect(
        lines.last?.hasPrefix("CRITICAL custom_streams[1].lookup.stream c is not known; there are ") == true)
      #expect(!outcome.stderr.contains("hush-hush"))
    }
    #expect(sandbox.server.statistics.requests == 0)
  }

  @Test func `they may come from the environment`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 3 })
    let environment = [
      "TAP_CLOSE_API_KEY": sandbox.apiKey, "TAP_CLOSE_BASE_URL": sandbox.baseURL,
      "TAP_CLOSE_CUSTOM_STREAMS": #"[{"name": "pipes", "path": "pipeline", "primary_key": "id"}]"#,
    ]
    let run = try TapRun(
      await runProcess(product("tap-close"), ["--config=ENV"], environment: environment))
    run.expectHealthy()
    #expect(!run.output.ids("pipes").isEmpty)
  }

  @Test func `discovery infers what a first page shows`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    try sandbox.add(
      [
        .row("a", minutes: -9, ["n": 1, "x": .oneAndAHalf, "list": [], "obj": ["n": 1]]),
        .row("b", minutes: -8, ["n": 2, "x": 2, "list": nil, "ok": true]),
      ], to: "rows")
    let tap = try Tap(
      sandbox, streams: TapCustomStreamTests.rows,
      ["name": "nothing", "path": "sandbox_collection/empty", "primary_key": ["a", "b"]],
      ["name": "nowhere", "path": "no/such/thing"])
    let outcome = try await tap.start(arguments: ["--discover"]).outcome()
    #expect(outcome.exit == 0)
    #expect(outcome.stderr.contains("WARNING nowhere cannot be sampled"))
    let streams = try #require(try JSONValue(parsing: outcome.stdout)["streams"]?.array)
    let rows = try #require(streams.first { $0["tap_stream_id"] == "rows" })
    let properties = rows["schema"]?["properties"]
    #expect(properties?["key"] == ["type": "string"])
    #expect(properties?["changed"] == ["type": ["null", "string"], "format": "date-time"])
    #expect(
      properties?["n"] == ["type": ["null", "integer"]] && properties?["x"] == ["type": ["null", "number"]])
    #expect(properties?["list"] == ["type": ["null", "array"]])
    let root = rows["metadata"]?.array?.first?["metadata"]
    #expect(root?["selected-by-default"] == true && root?["forced-replication-method"] == "INCREMENTAL")
    let empty = streams.first { $0["tap_stream_id"] == "nothing" }
    #expect(empty?["schema"]?["properties"]?.object?.keys == ["a", "b", "_undeclared"])

    // What a catalog declares counts, also when the records have more by now.
    try sandbox.add([.row("c", minutes: -7, ["n": "three", "later": [1]])], to: "rows")
    var catalog = try JSONValue(parsing: outcome.stdout)
    catalog["streams"] = [rows]
    let run = try await tap.run(catalog: catalog)
    run.expectHealthy()
    #expect(run.output.records.last?.value["_undeclared"] == ["n": "three", "later": [1]])
    #expect(run.log.contains("INFO rows: fields that the catalog does not declare: later"))
    #expect(run.log.contains("INFO rows: 1 values of n are of another type than the catalog says"))
  }

  @Test func `a test shows some records, and whether a stream can be read`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 60 })
    let tap = try Tap(
      sandbox, streams: TapCustomStreamTests.subscriptions, TapCustomStreamTests.sequences,
      ["name": "odd", "path": "lead", "records_path": "$.rows[*]"])
    let sample = try await tap.start(arguments: ["--test", "people_in_sequences:2"]).outcome()
    #expect(sample.exit == 0, "\(sample.stderr)")
    #expect(
      sample.stdout.contains("\n  \"sequence_id\": ")
        && sample.stderr.contains("INFO 2 records of people_in_sequences"))
    let all = try await tap.start(arguments: ["--test"]).outcome()
    #expect(all.exit == 1)
    #expect(all.stderr.contains("INFO people_in_sequences: readable\n"))
    #expect(all.stderr.contains("WARNING odd: not readable: records_path $.rows[*] leads to no objects"))
  }

  @Test func `what stands in headers is sent and never shown`() async throws {
    let sandbox = try startSandbox(
      organisation: { $0.leads = 1 }, server: { $0.faults = "status=403,path=pipeline" })
    let stream: JSONValue = [
      "name": "pipes", "path": "pipeline", "primary_key": "id", "params": ["who": "token-of-ours"],
      "headers": ["x-token": "token-of-ours", "x-day": "{now}"], "date_format": "dd",
    ]
    let run = try await Tap(sandbox, streams: stream, config: ["retry_budget_seconds": 0]).run(["pipes"])
    #expect(run.exit == 1 && run.lastLine.contains("who=[redacted]"))
    #expect(!run.outcome.stderr.contains("token-of-ours"))
    let headers = try #require(sandbox.requests(to: "pipeline/").last).headers
    #expect(headers["x-token"] == "token-of-ours" && headers["x-day"]?.count == 2)
  }

  // MARK: Suggestions

  @Test func `suggestions lead to a stream that can be read`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 12 })
    let tap = try Tap(sandbox)
    let text = try await tap.start(arguments: ["--suggest-paths", "/lead/?_limit=5"]).outcome()
    #expect(text.exit == 0 && sandbox.server.statistics.requests == 1)
    #expect(text.stdout.hasPrefix("$.data[*]  5 records\n  fields           "))
    #expect(text.stdout.contains("$.data[*].contacts[*]  "))
    let entry = try #require(text.stdout.split(separator: "config:\n\n").last.map(String.init))
    let config = try #require(try JSONValue(parsing: entry).object)
    let run = try await tap.run(["lead", "leads"], config: config)
    run.expectHealthy()
    #expect(run.output.faults("lead", wanted: run.output.ids("leads")) == [])

    let lines = try await tap.start(arguments: ["--suggest-paths", "me", "--format=json"]).outcome()
    let paths = try lines.lines.map { try JSONValue(parsing: $0)["records_path"] }
    #expect(paths.prefix(2) == ["$", "$.organizations[*]"])
  }

  @Test(arguments: [
    ("POST /lead/", 2, "changes something in Close"), ("http://example.com/lead/", 2, "relative to base_url"),
    ("/no/such/thing/", 1, "status 404"),
  ])
  func `what cannot be asked is told`(path: String, exit: Int32, words: String) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    let tap = try Tap(sandbox)
    let outcome = try await tap.start(arguments: ["--suggest-paths", path]).outcome()
    #expect(
      outcome.exit == exit && outcome.stdout.isEmpty && outcome.stderr.contains(words), "\(outcome.stderr)")
    #expect(sandbox.server.requests.allSatisfy { $0.method == "GET" })
    withExtendedLifetime(tap) {}
  }

  // MARK: Judges

  @Test func `targets load them`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 60 })
    try sandbox.add(
      [
        .row("a", minutes: -9, ["n": 1, "list": [], "obj": ["n": 1, "o": [:]], "never": nil]),
        .row(
          "b", minutes: -8,
          ["n": .oneAndAHalf, "list": [["x": 1]], "obj": ["n": .oneAndAHalf, "new": [1]], "never": 1]),
      ], to: "rows")
    let tap = try Tap(
      sandbox, streams: TapCustomStreamTests.subscriptions, TapCustomStreamTests.rows,
      ["name": "whole", "path": "me", "records_path": "$"],
      [
        "name": "by_lead", "path": "activity/note", "params": ["lead_id": "{lookup.id}"], "parent": "leads",
        "primary_key": ["_lookup_id", "id"], "metadata_path": "$.has_more",
      ], TapCustomStreamTests.sequences)
    let run = try await tap.run(["people_in_sequences", "rows", "whole", "by_lead", "all_sequences"])
    run.expectHealthy()
    #expect(run.output.records("whole").count == 1 && run.output.records("by_lead").count > 10)

    let folder = try TemporaryDirectory()
    let check = try await runProcess(Peer.singerCheckTap.path(), stdin: run.outcome.stdout)
    #expect(check.exit == 0, "\(check.stderr)")
    let settings: [(Peer, JSONValue)] = [
      (.targetJSONL, ["destination_path": .string(folder.path), "do_timestamp_file": false]),
      (.targetCSV, ["output_path": .string(folder.path)]),
      (.targetDuckDB, ["filepath": .string(folder.file("x.duckdb")), "default_target_schema": "close"]),
    ]
    for (peer, config) in settings {
      // target-duckdb wants a key for every table.
      let lines = run.outcome.stdout.split(separator: "\n").filter {
        peer != .targetDuckDB || !$0.contains("\"stream\":\"whole\"")
      }
      let path = try folder.write(config.compact, to: "\(peer.rawValue).json")
      let load = try await runProcess(
        peer.path(), ["--config", path], stdin: lines.joined(separator: "\n") + "\n", timeout: 180)
      #expect(load.exit == 0, "\(peer) \(load.stderr.suffix(2000))")
    }
    #expect(
      try folder.read("by_lead.jsonl").split(separator: "\n").count == run.output.records("by_lead").count)
  }
}
