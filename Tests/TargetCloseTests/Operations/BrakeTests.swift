import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("The brakes")
struct BrakeTests {
  private func leads(_ count: Int) -> [String] { (1...count).map { #"{"key": \#($0), "name": "L\#($0)"}"# } }

  private func run(
    _ close: FakeClose, _ settings: String, _ records: [String], _ config: JSONObject = JSONObject()
  ) async throws -> (outcome: TargetHarness.Outcome, letters: [JSONValue]) {
    var settled = config
    settled["concurrency"] = 1
    let target = try WriteCase.target(close, "leads", settings).with(settled)
    let outcome = try await target.write(WriteCase.lines("leads", records) + [state("end")])
    return (outcome, try target.deadLetters)
  }

  @Test("let no more be created than max_creates", arguments: [0, 2, 5, 9])
  func creates(_ limit: Int) async throws {
    let close = FakeClose()
    let (outcome, letters) = try await run(close, #"{"max_creates": \#(limit)}"#, leads(5))
    #expect(close.objects("lead").count == min(limit, 5))
    #expect(letters.count == max(5 - limit, 0))
    #expect(outcome.exit == (limit < 5 ? 1 : 0))
    #expect(outcome.output == ["end"])
    #expect(letters.allSatisfy { $0["reason"]?.string?.hasPrefix("max_creates is \(limit)") == true })
  }

  @Test func `count creations and not updates`() async throws {
    let close = FakeClose()
    let records = leads(1) + [#"{"key": 1, "name": "Other"}"#, #"{"key": 1, "name": "Third"}"#]
    let (outcome, _) = try await run(close, #"{"max_creates": 1}"#, records)
    #expect(outcome.exit == 0)
    #expect(close.objects("lead").map { $0["name"] } == ["Third"])
  }

  @Test func `let nothing be created`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Old"}"#])
    let (outcome, letters) = try await run(
      close, #"{"allow_create": false}"#, [#"{"id": "lead_a", "name": "New"}"#, #"{"name": "Other"}"#])
    #expect(outcome.exit == 1)
    #expect(letters.map { $0["reason"] } == ["allow_create is false for this stream"])
    #expect(close.written.map(\.call) == ["PUT lead/lead_a/"])
  }

  @Test func `let nothing be changed`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Old"}"#])
    let (_, letters) = try await run(
      close, #"{"allow_update": false}"#,
      [#"{"id": "lead_a", "name": "New"}"#, #"{"id": "lead_a", "name": "Old"}"#, #"{"name": "Other"}"#])
    #expect(letters.map { $0["reason"] } == ["allow_update is false for this stream"])
    #expect(close.written.map(\.call) == ["POST lead/"])
  }

  static let tombstone = #"{"id": "lead_a", "_sdc_deleted_at": "2026-01-01T00:00:00Z"}"#

  @Test(
    "let tombstones delete only with max_deletes",
    arguments: [("{}", false), (#"{"max_deletes": 0}"#, false), (#"{"max_deletes": 1}"#, true)])
  func tombstones(settings: String, isDeleted: Bool) async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Old"}"#])
    let (outcome, letters) = try await run(close, settings, [Self.tombstone])
    #expect(outcome.exit == 0)
    #expect(letters.isEmpty)
    #expect(close.written == (isDeleted ? writes("DELETE lead/lead_a/") : []))
  }

  @Test func `let no more be deleted than max_deletes`() async throws {
    let close = FakeClose()
    close.add((1...3).map { "lead lead_\($0) {}" })
    let (outcome, letters) = try await run(
      close, #"{"action": "delete", "max_deletes": 2}"#, (1...3).map { #"{"id": "lead_\#($0)"}"# })
    #expect(outcome.exit == 1)
    #expect(close.objects("lead").count == 1)
    #expect(letters.count == 1)
  }

  @Test func `let a deletion without limit delete what matches, and what is gone be gone`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_1 {"name": "A"}"#, #"lead lead_2 {"name": "B"}"#])
    let (outcome, letters) = try await run(
      close, #"{"action": "delete", "match": ["name"]}"#,
      [#"{"name": "A"}"#, #"{"name": "C"}"#, #"{"name": "A"}"#])
    #expect(outcome.exit == 0)
    #expect(letters.isEmpty)
    #expect(close.written == writes("DELETE lead/lead_1/"))
  }

  @Test func `let several be deleted only when told so`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_1 {"name": "A"}"#, #"lead lead_2 {"name": "A"}"#])
    let record = [#"{"name": "A"}"#]
    let (_, letters) = try await run(close, #"{"action": "delete", "match": ["name"]}"#, record)
    #expect(letters.count == 1)
    #expect(close.written.isEmpty)
    _ = try await run(close, #"{"action": "delete", "match": ["name"], "on_many": "all"}"#, record)
    #expect(close.objects("lead").isEmpty)
  }

  @Test("delete nothing that has no date of deletion", arguments: ["null", #""""#, "false"])
  func noTombstone(date: String) async throws {
    let close = FakeClose()
    let (outcome, _) = try await run(
      close, #"{"max_deletes": 9}"#, [#"{"key": 1, "name": "A", "_sdc_deleted_at": \#(date)}"#])
    #expect(outcome.exit == 0)
    #expect(close.written == writes(#"POST lead/ {"name": "A"}"#))
  }

  @Test func `let what was deleted come back`() async throws {
    let close = FakeClose()
    let (alive, dead) = (
      #"{"key": 1, "name": "A"}"#, #"{"key": 1, "name": "A", "_sdc_deleted_at": "2026-01-01T00:00:00Z"}"#
    )
    let (outcome, _) = try await run(close, #"{"max_deletes": 9}"#, [alive, dead, alive])
    #expect(outcome.exit == 0)
    #expect(close.written.map(\.call) == ["POST lead/", "DELETE lead/lead_1/", "POST lead/"])
  }

  @Test(
    "end a run with errors",
    arguments: [
      (#"{"on_error": "stop"}"#, 1), (#"{"max_errors": 3}"#, 3), (#"{"on_error": "continue"}"#, 100),
    ])
  func errors(config: String, count: Int) async throws {
    let close = FakeClose()
    close.fail { call, _ in call.method == "POST" ? .status(400, #"{"error": "no"}"#) : nil }
    let target = try WriteCase.target(close, "leads", "{}")
      .with(["max_errors": .null]).with(members(config)).with(["concurrency": 1])
    let outcome = try await target.write(WriteCase.lines("leads", leads(200)) + [state("end")])
    #expect(outcome.exit == 1)
    #expect(outcome.output.isEmpty)
    // What was under way when the run was told to end is kept as well.
    #expect((count...count + 4).contains(try target.deadLetters.count))
    #expect(
      outcome.log.last?.contains("of \(try target.deadLetters.count) records could not be written") == true)
  }

  @Test func `keep an error from holding back the others or the STATE`() async throws {
    let close = FakeClose()
    close.fail { call, _ in
      call.body["name"] == "L2"
        ? .status(400, #"{"field-errors": {"name": "Too short."}, "errors": []}"#) : nil
    }
    let (outcome, letters) = try await run(close, "{}", leads(3))
    #expect(outcome.exit == 1)
    #expect(outcome.output == ["end"])
    #expect(close.objects("lead").count == 2)
    let letter = try #require(letters.first)
    #expect(letters.count == 1)
    #expect(letter["status"] == 400)
    #expect(letter["line"] == 3)
    #expect(letter["key"] == "2")
    #expect(letter["field_errors"] == ["name": "Too short."])
    #expect(letter["request"] == json(#"{"method": "POST", "path": "/lead/", "body": {"name": "L2"}}"#))
    #expect(letter["record"] == ["key": 2, "name": "L2"])
  }

  @Test func `leave the run to end at once when the key is not accepted`() async throws {
    let close = FakeClose()
    close.fail { call, _ in call.method == "POST" ? .status(401, #"{"error": "Unauthorized"}"#) : nil }
    let (outcome, letters) = try await run(close, "{}", leads(5))
    #expect(outcome.exit == 1)
    #expect(outcome.output.isEmpty)
    #expect(letters.isEmpty)
  }
}
