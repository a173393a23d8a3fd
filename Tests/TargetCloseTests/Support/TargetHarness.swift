import CloseAPI
import CloseConnection
import Foundation
import HTTPTransport
import JSONBytes
import Singer
import TestSupport
import Testing

@testable import TargetClose

/// Runs the target over a `FakeClose`, in a directory of its own that lasts for several runs.
final class TargetHarness: Sendable {
  /// How a run went.
  struct Outcome: Sendable {
    let exit: Int32
    /// The lines printed.
    let output: [JSONValue]
    /// The log without metrics.
    let log: [String]

    func plan(_ line: Int) -> JSONValue? { output.first { $0["line"]?.int == line } }
  }

  let close: FakeClose
  let directory: TemporaryDirectory
  private let config: JSONObject

  init(_ close: FakeClose = FakeClose(), _ config: JSONObject = JSONObject()) throws {
    self.close = close
    directory = try TemporaryDirectory()
    var config = config
    config["api_key"] = "api_test"
    for name in ["journal", "dead_letter"] {
      config["\(name)_path"] = .string(directory.file("\(name).jsonl"))
    }
    self.config = config
  }

  /// The same journal and dead letters with another configuration.
  private init(_ other: TargetHarness, _ config: JSONObject) {
    close = other.close
    directory = other.directory
    self.config = config
  }

  func with(_ settings: JSONObject) -> TargetHarness {
    var config = config
    for (name, value) in settings { config[name] = value }
    return TargetHarness(self, config)
  }

  /// Writes these lines into Close.
  func write(_ lines: String...) async throws -> Outcome { try await run(lines) }

  func write(_ lines: [String], _ interruption: Interruption = Interruption()) async throws -> Outcome {
    try await run(lines, interruption)
  }

  func dryRun(_ lines: String...) async throws -> Outcome { try await run(lines, isDryRun: true) }

  func dryRun(_ lines: [String]) async throws -> Outcome { try await run(lines, isDryRun: true) }

  func apply(_ plan: [JSONValue]) async throws -> Outcome {
    let path = try directory.write(plan.map { $0.compact + "\n" }.joined(), to: "plan.jsonl")
    return try await perform { try await $0.apply(path) }
  }

  func replay(_ name: String = "dead_letter.jsonl") async throws -> Outcome {
    try await perform { try await $0.replay(self.directory.file(name)) }
  }

  private func run(
    _ lines: [String], _ interruption: Interruption = Interruption(), isDryRun: Bool = false
  ) async throws -> Outcome {
    let path = try directory.write(lines.map { $0 + "\n" }.joined(), to: "input.singer")
    let input = unsafe open(path, O_RDONLY)
    defer { Foundation.close(input) }
    return try await perform(interruption) { try await $0.write(from: input, isDryRun: isDryRun) }
  }

  /// Carries out `body` as the program would, with everything it says caught.
  func perform(
    _ interruption: Interruption = Interruption(), _ body: @Sendable (TargetRun) async throws -> ExitCode
  ) async throws -> Outcome {
    let logPath = try directory.write("", to: "log.txt")
    let outputPath = try directory.write("", to: "output.jsonl")
    let logFile = unsafe open(logPath, O_WRONLY)
    let outputFile = unsafe open(outputPath, O_WRONLY)
    defer {
      Foundation.close(logFile)
      Foundation.close(outputFile)
    }
    let log = Log(program: "target-close", console: Console(descriptor: logFile, isTerminal: false))
    let exit: Int32
    do {
      exit = try await body(try newRun(log, outputFile, interruption)).number
    } catch let error as SingerError {
      for line in error.description.split(separator: "\n") { log.critical(String(line)) }
      exit = error.exitCode.number
    } catch {
      log.critical("\(error)")
      exit = ExitCode.failure.number
    }
    let output = try directory.read("output.jsonl").split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
    let lines = try directory.read("log.txt").split(separator: "\n").map(String.init)
    return Outcome(exit: exit, output: output, log: lines.filter { !$0.hasPrefix("INFO METRIC") })
  }

  private func newRun(
    _ log: Log, _ outputFile: Int32, _ interruption: Interruption
  ) throws -> TargetRun {
    let settings = try TargetSettings.table.resolve([("config", .object(config))])
    let configuration = try TargetConfiguration(settings)
    let remarks = Remarks()
    let metrics = Metrics(log: log)
    let report = TargetReport(
      log: log, metrics: metrics,
      progress: Progress(console: Console(descriptor: -1, isTerminal: false), isShown: false),
      remarks: remarks)
    let client = CloseClient(
      configuration.connection.configuration, .apiKeys([Secret("api_test")]), transport: close,
      clock: close.clock.clock
    ) { report.observe($0) }
    return TargetRun(
      configuration, client: client, clock: close.clock.clock, log: log, metrics: metrics, report: report,
      remarks: remarks, interruption: interruption, output: MessageWriter(descriptor: outputFile),
      webhookTransport: close)
  }

  /// The dead letters so far.
  var deadLetters: [JSONValue] {
    get throws {
      guard directory.names.contains("dead_letter.jsonl") else { return [] }
      return try directory.read("dead_letter.jsonl").split(separator: "\n").map {
        try JSONValue(parsing: String($0))
      }
    }
  }
}

// MARK: - Input lines

func schema(_ stream: String, key: String..., properties: JSONObject = JSONObject()) -> String {
  let message: JSONValue = [
    "type": "SCHEMA", "stream": .string(stream), "key_properties": .array(key.map { .string($0) }),
    "schema": ["type": "object", "properties": .object(properties)],
  ]
  return message.compact
}

func record(_ stream: String, _ fields: JSONObject) -> String {
  (["type": "RECORD", "stream": .string(stream), "record": .object(fields)] as JSONValue).compact
}

func state(_ value: JSONValue) -> String { (["type": "STATE", "value": value] as JSONValue).compact }
