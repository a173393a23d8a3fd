import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Everything the program does besides syncing.
@Suite("tap-close: the program and its log")
struct TapProgramTests {
  static let settings = [
    "api_key", "api_keys", "oauth", "base_url", "concurrency", "rate_limit_share", "request_timeout",
    "retry_budget_seconds", "user_agent", "request_headers", "start_date", "activities_window_seconds",
    "date_window", "search_lag_seconds", "custom_fields", "leads_via", "undeclared_fields", "clean_text",
    "custom_streams",
  ]

  // MARK: Without a network

  @Test func `it says what it is and how it is used`() async throws {
    let version = try await runProcess(product("tap-close"), ["--version"])
    #expect(version.exit == 0 && version.stdout == "tap-close 1.0.0\n" && version.stderr.isEmpty)
    for flag in ["--help", "-h"] {
      let help = try await runProcess(product("tap-close"), [flag])
      #expect(help.exit == 0 && help.stderr.isEmpty)
      #expect(help.stdout.hasPrefix("tap-close: reads a Close organisation as a Singer stream\n\nUsage:\n"))
      for name in [
        "-c, --config FILE", "-s, --state FILE", "--catalog FILE", "-p, --properties FILE", "-d, --discover",
        "--test[=STREAM[:N]]", "--suggest-paths [POST] PATH", "--about", "--format", "--version",
        "-h, --help",
      ] { #expect(help.stdout.contains(name), "\(name)") }
    }
  }

  @Test func `it describes itself for people, programs and documents`() async throws {
    let text = try await runProcess(product("tap-close"), ["--about"])
    let json = try await runProcess(product("tap-close"), ["--about", "--format=json"])
    let markdown = try await runProcess(product("tap-close"), ["--about", "--format", "markdown"])
    #expect([text.exit, json.exit, markdown.exit] == [0, 0, 0])
    let about = try JSONValue(parsing: json.stdout)
    #expect(about["name"] == "tap-close" && about["version"] == "1.0.0")
    let capabilities = Set(about["capabilities"]?.array?.compactMap(\.string) ?? [])
    #expect(capabilities.isSuperset(of: ["catalog", "discover", "state", "about"]))
    let properties = try #require(about["settings"]?["properties"]?.object)
    for name in TapProgramTests.settings {
      #expect(properties[name] != nil, "\(name)")
      #expect(text.stdout.contains("  \(name) (") && markdown.stdout.contains("| `\(name)` |"))
    }
    for secret in ["api_key", "api_keys", "oauth"] { #expect(properties[secret]?["secret"] == true) }
    #expect(properties["date_window"]?["default"] == 15)
  }

  // MARK: Discovery

  @Test func `discovery prints every table and ignores catalog and state`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 3 })
    let tap = try Tap(sandbox)
    let plain = try await tap.start(arguments: ["--discover"]).outcome()
    #expect(plain.exit == 0)
    #expect(!plain.stderr.lowercased().contains("error"))
    let streams = try #require(try JSONValue(parsing: plain.stdout)["streams"]?.array)
    #expect(streams.count > 70)
    for stream in streams {
      let root = stream["metadata"]?.array?.first { $0["breadcrumb"] == [] }?["metadata"]
      let keys = root?["table-key-properties"]?.array?.compactMap(\.string) ?? []
      #expect(keys.count == 1 && stream["key_properties"] == root?["table-key-properties"])
      #expect(root?["forced-replication-method"] != nil && root?["inclusion"] == "available")
      #expect(keys.allSatisfy { stream["schema"]?["properties"]?[$0] != nil })
    }
    let marked = streams.filter { stream in
      stream["metadata"]?.array?.first?["metadata"]?["selected-by-default"] == true
    }
    #expect(
      marked.compactMap { $0["tap_stream_id"]?.string }
        == ["activities", "custom_fields", "event_log", "leads", "tasks", "users"])
    let same = try await tap.start(
      catalog: ["streams": []], state: ["bookmarks": ["leads": 3]], arguments: ["--discover"]
    ).outcome()
    #expect(same.exit == 0 && same.stdout == plain.stdout)
  }

  @Test func `discovery goes on without custom fields it may not see`() async throws {
    let sandbox = try startSandbox(
      organisation: { $0.leads = 3 }, server: { $0.faults = "status=403,path=custom_field" })
    let tap = try Tap(sandbox)
    let outcome = try await tap.start(arguments: ["--discover"]).outcome()
    #expect(outcome.exit == 0)
    #expect(try JSONValue(parsing: outcome.stdout)["streams"]?.array?.count ?? 0 > 20)
    #expect(outcome.stderr.contains("WARNING the custom fields of lead rows cannot be read"))
    withExtendedLifetime(tap) {}
  }

  // MARK: Tests of access

  @Test func `a test names the key's user and every table, and whether it can be read`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 5 })
    let tap = try Tap(sandbox)
    for arguments in [["--test"], ["--test=all"]] {
      let good = try await tap.start(arguments: arguments).outcome()
      #expect(good.exit == 0 && good.stdout.isEmpty, "\(good.stderr.suffix(300))")
      #expect(good.stderr.contains("INFO the key belongs to "))
      #expect(
        good.stderr.contains("INFO leads: readable") && good.stderr.contains("INFO event_log: readable"))
    }
    try sandbox.server.setFaults("status=403,path=task/")
    let bad = try await tap.start(arguments: ["--test"]).outcome()
    #expect(bad.exit == 1)
    #expect(bad.stderr.contains("WARNING tasks: not readable") && bad.stderr.contains("INFO users: readable"))
    try sandbox.server.setFaults("status=401")
    let refused = try await tap.start(arguments: ["--test"]).outcome()
    #expect(refused.exit == 1 && refused.stderr.split(separator: "\n").last?.contains("status 401") == true)
  }

  @Test(arguments: [("leads:3", 3), ("tasks", 1), ("activities:7", 7), ("event_log:2", 2), ("users:1", 1)])
  func `a test of one table prints some of its records`(argument: String, count: Int) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 12 })
    let tap = try Tap(sandbox)
    let outcome = try await tap.start(arguments: ["--test", argument]).outcome()
    #expect(outcome.exit == 0, "\(outcome.stderr.suffix(300))")
    let documents = try JSONValue(parsing: "[" + outcome.stdout.replacing("\n}\n{", with: "\n},\n{") + "]")
    #expect(documents.array?.count == count)
    #expect(documents.array?.allSatisfy { $0["id"]?.string?.isEmpty == false } == true)
    #expect(outcome.stdout.contains("\n  \"id\": "))
    withExtendedLifetime(tap) {}
  }

  @Test func `a test does not show the key that signs a webhook's calls`() async throws {
    let tap = try Tap(startSandbox())
    let outcome = try await tap.start(arguments: ["--test", "webhooks"]).outcome()
    #expect(outcome.exit == 0 && outcome.stdout.contains("whsub_"))
    #expect(!outcome.stdout.contains("signature_key"))
    withExtendedLifetime(tap) {}
  }

  @Test(arguments: [("auto", 0), ("search", 1)])
  func `a table that is read without the search counts as readable`(
    leadsVia: String, exit: Int32
  ) async throws {
    let sandbox = try startSandbox(server: { $0.faults = "status=403,path=data/search/" })
    let tap = try Tap(sandbox, ["leads_via": .string(leadsVia)])
    let outcome = try await tap.start(arguments: ["--test"]).outcome()
    #expect(outcome.exit == exit)
    for table in ["leads", "contacts", "contact_emails"] {
      #expect(outcome.stderr.contains("INFO \(table): readable") == (exit == 0))
    }
    withExtendedLifetime(tap) {}
  }

  @Test(arguments: ["ghosts", "leads:0", "leads:x", "leads:101", ":3"])
  func `a test of what is not there is refused`(argument: String) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    let tap = try Tap(sandbox)
    let outcome = try await tap.start(arguments: ["--test=\(argument)"]).outcome()
    #expect(outcome.exit == 2 && outcome.stdout.isEmpty)
    #expect(outcome.stderr.hasPrefix("CRITICAL --test"))
    withExtendedLifetime(tap) {}
  }

  // MARK: Where settings come from

  @Test func `later files win, and the environment wins over all`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 4 })
    let directory = try TemporaryDirectory()
    let first = try directory.write(#"{"api_key": "wrong", "start_date": "2999-01-01"}"#, to: "1.json")
    let second = try directory.write(#"{"api_key": "\#(sandbox.apiKey)"}"#, to: "2.json")
    let environment = ["TAP_CLOSE_BASE_URL": sandbox.baseURL]
    func users(_ words: [String], _ environment: [String: String]) async throws -> TapRun {
      try TapRun(await runProcess(product("tap-close"), words, environment: environment))
    }
    let both = try await users(["-c", first, "--config=\(second)", "--config=ENV"], environment)
    both.expectHealthy()
    #expect(both.output.records.isEmpty)
    let more = environment.merging([
      "TAP_CLOSE_START_DATE": "2000-01-01", "TAP_CLOSE_API_KEY": sandbox.apiKey,
    ]) { $1 }
    let all = try await users(["--config", "ENV", "--config", first], more)
    all.expectHealthy()
    #expect(all.output.ids("users").count > 1)
    let alone = try await users(["--config=ENV"], more)
    alone.expectHealthy()
  }
}
