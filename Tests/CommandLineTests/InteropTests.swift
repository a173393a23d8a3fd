import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// Every table of a whole organisation, judged by the programs people load it with.
@Suite(.serialized) struct InteropTests {
  let sandbox: RunningSandbox<Organisation>
  let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
    sandbox = try startSandbox(organisation: { $0.leads = 40 })
    try folder.write(
      #"{"api_key": "\#(sandbox.apiKey)", "base_url": "\#(sandbox.baseURL)"}"#, to: "config.json")
  }

  /// The stream of all tables, and how many records each has.
  private func everything() async throws -> (stream: String, counts: [String: Int]) {
    let config = folder.file("config.json")
    let discovered = try await runProcess(product("tap-close"), ["--config", config, "--discover"])
    #expect(discovered.exit == 0, "\(discovered.stderr)")
    var catalog = try JSONValue(parsing: discovered.stdout)
    let streams = (catalog["streams"]?.array ?? []).map { stream in
      var stream = stream
      stream["selected"] = true
      return stream
    }
    catalog["streams"] = .array(streams)
    try folder.write(catalog.compact, to: "catalog.json")
    let run = try await runProcess(
      product("tap-close"), ["--config", config, "--catalog", folder.file("catalog.json")])
    #expect(run.exit == 0, "\(run.stderr)")
    var counts: [String: Int] = [:]
    for line in run.lines {
      let message = try JSONValue(parsing: line)
      guard message["type"] == "RECORD", let stream = message["stream"]?.string else { continue }
      counts[stream, default: 0] += 1
    }
    #expect(counts.count > 55)
    return (run.stdout, counts)
  }

  @Test func `target-jsonl writes every record of every table`() async throws {
    let (stream, counts) = try await everything()
    try folder.write(
      #"{"destination_path": "\#(folder.path)", "do_timestamp_file": false}"#, to: "target.json")
    let run = try await runProcess(
      Peer.targetJSONL.path(), ["--config", folder.file("target.json")], stdin: stream)
    #expect(run.exit == 0, "\(run.stderr)")
    for (table, count) in counts {
      #expect(try folder.read("\(table).jsonl").split(separator: "\n").count == count, "\(table)")
    }
    #expect(try JSONValue(parsing: run.lines.last ?? "")["bookmarks"]?["leads"]?["date_updated"] != nil)
  }

  @Test func `singer-check-tap finds nothing wrong`() async throws {
    let (stream, counts) = try await everything()
    let run = try await runProcess(Peer.singerCheckTap.path(), stdin: stream)
    #expect(run.exit == 0, "\(run.stderr)")
    for (table, count) in counts {
      #expect(run.stdout.contains(try Regex("\\| \(table) +\\| \(count) +\\| 1 ")), "\(table)\n\(run.stdout)")
    }
  }

  @Test func `a target of Meltano's SDK loads every table`() async throws {
    let (stream, counts) = try await everything()
    try folder.write(#"{"output_path": "\#(folder.path)"}"#, to: "target.json")
    let run = try await runProcess(
      Peer.targetCSV.path(), ["--config", folder.file("target.json")], stdin: stream, timeout: 180)
    #expect(run.exit == 0, "\(run.stderr)")
    #expect(Set(counts.keys.map { "\($0).csv" }).isSubset(of: folder.names))
  }

  @Test func `target-duckdb loads every table`() async throws {
    let (stream, _) = try await everything()
    try folder.write(
      #"{"filepath": "\#(folder.file("close.duckdb"))", "default_target_schema": "close"}"#, to: "target.json"
    )
    let run = try await runProcess(
      Peer.targetDuckDB.path(), ["--config", folder.file("target.json")], stdin: stream, timeout: 180)
    #expect(run.exit == 0, "\(run.stderr)")
    #expect(try JSONValue(parsing: run.lines.last ?? "")["bookmarks"]?["tasks"] != nil)
  }
}
