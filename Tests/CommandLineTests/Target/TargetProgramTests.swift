import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Everything the program does besides writing streams.
@Suite("target-close: the program")
struct TargetProgramTests {
  @Test func `it says what it is and how it is used`() async throws {
    let version = try await runProcess(product("target-close"), ["--version"])
    #expect(version.exit == 0 && version.stdout == "target-close 1.0.0\n" && version.stderr.isEmpty)
    for flag in ["--help", "-h"] {
      let help = try await runProcess(product("target-close"), [flag])
      #expect(help.exit == 0 && help.stderr.isEmpty)
      #expect(
        help.stdout.hasPrefix("target-close: writes a Singer stream into a Close organisation\n\nUsage:\n"))
      for name in [
        "-c, --config FILE", "--input FILE", "--dry-run", "--apply PLAN", "--replay FILE", "--test",
        "--send-test FILE", "--about", "--format text|json|markdown", "--version", "-h, --help",
      ] { #expect(help.stdout.contains(name), "\(name)") }
    }
  }

  @Test func `it describes itself for people, programs and documents`() async throws {
    let text = try await runProcess(product("target-close"), ["--about"])
    let json = try await runProcess(product("target-close"), ["--about", "--format=json"])
    let markdown = try await runProcess(product("target-close"), ["--about", "--format", "markdown"])
    #expect([text.exit, json.exit, markdown.exit] == [0, 0, 0])
    let about = try JSONValue(parsing: json.stdout)
    #expect(about["name"] == "target-close" && about["version"] == "1.0.0")
    let capabilities = Set(about["capabilities"]?.array?.compactMap(\.string) ?? [])
    #expect(capabilities.isSuperset(of: ["about", "structured-logging"]))
    let properties = try #require(about["settings"]?["properties"]?.object)
    for name in [
      "api_key", "api_keys", "oauth", "base_url", "streams", "journal_path", "dead_letter_path",
      "response_log",
      "response_webhook", "on_error", "max_errors", "update_method", "allow_sending", "concurrency",
      "rate_limit_share", "retry_budget_seconds",
    ] {
      #expect(properties[name] != nil, "\(name)")
      #expect(text.stdout.contains("  \(name) (") && markdown.stdout.contains("| `\(name)` |"))
    }
    for secret in ["api_key", "api_keys", "oauth"] { #expect(properties[secret]?["secret"] == true) }
    #expect(
      properties["allow_sending"]?["default"] == false && properties["on_error"]?["default"] == "continue")
  }

  // MARK: Where settings come from

