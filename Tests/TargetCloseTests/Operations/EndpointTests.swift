import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("An endpoint of the user's choice")
struct EndpointTests {
  static let table: [WriteCase] = [
    WriteCase(
      "gets the record as it is", "s", #"{"path": "/sample/"}"#,
      #"{"a": 1, "b": null, "_sdc_batched_at": "x", "c": [1]}"#,
      writes: [#"POST sample/ {"a": 1, "c": [1]}"#]),
    WriteCase(
      "gets nulls when nulls clear", "s", #"{"path": "/sample/", "nulls": "clear"}"#, #"{"a": null}"#,
      writes: [#"POST sample/ {"a": null}"#]),
    WriteCase(
      "gets fields renamed, dropped and added", "s",
      #"{"path": "sample", "fields": {"a": "x"}, "exclude": ["b"], "constants": {"c": 3}}"#,
      #"{"a": 1, "b": 2}"#,
      writes: [#"POST sample/ {"x": 1, "c": 3}"#]),
    WriteCase(
      "has values of the record in its path", given: ["sample sample_a {}"], "s",
      #"{"path": "/sample/{id}/", "method": "PUT", "exclude": ["id"]}"#, #"{"id": "sample_a", "a": 1}"#,
      writes: [#"PUT sample/sample_a/ {"a": 1}"#]),
    WriteCase(
      "gets a body of its own", "s",
      #"""
      {"path": "/sample/", "body": {"whole": "{record}", "amount": "{amount}", "text": "No. {amount}", "none": "{gone}",
       "list": ["{amount}", "{gone}", true], "all": "{records}", "fixed": {"a": null}}}
      """#, #"{"amount": 7}"#,
      writes: [
        #"""
        POST sample/ {"whole": {"amount": 7}, "amount": 7, "text": "No. 7", "list": [7, true],
        "all": [{"amount": 7}], "fixed": {"a": null}}
        """#
      ]),
    WriteCase(
      "is not called without a value for its path", "s", #"{"path": "/sample/{id}/", "method": "PUT"}"#,
      #"{"a": 1}"#,
      refusal: #""id", which "/sample/{id}/" needs, is missing"#),
    WriteCase(
      "is not called without a value for a text in its body", "s",
      #"{"path": "/sample/", "body": {"t": "No. {id}"}}"#,
      #"{"a": 1}"#, refusal: #""id", which "No. {id}" needs, is missing"#),
    WriteCase(
      "deletes", given: ["sample sample_a {}"], "s", #"{"path": "/sample/{id}/", "method": "DELETE"}"#,
      #"{"id": "sample_a"}"#, writes: ["DELETE sample/sample_a/"]),
    WriteCase(
      "deletes when the action is to delete", given: ["sample sample_a {}"], "s",
      #"{"path": "/sample/{id}/", "action": "delete"}"#, #"{"id": "sample_a"}"#,
      writes: ["DELETE sample/sample_a/"]),
    WriteCase(
      "is told nothing of what was deleted at its source", "s", #"{"path": "/sample/"}"#,
      #"{"a": 1, "_sdc_deleted_at": "2026-01-01"}"#),
    WriteCase(
      "is called once for a record that does not change", "s", #"{"path": "/sample/"}"#,
      #"{"key": 1, "a": 1}"#,
      #"{"key": 1, "a": 1}"#, writes: [#"POST sample/ {"key": 1, "a": 1}"#]),
    WriteCase(
      "changes what it has created", "s", #"{"path": "/sample/"}"#, #"{"key": 1, "a": 1}"#,
      #"{"key": 1, "a": 2}"#,
      writes: [#"POST sample/ {"key": 1, "a": 1}"#, #"PUT sample/sample_1/ {"key": 1, "a": 2}"#]),
    WriteCase(
      "leaves what it has created when the action is to create", "s",
      #"{"path": "/sample/", "action": "create"}"#,
      #"{"key": 1, "a": 1}"#, #"{"key": 1, "a": 2}"#, writes: [#"POST sample/ {"key": 1, "a": 1}"#]),
  ]

  @Test("is called so that it", arguments: table)
  func endpoint(_ row: WriteCase) async throws { try await row.check() }

  @Test("is not left by a value in its path", arguments: ["a/b", "..", ".", "", "/"])
  func traversal(_ value: String) async throws {
    let row = WriteCase(
      value, "s", #"{"path": "/sample/{id}/", "method": "PUT"}"#, #"{"id": "\#(value)"}"#,
      refusal: #""id" cannot be a part of the path: "\#(value)""#)
    try await row.check()
  }

  @Test func `gets headers`() async throws {
    let close = FakeClose()
    let target = try WriteCase.target(
      close, "s", #"{"path": "/sample/", "headers": {"X-Tag": "warehouse", "X-Count": 3}}"#)
    _ = try await target.write(WriteCase.lines("s", [#"{"a": 1}"#]))
    #expect(close.writes.map { $0.headers["x-tag"] } == ["warehouse"])
    #expect(close.writes.map { $0.headers["x-count"] } == ["3"])
    #expect(close.calls.filter { $0.method == "GET" }.allSatisfy { $0.headers["x-tag"] == nil })
  }

  @Test func `gets ids of this organisation for those of leads, contacts and opportunities`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close, ["streams": ["s": ["path": "/sample/"]]])
    _ = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": "far_1", "name": "A"]))
    _ = try await target.write(schema("s"), record("s", ["lead_id": "far_1", "a": 1]))
    #expect(close.written.last == Write(#"POST sample/ {"lead_id": "lead_1", "a": 1}"#))
  }
}

@Suite("A batch")
struct BatchTests {
  private func run(
    _ close: FakeClose, _ settings: String, _ records: [String]
  ) async throws -> (TargetHarness, TargetHarness.Outcome) {
    let target = try WriteCase.target(close, "s", settings).with(["concurrency": 1])
    return (target, try await target.write(WriteCase.lines("s", records) + [state("end")]))
  }

  private let five = (1...5).map { #"{"key": \#($0), "lead": "l\#($0 % 2)"}"# }

  @Test func `takes records up to its size`() async throws {
    let close = FakeClose()
    let (target, outcome) = try await run(
      close, #"{"path": "/sample/", "batch_size": 2, "body": {"rows": "{records}"}}"#, five)
    #expect(outcome.exit == 0)
    #expect(outcome.output == ["end"])
    #expect(close.written.count == 3)
    let rows = close.written.flatMap { $0.body["rows"]?.array ?? [] }
    #expect(Set(rows.compactMap { $0["key"]?.int }) == [1, 2, 3, 4, 5])
    _ = try await target.write(WriteCase.lines("s", five))
    #expect(close.written.count == 3)
  }

  @Test func `takes only records that have something in common`() async throws {
    let close = FakeClose()
    let (_, outcome) = try await run(
      close,
      #"{"path": "/sample/", "batch_size": 9, "group_by": ["lead"], "body": {"lead": "{lead}", "rows": "{records}"}}"#,
      five)
    #expect(outcome.exit == 0)
    #expect(Set(close.written.map { $0.body["lead"] }) == ["l0", "l1"])
    for write in close.written {
      #expect((write.body["rows"]?.array ?? []).allSatisfy { $0["lead"] == write.body["lead"] })
    }
  }

  @Test func `that is refused is kept record by record`() async throws {
    let close = FakeClose()
    close.fail { call, number in
      call.method == "POST" && number == 1 ? .status(400, #"{"error": "no"}"#) : nil
    }
    let (target, outcome) = try await run(
      close, #"{"path": "/sample/", "batch_size": 3, "body": {"rows": "{records}"}}"#, five)
    #expect(outcome.exit == 1)
    #expect(outcome.output == ["end"])
    #expect(try target.deadLetters.count == 3)
    #expect(try await target.replay().exit == 0)
    #expect(try target.deadLetters.isEmpty)
  }

  @Test func `whose answer is lost is never sent again without asking`() async throws {
    let close = FakeClose()
    close.fail { call, number in call.method == "POST" && number == 1 ? .answerLost : nil }
    let settings = #"{"path": "/sample/", "batch_size": 9, "body": {"rows": "{records}"}}"#
    let (target, outcome) = try await run(close, settings, five)
    #expect(outcome.exit == 1)
    #expect(try target.deadLetters.count == 5)
    let again = try await target.write(WriteCase.lines("s", five))
    #expect(again.exit == 1)
    #expect(close.written.count == 1)
  }
}
