import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

/// A row of a specification: what Close has, how a stream is written, its records, what is written.
struct WriteCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// `lead lead_a {…}`.
  let given: [String]
  let stream: String
  /// The stream's block.
  let settings: String
  /// With a member `key`, when records have keys.
  let records: [String]
  /// `POST lead/ {…}`; updates go by PUT.
  let writes: [String]
  /// A part of the reason when the last record is refused.
  let refusal: String?

  init(
    _ name: String, given: [String] = [], _ stream: String, _ settings: String = "{}", _ records: String...,
    writes: [String] = [], refusal: String? = nil
  ) {
    testDescription = name
    self.given = given
    self.stream = stream
    self.settings = settings
    self.records = records
    self.writes = writes
    self.refusal = refusal
  }

  /// A target that writes one stream.
  static func target(
    _ close: FakeClose, _ stream: String, _ settings: String, _ config: JSONObject = [:]
  ) throws -> TargetHarness {
    var all: JSONObject = [
      "streams": .object([stream: json(settings)]), "update_method": "put", "max_errors": 1000,
      "concurrency": 4,
    ]
    for (name, value) in config { all[name] = value }
    return try TargetHarness(close, all)
  }

  /// The lines of a stream, whose key is the member `key` if its records have one.
  static func lines(_ stream: String, _ records: [String]) -> [String] {
    let records = records.map { members($0) }
    let hasKeys = records.contains { $0["key"] != nil }
    return [hasKeys ? schema(stream, key: "key") : schema(stream)] + records.map { record(stream, $0) }
  }

  func check(indexLag: Int64 = 0) async throws {
    let close = FakeClose(indexLag: indexLag)
    close.add(given)
    let target = try WriteCase.target(close, stream, settings)
    let outcome = try await target.write(WriteCase.lines(stream, records) + [state("done")])
    #expect(close.written == writes.map { Write($0) })
    #expect(outcome.output == ["done"])
    let reasons = try target.deadLetters.compactMap { $0["reason"]?.string }
    #expect(outcome.exit == (refusal == nil ? 0 : 1))
    #expect(reasons.count == (refusal == nil ? 0 : 1), "\(reasons)")
    if let refusal { #expect(reasons.last?.contains(refusal) == true, "\(reasons)") }
  }
}