  @Test func `later files win, and the environment wins over all`() async throws {
    let sandbox = try startEmptySandbox()
    let directory = try TemporaryDirectory()
    let first = try directory.write(#"{"api_key": "wrong", "max_errors": 1}"#, to: "1.json")
    let second = try directory.write(#"{"api_key": "\#(sandbox.apiKey)"}"#, to: "2.json")
    let place = ["TARGET_CLOSE_BASE_URL": sandbox.baseURL]
    func run(_ words: [String], _ environment: [String: String], _ journal: String) async throws -> TargetRun
    {
      let paths = ["TARGET_CLOSE_JOURNAL_PATH": directory.file(journal)]
      return TargetRun(
        try await runProcess(
          product("target-close"), words, environment: environment.merging(paths) { $1 },
          directory: directory.path, stdin: Sample.messages.text))
    }
    try await run(["-c", first, "--config=\(second)", "--config=ENV"], place, "a").expectHealthy()
    #expect(sandbox.count("lead") == 2)
    let key = place.merging(["TARGET_CLOSE_API_KEY": sandbox.apiKey]) { $1 }
    try await run(["--config", "ENV", "--config", first], key, "a").expectHealthy()
    let streams = ["TARGET_CLOSE_STREAMS": #"{"leads": {"allow_create": false}}"#]
    let alone = try await run(["--config=ENV"], key.merging(streams) { $1 }, "b")
    #expect(alone.exit == 1 && alone.outcome.stderr.contains("allow_create is false"))
    #expect(sandbox.count("lead") == 2)
  }

  @Test func `the input may be a file`() async throws {
    let sandbox = try startEmptySandbox()
    let run = try await Target(sandbox).run(bytes: Array(Sample.messages.text.utf8))
    run.expectHealthy()
    #expect(run.output.last == ["bookmark": 2] && sandbox.count("contact") == 3)
  }

  @Test func `an input that cannot be read is no empty input`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let run = try await target.run(arguments: ["--input", target.directory.path])
    run.expectEnd(1, ["cannot read the input"])
    #expect(run.output.isEmpty)
  }

  // MARK: Tests of access

  @Test func `a test names the organisation and where each stream goes`() async throws {
    let sandbox = try startEmptySandbox()
    let streams: JSONObject = [
      "leads": ["match": ["custom.External ID"]], "people": ["resource": "contact", "match": "email"],
      "rows": ["path": "/sandbox_collection/rows/"],
    ]
    let target = try Target(sandbox, ["streams": .object(streams)])
    let run = try await target.run(arguments: ["--test"])
    run.expectHealthy()
    #expect(run.outcome.stdout.isEmpty && sandbox.writes.isEmpty)
    #expect(
      run.log == [
        "INFO the key belongs to organisation Sample Data", "INFO leads: records go to lead",
        "INFO people: records go to contact", "INFO rows: records go to /sandbox_collection/rows/",
      ])
  }

  @Test(
    arguments: [
      ["leads": ["match": "custom.Externl ID"]], ["leads": ["match": "custom.cf_gone"]],
      ["leads": ["fields": ["nr": "custom.Externl ID"]]],
      ["people": ["action": "contact_and_lead", "lead_custom_field_id_for_company_id": "cf_gone"]],
    ] as [JSONObject])
  func `a test finds custom fields that are not there`(streams: JSONObject) async throws {
    let sandbox = try startEmptySandbox()
    let run = try await Target(sandbox, ["streams": .object(streams)]).run(arguments: ["--test"])
    run.expectEnd(2, ["streams.\(streams.keys[0])", "there is no lead custom field"])
  }

  @Test(arguments: [["--test"], ["--dry-run"], []])
  func `a wrong key is one clear line`(arguments: [String]) async throws {
    let sandbox = try startEmptySandbox()
    let key = "api_wrong0123456789abcdef.0123456789abcdefghijkl"
    let target = try Target(sandbox, ["api_key": .string(key)])
    let run = try await target.run(Sample.messages, arguments: arguments)
    run.expectEnd(1, ["status 401", "check api_key"])
    #expect(run.outcome.stdout.isEmpty && run.log.count == 1)
    #expect(!run.outcome.stderr.contains(key))
  }

  // MARK: One record

  @Test func `one record can be sent for a test, and Close's answer is printed`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let file = try target.directory.write(
      "{\"stream\": \"leads\",\n \"record\": {\"id\": \"T\", \"name\": \"Test\"}}", to: "test.json")
    let run = try await target.run(arguments: ["--send-test", file])
    run.expectHealthy()
    let answer = try JSONValue(parsing: run.outcome.stdout)
    #expect(answer["method"] == "POST" && answer["path"] == "/lead/" && answer["stream"] == "leads")
    #expect(answer["response"]?["name"] == "Test")
    #expect(answer["id"] == sandbox.objects("lead").first?["id"])
    let again = try await target.run(arguments: ["--send-test", file])
    again.expectHealthy()
    #expect(again.outcome.stdout.isEmpty && again.lastLine.contains("nothing was sent"))
    #expect(sandbox.count("lead") == 1)
  }

  @Test func `a test record that Close refuses shows Close's words`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let file = try target.directory.write(
      Message.record("leads", ["id": "T", "name": "Test", "url": "http://"]).line, to: "test.json")
    let run = try await target.run(arguments: ["--send-test", file])
    run.expectEnd(1, ["Invalid URL"])
    #expect(try JSONValue(parsing: run.outcome.stdout)["field_errors"] == ["url": "Invalid URL."])
    #expect(sandbox.count("lead") == 0)
  }
}
