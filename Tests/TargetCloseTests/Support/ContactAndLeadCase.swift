import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

/// A row of the specification of `contact_and_lead`: what Close has, the switches, a record, what is written.
struct ContactAndLeadCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// `lead lead_a {…}`.
  var given: [String] = []
  /// Whether the settings tell which custom fields hold the ids.
  var knowsIDs = true
  /// Further settings.
  var settings = "{}"
  var record: String
  /// `POST lead/ {…}`; updates go by PUT.
  var writes: [String] = []
  /// A part of the reason when the record is refused.
  var refusal: String?

  init(
    _ name: String, given: [String] = [], knowsIDs: Bool = true, settings: String = "{}", _ record: String,
    writes: [String] = [], refusal: String? = nil
  ) {
    testDescription = name
    self.given = given
    self.knowsIDs = knowsIDs
    self.settings = settings
    self.record = record
    self.writes = writes
    self.refusal = refusal
  }

  /// A target whose stream `people` is written by `contact_and_lead`.
  static func target(
    _ close: FakeClose, knowsIDs: Bool = true, settings: JSONObject = JSONObject()
  ) throws -> TargetHarness {
    var block: JSONObject = ["action": "contact_and_lead"]
    if knowsIDs {
      block["lead_custom_field_id_for_company_id"] = "cf_number"
      block["contact_custom_field_id_for_user_id"] = "cf_user"
    }
    for (name, value) in settings { block[name] = value }
    return try TargetHarness(
      close, ["streams": ["people": .object(block)], "update_method": "put", "max_errors": 1000])
  }

  /// Runs the row, and runs it again, with and without a journal: what has been done is never done twice.
  func check() async throws {
    let close = FakeClose()
    close.add(given)
    let target = try ContactAndLeadCase.target(close, knowsIDs: knowsIDs, settings: members(settings))
    let lines = [schema("people"), TargetCloseTests.record("people", members(record)), state("done")]
    let outcome = try await target.write(lines)
    #expect(close.written == writes.map { Write($0) })
    #expect(outcome.output == ["done"])
    let reasons = try target.deadLetters.compactMap { $0["reason"]?.string }
    if let refusal {
      #expect(outcome.exit == 1)
      #expect(reasons.count == 1 && reasons.allSatisfy { $0.contains(refusal) }, "\(reasons)")
      return
    }
    #expect(outcome.exit == 0)
    #expect(reasons.isEmpty)
    close.forgetCalls()
    _ = try await target.write(lines)
    #expect(close.written.isEmpty, "the same record again")
    _ = try await target.with(["journal_path": .string(target.directory.file("other.jsonl"))]).write(lines)
    #expect(close.written.isEmpty, "the same record again without a journal")
  }
}
