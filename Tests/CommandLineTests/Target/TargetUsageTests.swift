import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What people get wrong before anything is read or written.
@Suite("target-close: wrong usage and config")
struct TargetUsageTests {
  private static let secret = "api_0123456789abcdefGHIJKL.mnopqrstuvwxyz0123456A"

  /// Exit code 2, nothing on standard output, and a last line with all these words.
  private func expectRefusal(_ outcome: ProcessOutcome, _ words: [String]) {
    #expect(outcome.stdout.isEmpty)
    #expect(!outcome.stderr.contains(TargetUsageTests.secret))
    TargetRun(outcome).expectEnd(2, words)
  }

  /// Runs it with this config in a directory that has nothing else; nobody listens where it leads.
  private func run(config: String, _ more: [String] = []) async throws -> ProcessOutcome {
    let directory = try TemporaryDirectory()
    let path = try directory.write(config, to: "config.json")
    let outcome = try await runProcess(
      product("target-close"), ["--config", path] + more, directory: directory.path)
    // Not even a journal is begun.
    #expect(directory.names == ["config.json"])
    return outcome
  }

  @Test(
    arguments: [
      ("", ["config.json", "empty"]), ("{", ["config.json", "line 1, column 2", "not valid JSON"]),
      ("[]", ["config.json", "must be an object"]), ("{}", ["no credentials", "api_key"]),
      (#"{"api_key": "k"} {}"#, ["config.json", "one JSON document"]),
      (#"{"api_key": 7}"#, ["config.json", "\"api_key\" must be a string"]),
      (#"{"api_key": "a", "api_keys": ["b", "c"]}"#, ["exclude each other"]),
      (#"{"api_key": "k", "base_url": "http://api.close.com/api/v1"}"#, ["base_url", "https"]),
    ] as [(String, [String])])
  func `a config that cannot be used is refused with file and place`(config: String, words: [String])
    async throws
  {
    expectRefusal(try await run(config: config), words)
  }

  @Test(
    arguments: [
      (#""concurrency": 0"#, ["concurrency", "from 1 to 32, not 0"]),
      (#""index_lag_seconds": "many""#, ["index_lag_seconds", "from 0 to 3600", "many"]),
      (#""on_error": "explode""#, ["on_error", "continue, stop", "explode"]),
      (#""max_errors": 0"#, ["max_errors"]),
      (#""update_method": "post""#, ["update_method", "auto, patch, put"]),
      (#""allow_sending": "perhaps""#, ["allow_sending", "true or false"]),
      (#""journal_path": 7"#, ["journal_path", "a string"]), (#""streams": []"#, ["streams", "an object"]),
    ] as [(String, [String])])
  func `a setting with a wrong value is refused`(setting: String, words: [String]) async throws {
    let outcome = try await run(config: #"{"api_key": "\#(TargetUsageTests.secret)", \#(setting)}"#)
    expectRefusal(outcome, ["config.json: \"" + words[0]] + words.dropFirst())
  }

  @Test(
    arguments: [
      (#"7"#, ["must be an object"]),
      (#"{"on_many": "some"}"#, ["on_many", "oldest, first, all, reject", "some"]),
      (#"{"action": "replace"}"#, ["action", "create, update, upsert, delete, contact_and_lead"]),
      (#"{"on_none": "maybe"}"#, ["on_none"]), (#"{"nulls": "erase"}"#, ["nulls", "omit, clear"]),
      (#"{"lists": "keep"}"#, ["lists", "append or replace"]),
      (#"{"lists": {"emails": "keep"}}"#, ["lists", "append or replace"]),
      (#"{"match": [1]}"#, ["match", "array of strings"]), (#"{"fields": {"a": 1}}"#, ["fields", "\"a\""]),
      (#"{"exclude": {"a": 1}}"#, ["exclude"]), (#"{"max_creates": -1}"#, ["max_creates"]),
      (#"{"max_deletes": "all"}"#, ["max_deletes"]), (#"{"allow_create": 2}"#, ["allow_create"]),
      (#"{"alow_create": false}"#, ["alow_create", "did you mean \"allow_create\"?"]),
      (#"{"colour": 1}"#, ["colour", "not known"]),
      (#"{"resource": "leed"}"#, ["resource", "lead, contact"]),
      (#"{"resource": "lead", "path": "/lead/"}"#, ["exclude each other"]),
      (#"{"batch_size": 3}"#, ["batch_size", "path"]), (#"{"body": {}}"#, ["body", "path"]),
      (#"{"path": "/x/", "method": "GET"}"#, ["method", "POST, PUT, PATCH, DELETE"]),
      (#"{"path": "/x/", "method": "DELETE", "batch_size": 5}"#, ["batch_size", "DELETE"]),
      (#"{"allow_creating_new_leads": false}"#, ["allow_creating_new_leads", "contact_and_lead"]),
    ] as [(String, [String])])
  func `a stream's settings with anything wrong in them are refused`(block: String, words: [String])
    async throws
  {
    let config = #"{"api_key": "\#(TargetUsageTests.secret)", "streams": {"leads": \#(block)}}"#
    expectRefusal(try await run(config: config), ["streams.leads: "] + words)
  }

  @Test func `a stream whose name tells nothing needs a resource or a path`() async throws {
    let config = #"{"api_key": "k", "streams": {"odd": {"match": "name"}}}"#
    expectRefusal(try await run(config: config), ["streams.odd", "\"resource\" or \"path\" is missing"])
  }

  @Test func `every wrong setting is named`() async throws {
    let streams = #"{"leads": {"nulls": 1, "on_many": 2}, "notes": {"match": 3}}"#
    let outcome = try await run(config: #"{"api_key": "k", "streams": \#(streams)}"#)
    #expect(outcome.exit == 2)
    for word in ["streams.leads: \"nulls\"", "streams.leads: \"on_many\"", "streams.notes: \"match\""] {
      #expect(outcome.stderr.contains("CRITICAL \(word)"), "\(word)")
    }
  }

  @Test(
    arguments: [
      ([], "--config is missing"), (["--config"], "--config needs a value"),
      (["--config", "missing.json"], "missing.json"), (["--config", "."], "."),
      (["--confg", "c.json"], "did you mean --config?"), (["--config", "c.json", "stray"], "stray"),
      (["--config", "c.json", "--dry-run=yes"], "--dry-run takes no value"),
      (["--about", "--format=xml"], "--format"),
      (["--config", "c.json", "--replay"], "--replay needs a value"),
      (["--config", "c.json", "--input", "gone.singer"], "gone.singer"),
      (["--config", "c.json", "--replay", "gone.jsonl"], "gone.jsonl"),
      (["--config", "c.json", "--apply", "gone.jsonl"], "gone.jsonl"),
      (["--config", "c.json", "--apply", "c.json"], "c.json: line 1: this is no line of a plan"),
      (["--config", "c.json", "--replay", "c.json"], "c.json: line 1: this is no dead letter"),
      (["--config", "c.json", "--send-test", "c.json"], "c.json: it must hold"),
      (["--config", "c.json", "--test", "--dry-run"], "exclude each other"),
      (["--config", "c.json", "--apply", "x", "--replay", "y"], "--apply and --replay exclude each other"),
      (["--config", "c.json", "--replay", "x", "--input", "y"], "--input does not go with --replay"),
      (["--config", "c.json", "--catalog", "x"], "unknown option --catalog"),
    ] as [([String], String)])
  func `a wrong command line is refused`(arguments: [String], word: String) async throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      #"{"api_key": "\#(TargetUsageTests.secret)", "base_url": "http://127.0.0.1:9"}"#, to: "c.json")
    let outcome = try await runProcess(product("target-close"), arguments, directory: directory.path)
    expectRefusal(outcome, [word])
    #expect(directory.names == ["c.json"])
  }

  @Test func `a misspelt setting of the run is named, and the run goes on`() async throws {
    let sandbox = try startEmptySandbox()
    let run = try await Target(sandbox, ["concurency": 1]).run(Sample.messages)
    run.expectHealthy()
    #expect(run.warnings.count == 1)
    #expect(run.warnings.first?.contains("\"concurency\" is not known and changes nothing") == true)
  }

  @Test func `nobody at the address is one clear line`() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      #"{"api_key": "k", "base_url": "http://127.0.0.1:9", "retry_budget_seconds": 0}"#, to: "config.json")
    let outcome = try await runProcess(
      product("target-close"), ["--config", path], directory: directory.path, stdin: Sample.messages.text)
    #expect(outcome.stdout.isEmpty && outcome.stderr.split(separator: "\n").count == 1)
    TargetRun(outcome).expectEnd(1, ["GET /me/", "could not connect to http://127.0.0.1:9", "base_url"])
  }
}
