import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// What people get wrong before anything is read.
@Suite("tap-close: wrong usage, config, catalog and state")
struct TapUsageTests {
  /// A file with something wrong in it, and what the last line must say.
  struct Case: Sendable, CustomTestStringConvertible {
    let content: String
    let words: [String]
    var testDescription: String { content }

    init(_ content: String, _ words: String...) {
      self.content = content
      self.words = words
    }
  }

  private static let secret = "api_0123456789abcdefGHIJKL.mnopqrstuvwxyz0123456A"

  /// Runs it with three files of these contents; nothing listens where they lead.
  private func run(
    config: String =
      #"{"api_key": "\#(secret)", "base_url": "http://127.0.0.1:9/api/v1", "retry_budget_seconds": 0}"#,
    catalog: String = #"{"streams": [{"tap_stream_id": "users"}]}"#, state: String = "{}",
    _ more: [String] = []
  ) async throws -> ProcessOutcome {
    let directory = try TemporaryDirectory()
    let files = [("config", config), ("catalog", catalog), ("state", state)]
    let words = try files.flatMap { ["--\($0.0)", try directory.write($0.1, to: "\($0.0).json")] }
    let outcome = try await runProcess(product("tap-close"), words + more)
    #expect(!(outcome.stdout + outcome.stderr).contains(TapUsageTests.secret))
    return outcome
  }

