import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// The built `target-close`, set up for a sandbox in this process; journal and dead letters last as long as it does.
///
///     let run = try await Target(sandbox).run([.schema("leads"), .record("leads", ["id": "1", "name": "Acme"])])
struct Target: Sendable {
  let directory: TemporaryDirectory
  /// What it writes to lives as long as it does.
  private let sandbox: (any Sendable)?
  /// The settings of every run; `run` may add some.
  var config: JSONObject

  /// - Parameter config: what differs from a run that waits for nothing and gives up at once.
  init(_ sandbox: RunningSandbox<some SandboxAPI>, _ config: JSONObject = [:]) throws {
    directory = try TemporaryDirectory()
    self.sandbox = sandbox
    self.config = JSONObject([
      ("base_url", .string(sandbox.baseURL)), ("api_key", .string(sandbox.apiKey)), ("index_lag_seconds", 0),
      ("journal_path", .string(directory.file("journal.jsonl"))),
      ("dead_letter_path", .string(directory.file("dead.jsonl"))),
    ]).merging(config)
  }

  /// Settings for a target that is killed: what it has just sent may reach Close only after its end.
  static let killed: JSONObject = ["index_lag_seconds": 3]

  /// Runs it to its end with these messages as its input.
  func run(
    _ input: [Message] = [], config: JSONObject = [:], arguments: [String] = []
  ) async throws -> TargetRun {
    try await run(text: input.text, config: config, arguments: arguments)
  }

  /// Runs it to its end with exactly this input.
  func run(text: String, config: JSONObject = [:], arguments: [String] = []) async throws -> TargetRun {
    let process = try start(config: config, arguments: arguments, stdin: text)
    return TargetRun(await process.outcome())
  }

  /// Runs it over a file that holds exactly these bytes.
  func run(bytes: [UInt8], config: JSONObject = [:]) async throws -> TargetRun {
    try Data(bytes).write(to: URL(fileURLWithPath: directory.file("input.singer")))
    return try await run(config: config, arguments: ["--input", directory.file("input.singer")])
  }

  /// Starts it; without `stdin` its input stays open for more.
  func start(
    config: JSONObject = [:], arguments: [String] = [], stdin: String? = nil, closesOutputAfter: Int? = nil
  ) throws -> RunningProcess {
    let path = try directory.write(
      JSONValue.object(self.config.merging(config)).compact, to: "config-\(UUID().uuidString).json")
    return try RunningProcess(
      product("target-close"), ["--config", path] + arguments, stdin: stdin, keepsInputOpen: stdin == nil,
      closesOutputAfter: closesOutputAfter)
  }

  /// The records that could not be written, as they are kept.
  var deadLetters: [JSONValue] {
    get throws { try lines("dead.jsonl") }
  }

  /// The lines of a file that may not be there.
  func lines(_ name: String) throws -> [JSONValue] {
    guard FileManager.default.fileExists(atPath: directory.file(name)) else { return [] }
    return try directory.read(name).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }
}

/// A run of the target that has ended.
struct TargetRun: Sendable {
  let outcome: ProcessOutcome

  init(_ outcome: ProcessOutcome) { self.outcome = outcome }

  var exit: Int32 { outcome.exit }
  /// Every line of standard output: states, or a plan.
  var output: [JSONValue] {
    outcome.lines.map { (try? JSONValue(parsing: $0)) ?? .string("not JSON: \($0)") }
  }
  /// The log without metrics.
  var log: [String] {
    outcome.stderr.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("INFO METRIC: ") }
  }
  var warnings: [String] { log.filter { $0.hasPrefix("WARNING ") } }
  var lastLine: String { log.last ?? "" }

  /// Checks what holds for every run without trouble.
  func expectHealthy(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(exit == 0, "\(outcome.lastWords)", sourceLocation: sourceLocation)
    let words = outcome.stderr.lowercased()
    #expect(!words.contains("error") && !words.contains("exception"), sourceLocation: sourceLocation)
  }

  /// Checks that it ended with this code, and why: a last line with all these words.
  func expectEnd(_ code: Int32, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(exit == code, "\(outcome.lastWords)", sourceLocation: sourceLocation)
    #expect(lastLine.hasPrefix("CRITICAL "), "\(lastLine)", sourceLocation: sourceLocation)
    for word in words {
      #expect(lastLine.contains(word), "\(lastLine) lacks \(word)", sourceLocation: sourceLocation)
    }
  }
}

/// One Singer message as a tap would print it.
struct Message: Sendable {
  let line: String

  static func schema(
    _ stream: String, keys: [String] = ["id"], properties: JSONObject = [:]
  ) -> Message {
    Message([
      "type": "SCHEMA", "stream": .string(stream), "key_properties": .array(keys.map { .string($0) }),
      "schema": ["type": "object", "properties": .object(properties)],
    ])
  }

  static func record(_ stream: String, _ record: JSONObject) -> Message {
    Message(["type": "RECORD", "stream": .string(stream), "record": .object(record)])
  }

  static func state(_ value: JSONValue) -> Message { Message(["type": "STATE", "value": value]) }

  /// A line as it stands.
  static func raw(_ line: String) -> Message { Message(line: line) }

  private init(line: String) { self.line = line }
  private init(_ json: JSONValue) { self.init(line: json.compact) }
}

extension [Message] {
  var text: String { map { $0.line + "\n" }.joined() }
}

extension RunningSandbox where API == Organisation {
  /// How many objects there are of a resource such as `lead` or `activity/note`.
  func count(_ resource: String) -> Int { api.edit { $0.ids(of: resource) }.count }

  /// The objects of a resource, oldest first, as the API shows them.
  func objects(_ resource: String) -> [JSONObject] {
    api.edit { world in world.ids(of: resource).compactMap { world.object($0) } }
  }

  /// Requests that change something, in the order they were answered.
  var writes: [RecordedRequest] {
    server.requests.filter { $0.method != "GET" && $0.path != "data/search/" }
  }

  /// The rows of a collection, which only the sandbox has.
  func rows(_ collection: String) throws -> [JSONValue] {
    let path = "/api/v1/sandbox_collection/\(collection)/"
    return try rawFetch("GET", path, port: port, key: apiKey).json?["data"]?.array ?? []
  }
}

/// Starts a sandbox with users, statuses and custom fields, but without leads.
func startEmptySandbox(
  organisation: (inout OrganisationOptions) -> Void = { _ in },
  server: (inout ServerOptions) -> Void = { _ in }
) throws -> RunningSandbox<Organisation> {
  try startSandbox(
    organisation: {
      $0.empty = true
      organisation(&$0)
    }, server: server)
}
