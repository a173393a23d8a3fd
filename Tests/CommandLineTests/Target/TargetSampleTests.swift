import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// The streams that Meltano's SDK tests targets with, written to an endpoint of the sandbox.
@Suite("target-close: the SDK's sample streams")
struct TargetSampleTests {
  /// One file: its streams with the rows they become, and the state that is relayed.
  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let rows: [String: Int]
    let state: JSONValue?
    var testDescription: String { name }

    init(_ name: String, _ rows: [String: Int], state: JSONValue? = nil) {
      self.name = name
      self.rows = rows
      self.state = state
    }
  }

  /// Where the installed package keeps them.
  private func folder() throws -> URL {
    let venv = URL(fileURLWithPath: try Peer.singerSDK.path()).deletingLastPathComponent()
      .deletingLastPathComponent()
    let pythons = try FileManager.default.contentsOfDirectory(
      at: venv.appendingPathComponent("lib"), includingPropertiesForKeys: nil)
    let packages = try #require(pythons.first { $0.lastPathComponent.hasPrefix("python3") })
    return packages.appendingPathComponent("site-packages/singer_sdk/testing/target_test_streams")
  }

  private func sample(_ name: String) throws -> String {
    try String(contentsOf: try folder().appendingPathComponent("\(name).singer"), encoding: .utf8)
  }

  /// A target that puts each stream into a collection of its name, without what no path may hold.
  private func target(_ sandbox: RunningSandbox<Organisation>, streams: [String]) throws -> Target {
    let blocks = streams.map { stream -> (String, JSONValue) in
      (stream, ["path": .string("/sandbox_collection/\(TargetSampleTests.collection(stream))/")])
    }
    return try Target(sandbox, ["streams": .object(JSONObject(blocks))])
  }

  private static func collection(_ stream: String) -> String { stream.filter { $0.isLetter || $0 == "_" } }

  static let good: [Sample] = [
    Sample("array_data", ["test_array_data": 4], state: ["test_array_data": 4]),
    Sample("camelcase", ["TestCamelcase": 2]),
    Sample("camelcase_complex_schema", ["ForecastingTypeToCategory": 0]),
    Sample("duplicate_records", ["test_duplicate_records": 2], state: ["test_duplicate_records": 2]),
    Sample(
      "encoded_string_data",
      ["test_strings": 11, "test_strings_in_objects": 11, "test_strings_in_arrays": 6],
      state: ["test_strings": 11, "test_strings_in_objects": 11, "test_strings_in_arrays": 6]),
    Sample(
      "multiple_state_messages", ["test_multiple_state_messages_a": 6, "test_multiple_state_messages_b": 6],
      state: ["test_multiple_state_messages_a": 5, "test_multiple_state_messages_b": 6]),
    Sample("no_primary_keys", ["test_no_pk": 3], state: ["test_no_pk": 3]),
    Sample("no_primary_keys_append", ["test_no_pk": 5], state: ["test_no_pk": 5]),
    Sample("optional_attributes", ["test_optional_attributes": 4], state: ["test_optional_attributes": 4]),
    Sample("pk_updates", ["example_stream": 2]),
    Sample("record_missing_fields", ["record_missing_fields": 2], state: [:]),
    Sample(
      "schema_no_properties",
      ["test_object_schema_with_properties": 2, "test_object_schema_no_properties": 2]),
    Sample("schema_updates", ["test_schema_updates": 6], state: ["test_schema_updates": 6]),
    Sample("special_chars_in_attributes", ["test:SpecialChars!in?attributes": 1]),
    Sample(
      "user_location_data", ["test_users": 5, "test_locations": 3, "test_user_in_location": 3],
      state: ["test_users": 5, "test_locations": 3, "test_user_in_location": 3]),
    Sample(
      "user_location_upsert_data", ["test_users": 6, "test_locations": 4, "test_user_in_location": 4],
      state: ["test_users": 13, "test_locations": 8, "test_user_in_location": 14]),
  ]

  @Test(arguments: good)
  func `a good stream becomes as many rows as it has records, and its last state comes out`(sample: Sample)
    async throws
  {
    let sandbox = try startEmptySandbox()
    let target = try target(sandbox, streams: Array(sample.rows.keys))
    let text = try self.sample(sample.name)
    let run = try await target.run(text: text)
    run.expectHealthy()
    #expect(run.output.last == sample.state)
    for (stream, count) in sample.rows {
      #expect(try sandbox.rows(TargetSampleTests.collection(stream)).count == count, "\(stream)")
    }
    sandbox.server.resetStatistics()
    let again = try await target.run(text: text)
    again.expectHealthy()
    #expect(again.output.last == sample.state)
    for (stream, count) in sample.rows {
      #expect(try sandbox.rows(TargetSampleTests.collection(stream)).count == count, "\(stream)")
    }
  }

  @Test(
    arguments: [
      ("invalid_schema", "test_invalid_schema", "line 1: stream test_invalid_schema: ", 0),
      ("record_before_schema", "test_record_before_schema", "line 1: stream test_record_before_schema: ", 0),
      ("record_missing_key_property", "test_record_missing_key_property", "line 2: stream ", 0),
      ("record_missing_required_property", "test_record_missing_required_property", "line 2: stream ", 0),
    ] as [(String, String, String, Int)])
  func `a bad stream fails, and the line is named`(name: String, stream: String, place: String, rows: Int)
    async throws
  {
    let sandbox = try startEmptySandbox()
    let run = try await target(sandbox, streams: [stream]).run(text: try sample(name))
    run.expectEnd(1, [place])
    #expect(run.output.isEmpty)
    #expect(try sandbox.rows(stream).count == rows && sandbox.writes.isEmpty)
  }

  @Test func `a later stream changes the rows of an earlier one, and adds to them`() async throws {
    let sandbox = try startEmptySandbox()
    let streams = ["test_users", "test_locations", "test_user_in_location"]
    let target = try target(sandbox, streams: streams)
    try await target.run(text: try sample("user_location_data")).expectHealthy()
    try await target.run(text: try sample("user_location_upsert_data")).expectHealthy()
    #expect(try streams.map { try sandbox.rows($0).count } == [8, 5, 5])
    let names = try sandbox.rows("test_users").map { $0["values"]?["name"]?.string ?? "" }
    #expect(Set(names) == ["Johny", "George", "Jacob", "Josh", "Jim", "Thomas", "Paul", "Mary"])
  }

  @Test func `the last of several records of one key is the one that stays`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try target(sandbox, streams: ["test_duplicate_records"])
    try await target.run(text: try sample("duplicate_records")).expectHealthy()
    let metrics = try sandbox.rows("test_duplicate_records").map { $0["values"]?["metric"]?.int ?? 0 }
    #expect(metrics.sorted() == [20, 100])
  }

  @Test func `text comes through as it is, whatever the alphabet`() async throws {
    let sandbox = try startEmptySandbox()
    let streams = ["test_strings", "test_strings_in_objects", "test_strings_in_arrays"]
    let text = try sample("encoded_string_data")
    try await target(sandbox, streams: streams).run(text: text).expectHealthy()
    for stream in streams {
      let sent = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        .filter { $0["type"] == "RECORD" && $0["stream"]?.string == stream }.compactMap { $0["record"] }
      let rows = try sandbox.rows(stream).compactMap { $0["values"] }
      #expect(Set(rows.map(\.compact)) == Set(sent.map(\.compact)), "\(stream)")
    }
  }

  @Test func `every sample file of the package is used`() throws {
    let files = try FileManager.default.contentsOfDirectory(at: try folder(), includingPropertiesForKeys: nil)
    let names = files.filter { $0.pathExtension == "singer" }.map {
      $0.deletingPathExtension().lastPathComponent
    }
    let bad = [
      "invalid_schema", "record_before_schema", "record_missing_key_property",
      "record_missing_required_property",
    ]
    #expect(names.count == 20 && Set(names) == Set(TargetSampleTests.good.map(\.name) + bad))
  }
}
