import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// The built `tap-close`, set up for a sandbox in this process.
///
///     let run = try await Tap(sandbox).run(["leads"], state: earlier.output.lastState)
struct Tap: Sendable {
  let directory: TemporaryDirectory
  /// What it reads from lives as long as it does.
  private let sandbox: (any Sendable)?
  /// The settings of every run; `run` may add some.
  var config: JSONObject
  /// Replication keys by stream, as the state has them.
  static let keys = [
    "activities": "date_created", "custom_fields": "date_updated", "event_log": "date_updated",
    "leads": "date_updated", "tasks": "date_updated", "users": "date_updated", "contacts": "date_updated",
    "opportunities": "date_updated", "sequence_subscriptions": "date_updated", "comments": "updated_at",
  ]

  init(_ sandbox: RunningSandbox<some SandboxAPI>, _ config: JSONObject = [:]) throws {
    let access: JSONObject = ["base_url": .string(sandbox.baseURL), "api_key": .string(sandbox.apiKey)]
    try self.init(config: access.merging(config), sandbox: sandbox)
  }

  init(config: JSONObject, sandbox: (any Sendable)? = nil) throws {
    directory = try TemporaryDirectory()
    self.config = config
    self.sandbox = sandbox
  }

  /// Runs it to its end and takes its output apart.
  func run(
    _ streams: [String] = [], catalog: JSONValue? = nil, state: JSONValue? = nil, config: JSONObject = [:],
    arguments: [String] = [], environment: [String: String] = [:]
  ) async throws -> TapRun {
    let outcome = try await start(
      streams, catalog: catalog, state: state, config: config, arguments: arguments, environment: environment
    ).outcome()
    return try TapRun(outcome)
  }

  /// Starts it; no streams and no catalog mean the default ones.
  func start(
    _ streams: [String] = [], catalog: JSONValue? = nil, state: JSONValue? = nil, config: JSONObject = [:],
    arguments: [String] = [], environment: [String: String] = [:], closesOutputAfter: Int? = nil
  ) throws -> RunningProcess {
    var words = ["--config", try file("config", .object(self.config.merging(config)))]
    let selection = streams.isEmpty ? catalog : Tap.catalog(streams)
    if let selection { words += ["--catalog", try file("catalog", selection)] }
    if let state { words += ["--state", try file("state", state)] }
    return try RunningProcess(
      product("tap-close"), words + arguments, environment: environment, closesOutputAfter: closesOutputAfter)
  }

  private func file(_ name: String, _ content: JSONValue) throws -> String {
    try directory.write(content.compact, to: "\(name)-\(UUID().uuidString).json")
  }

  /// A catalog that selects streams and leaves everything else to the tap.
  static func catalog(_ streams: [String]) -> JSONValue {
    [
      "streams": .array(
        streams.map {
          [
            "tap_stream_id": .string($0),
            "metadata": [["breadcrumb": [], "metadata": ["selected": true]]],
          ]
        })
    ]
  }

  /// A state in tap-closeio's shape.
  static func state(_ stream: String, _ date: Timestamp) -> JSONValue {
    let key = keys[stream] ?? "date_updated"
    let bookmark: JSONValue = .object(JSONObject([(key, .string(date.description))]))
    return ["bookmarks": .object(JSONObject([(stream, bookmark)]))]
  }
}

/// A run of the tap that has ended.
struct TapRun: Sendable {
  let outcome: ProcessOutcome
  let output: TapOutput

  init(_ outcome: ProcessOutcome) throws {
    self.outcome = outcome
    output = try TapOutput(outcome.stdout)
  }

  var exit: Int32 { outcome.exit }
  var log: [String] { outcome.stderr.split(separator: "\n").map(String.init) }
  var warnings: [String] { log.filter { $0.hasPrefix("WARNING ") } }
  var lastLine: String { log.last ?? "" }

  /// Checks what holds for every run without trouble.
  func expectHealthy(since start: JSONValue = [:], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(exit == 0, "\(outcome.lastWords)", sourceLocation: sourceLocation)
    #expect(output.types.last == "STATE", sourceLocation: sourceLocation)
    expectTruthful(since: start, sourceLocation: sourceLocation)
    let words = outcome.stderr.lowercased()
    #expect(!words.contains("error") && !words.contains("exception"), sourceLocation: sourceLocation)
  }

  /// Checks what holds for every run whatever happens: no STATE promises what is not out yet.
  func expectTruthful(since start: JSONValue = [:], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(output.falseClaims(Tap.keys, since: start) == [], sourceLocation: sourceLocation)
    #expect(output.bookmarksOnlyRise(Tap.keys), sourceLocation: sourceLocation)
  }
}

extension JSONObject {
  /// This object with the members of another, which win.
  func merging(_ other: JSONObject) -> JSONObject {
    var merged = self
    for (key, value) in other { merged[key] = value }
    return merged
  }
}

extension Timestamp {
  /// An instant written down in a test.
  static func at(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }
}