  /// Exit code 2, nothing on standard output, and a last line with all these words.
  private func expectRefusal(_ outcome: ProcessOutcome, _ words: [String]) {
    #expect(outcome.exit == 2, "\(outcome.stderr.suffix(300))")
    #expect(outcome.stdout.isEmpty)
    let last = outcome.stderr.split(separator: "\n").last ?? ""
    #expect(last.hasPrefix("CRITICAL "))
    for word in words { #expect(last.contains(word), "\(last) lacks \(word)") }
  }

  @Test(arguments: [
    Case("", "config.json", "empty"),
    Case("{", "config.json", "line 1, column 2", "not valid JSON"),
    Case("{\"api_key\": \"\(secret)\"\n  \"start_date\": \"2024-01-01\"}", "config.json", "line 2, column 3"),
    Case(#"{"api_key": "k"} {}"#, "config.json", "one JSON document"),
    Case("[]", "config.json", "must be an object"),
    Case("{}", "no credentials", "api_key"),
    Case(#"{"api_key": ""}"#, "no credentials"),
    Case(#"{"api_key": 7}"#, "config.json", "api_key", "a string"),
    Case(#"{"api_key": ["\#(secret)"]}"#, "config.json", "api_key", "a string"),
    Case(#"{"api_key": "\#(secret)", "api_keys": ["a", "b"]}"#, "exclude each other"),
    Case(#"{"api_keys": ["\#(secret)", ""]}"#, "api_keys"),
    Case(#"{"api_keys": []}"#, "api_keys"),
    Case(#"{"oauth": {"client_id": "x"}}"#, "oauth"),
    Case(#"{"api_key": "\#(secret)", "start_date": "last week"}"#, "config.json", "start_date", "last week"),
    Case(#"{"api_key": "\#(secret)", "start_date": 20240101}"#, "config.json", "start_date"),
    Case(#"{"api_key": "\#(secret)", "concurrency": 0}"#, "config.json", "concurrency", "from 1 to 32"),
    Case(#"{"api_key": "\#(secret)", "concurrency": 1e300}"#, "config.json", "concurrency"),
    Case(#"{"api_key": "\#(secret)", "date_window": 99999999999999999999}"#, "config.json", "date_window"),
    Case(#"{"api_key": "\#(secret)", "rate_limit_share": 2}"#, "config.json", "rate_limit_share"),
    Case(#"{"api_key": "\#(secret)", "custom_fields": "rows"}"#, "config.json", "columns", "list", "rows"),
    Case(
      #"{"api_key": "\#(secret)", "clean_text": "perhaps"}"#, "config.json", "clean_text", "true or false"),
    Case(#"{"api_key": "\#(secret)", "base_url": "http://api.close.com/api/v1"}"#, "base_url", "https"),
    Case(#"{"api_key": "\#(secret)", "base_url": "ftp://api.close.com"}"#, "base_url", "https"),
    Case(#"{"api_key": "\#(secret)", "base_url": "close"}"#, "base_url"),
    Case(#"{"api_key": "\#(secret)", "base_url": "https://me:\#(secret)@api.close.com/"}"#, "base_url"),
    Case(#"{"api_key": "\#(secret)", "request_headers": {"X-A": "a\r\nX-B: b"}}"#, "request_headers", "X-A"),
  ])
  func `a config that cannot be used is refused with file and place`(wrong: Case) async throws {
    expectRefusal(try await run(config: wrong.content), wrong.words)
  }

  @Test func `every wrong setting is named`() async throws {
    let outcome = try await run(config: #"{"api_key": 1, "start_date": "soon", "concurrency": "many"}"#)
    expectRefusal(outcome, ["config.json"])
    for name in ["api_key", "start_date", "concurrency"] { #expect(outcome.stderr.contains(name)) }
  }

  @Test(arguments: [
    Case("", "catalog.json", "empty"),
    Case("{\"streams\": [}", "catalog.json", "line 1, column 14"),
    Case("7", "catalog.json", "must be an object"),
    Case("{}", "catalog.json", "streams"),
    Case(#"{"streams": {}}"#, "catalog.json", "streams", "an array"),
    Case(#"{"streams": [{"schema": {}}]}"#, "catalog.json", "streams[0]", "tap_stream_id"),
    Case(#"{"streams": [{"tap_stream_id": 5}]}"#, "catalog.json", "streams[0]"),
    Case(#"{"streams": [{"tap_stream_id": "users", "schema": []}]}"#, "catalog.json", "streams[0].schema"),
    Case(
      #"{"streams": [{"tap_stream_id": "users", "metadata": [{"breadcrumb": "x"}]}]}"#, "catalog.json",
      "streams[0].metadata[0].breadcrumb"),
    Case(
      #"{"streams": [{"tap_stream_id": "users"}, {"tap_stream_id": "users"}]}"#, "catalog.json", "twice",
      "streams[1]"),
  ])
  func `a catalog that cannot be used is refused with file and place`(wrong: Case) async throws {
    expectRefusal(try await run(catalog: wrong.content), wrong.words)
  }

  @Test(arguments: [
    Case("", "state.json", "empty"),
    Case("users", "state.json", "line 1, column 1"),
    Case("[]", "state.json", "must be an object"),
    Case(#"{"bookmarks": []}"#, "state.json", "bookmarks"),
    Case(#"{"bookmarks": {"users": "2024-01-01"}}"#, "state.json", "bookmarks.users"),
    Case(
      #"{"bookmarks": {"users": {"date_updated": "soon"}}}"#, "state.json", "bookmarks.users.date_updated",
      "soon"),
    Case(#"{"bookmarks": {"users": {"date_updated": 17}}}"#, "state.json", "bookmarks.users.date_updated"),
    Case(
      #"{"bookmarks": {"users": {"replication_key": "date_updated", "replication_key_value": []}}}"#,
      "state.json",
      "bookmarks.users.replication_key_value"),
  ])
  func `a state that cannot be used is refused with file and place`(wrong: Case) async throws {
    expectRefusal(try await run(state: wrong.content), wrong.words)
  }

  @Test(arguments: [
    (["--config", "missing.json"], "missing.json"), ([], "--config"), (["--config"], "--config"),
    (["--config", "c.json", "--catalgo", "x"], "did you mean --catalog?"),
    (["--config", "c.json", "stray"], "stray"),
    (["--config", "c.json", "--discover=yes"], "--discover"), (["--about", "--format=xml"], "--format"),
    (["--config", "c.json", "--catalog", "gone.json"], "gone.json"),
    (["--config", "c.json", "--state", "gone.json"], "gone.json"),
    (["--config", "."], "."),
  ])
  func `a wrong command line is refused`(arguments: [String], word: String) async throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      #"{"api_key": "\#(TapUsageTests.secret)", "base_url": "http://127.0.0.1:9"}"#, to: "c.json")
    let outcome = try await runProcess(product("tap-close"), arguments, directory: directory.path)
    expectRefusal(outcome, [word])
    #expect(!outcome.stderr.contains(TapUsageTests.secret))
  }

  @Test(arguments: ["api_wrong", "", "a b\u{e4}\"\\"])
  func `a wrong key is one clear line`(key: String) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    let tap = try Tap(sandbox, ["api_keys": [.string(key + TapUsageTests.secret)], "api_key": nil])
    let run = try await tap.run()
    #expect(run.exit == 1)
    #expect(run.outcome.stdout.isEmpty)
    #expect(run.lastLine.contains("status 401") && run.lastLine.contains("check api_key"))
    #expect(run.log.filter { $0.hasPrefix("CRITICAL") || $0.hasPrefix("ERROR") }.count == 1)
    #expect(!run.outcome.stderr.contains(TapUsageTests.secret))
    #expect(!run.outcome.stderr.contains(Data("\(key + TapUsageTests.secret):".utf8).base64EncodedString()))
  }

  @Test func `nobody at the address is one clear line`() async throws {
    let outcome = try await run()
    #expect(outcome.exit == 1)
    let last = outcome.stderr.split(separator: "\n").last ?? ""
    #expect(
      last.hasPrefix("CRITICAL users: ") && last.contains("http://127.0.0.1:9") && last.contains("base_url"))
  }
}
