import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("Input that is wrong")
struct InputTests {
  /// A line behind a record and its STATE, and a part of the message.
  static let lines: [(String, String)] = [
    ("{\"type\": \"RECORD\"", "line 4"), ("nonsense", "line 4"),
    (#"{"type": "RECORD", "stream": "leads"}"#, "line 4"),
    (
      #"{"type": "RECORD", "stream": "contacts", "record": {}}"#,
      "a RECORD came before the SCHEMA of its stream"
    ),
    (#"{"type": "RECORD", "stream": "leads", "record": {"id": 1, "id": 2}}"#, "line 4"),
    (#"{"type": "RECORD", "stream": "leads", "record": []}"#, "line 4"),
    (#"{"type": "BATCH", "stream": "leads", "encoding": {}, "manifest": []}"#, "turn batch_config off"),
    (#"{"type": "SURPRISE"}"#, "SURPRISE"), (#"{"type": "SCHEMA", "stream": "leads"}"#, "line 4"),
    (#"{"type": "SCHEMA", "stream": "leads", "key_properties": [], "schema": {}}"#, "line 4"),
  ]

  @Test("ends the run at its line, behind what came before it", arguments: lines)
  func malformed(line: String, message: String) async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let outcome = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": 1, "name": "A"]), state("good"), line,
      record("leads", ["id": 2, "name": "B"]), state("never"))
    #expect(outcome.exit == 1)
    #expect(outcome.output == ["good"])
    #expect(close.objects("lead").map { $0["name"] } == ["A"])
    #expect(outcome.log.last?.contains(message) == true, "\(outcome.log)")
    #expect(outcome.log.last?.contains("line 4") == true)
  }

  @Test func `is a record that breaks its schema: it is kept, the others go on`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let outcome = try await target.write(
      schema("leads", key: "id", properties: ["id": ["type": "integer"], "name": ["type": "string"]]),
      record("leads", ["id": "x", "name": "A"]), record("leads", ["id": 2, "name": "B"]),
      record("leads", ["name": "C"]), state("end"))
    #expect(outcome.exit == 1)
    #expect(outcome.output == ["end"])
    #expect(close.objects("lead").map { $0["name"] } == ["B"])
    let letters = try target.deadLetters
    #expect(Set(letters.map { $0["line"] }) == [2, 4])
    #expect(
      outcome.log.last?.contains("the first is line 2: stream leads: record.id: must be integer") == true)
  }

  @Test func `is none that is empty`() async throws {
    let target = try TargetHarness(FakeClose())
    let outcome = try await target.write([String]())
    #expect(outcome.exit == 0)
    #expect(outcome.output.isEmpty)
  }

  @Test func `versions and blank lines are passed over`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let outcome = try await target.write(
      schema("leads", key: "id"), #"{"type": "ACTIVATE_VERSION", "stream": "leads", "version": 1}"#, "",
      record("leads", ["id": 1, "name": "A"]), state(1))
    #expect(outcome.exit == 0)
    #expect(close.objects("lead").count == 1)
  }

  @Test func `STATE goes out as it came, the last of several`() async throws {
    let target = try TargetHarness(FakeClose())
    let outcome = try await target.write(
      schema("leads", key: "id"), state(json(#"{"b": 1, "a": [1.50, null]}"#)),
      record("leads", ["id": 1, "name": "A"]),
      state("two"), state("three"))
    #expect(outcome.output.first == json(#"{"b": 1, "a": [1.50, null]}"#))
    #expect(outcome.output.last == "three")
  }

  @Test func `a key of no organisation writes nothing`() async throws {
    let close = FakeClose()
    close.fail { call, _ in call.path == "me/" ? .status(401, #"{"error": "Unauthorized"}"#) : nil }
    let target = try TargetHarness(close)
    let outcome = try await target.write(schema("leads", key: "id"), record("leads", ["id": 1]), state(1))
    #expect(outcome.exit == 1)
    #expect(outcome.output.isEmpty)
    #expect(!target.directory.names.contains("journal.jsonl"))
  }
}

@Suite("Dead letters")
struct ReplayTests {
  private func failed(_ close: FakeClose) async throws -> TargetHarness {
    close.fail { call, _ in call.method == "POST" ? .status(400, #"{"error": "not now"}"#) : nil }
    let target = try TargetHarness(close, ["concurrency": 1])
    _ = try await target.write(
      schema(
        "leads", key: "id", properties: ["custom.cf_far": ["description": "Size"], "id": [:], "name": [:]]),
      record("leads", ["id": 1, "name": "A", "custom.cf_far": 7]), record("leads", ["id": 2, "name": "B"]),
      record("leads", ["id": 3, "name": "C"]))
    #expect(try target.deadLetters.count == 3)
    return target
  }

  @Test func `are written when they can be, with all that was known of them`() async throws {
    let close = FakeClose()
    let target = try await failed(close)
    close.fail { _, _ in nil }
    close.forgetCalls()
    let outcome = try await target.replay()
    #expect(outcome.exit == 0)
    #expect(outcome.output.isEmpty)
    #expect(close.written.contains(Write(#"POST lead/ {"name": "A", "custom.cf_size": 7}"#)))
    #expect(close.objects("lead").count == 3)
    #expect(try target.deadLetters.isEmpty)
    close.forgetCalls()
    #expect(try await target.replay().exit == 0)
    #expect(close.written.isEmpty)
  }

  @Test func `stay when they fail again, each once, with the new reason`() async throws {
    let close = FakeClose()
    let target = try await failed(close)
    close.fail { call, _ in call.body["name"] == "B" ? .status(400, #"{"error": "still not"}"#) : nil }
    #expect(try await target.replay().exit == 1)
    #expect(close.objects("lead").count == 2)
    let left = try target.deadLetters
    #expect(left.map { $0["key"] } == ["2"])
    #expect(left.first?["reason"]?.string?.contains("still not") == true)
    #expect(left.first?["record"] == ["id": 2, "name": "B"])
    #expect(!target.directory.names.contains { $0.hasSuffix(".failed") || $0.hasSuffix(".new") })
  }

  @Test func `that were not tried because the run ended stay as they are`() async throws {
    let close = FakeClose()
    let target = try await failed(close)
    let before = try target.deadLetters
    close.fail { call, _ in call.method == "POST" ? .status(400, #"{"error": "no"}"#) : nil }
    _ = try await target.with(["on_error": "stop"]).replay()
    #expect(Set(try target.deadLetters.map { $0["key"] }) == Set(before.map { $0["key"] }))
    close.fail { call, _ in call.method == "POST" ? .status(401, #"{"error": "no"}"#) : nil }
    _ = try await target.replay()
    #expect(try target.deadLetters.count == 3)
  }

  @Test func `that were written meanwhile are not written again`() async throws {
    let close = FakeClose()
    let target = try await failed(close)
    close.fail { _, _ in nil }
    _ = try await target.write(schema("leads", key: "id"), record("leads", ["id": 2, "name": "B"]))
    #expect(try await target.replay().exit == 0)
    #expect(close.objects("lead").count == 3)
  }

  @Test func `may be put right by hand`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    _ = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": 1, "status_label": "Cold"]))
    let text = try target.directory.read("dead_letter.jsonl")
    try target.directory.write(text.replacing("Cold", with: "Hot"), to: "dead_letter.jsonl")
    #expect(try await target.replay().exit == 0)
    #expect(close.objects("lead").map { $0["status_id"] } == ["stat_hot"])
  }

  @Test func `of children come after their parents`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    _ = try await target.write(
      schema("notes", key: "id"), record("notes", ["id": 1, "lead_id": 9, "note": "x"]))
    #expect(try target.deadLetters.count == 1)
    _ = try await target.write(schema("leads", key: "id"), record("leads", ["id": 9, "name": "A"]))
    #expect(try await target.replay().exit == 0)
    #expect(close.objects("activity/note").map { $0["lead_id"] } == ["lead_1"])
  }

  @Test("are told from other files", arguments: ["{}", #"{"stream": "leads"}"#, "7"])
  func damaged(_ line: String) async throws {
    let target = try TargetHarness(FakeClose())
    try target.directory.write(line + "\n", to: "dead_letter.jsonl")
    let outcome = try await target.replay()
    #expect(outcome.exit == 2)
    #expect(outcome.log.last?.contains("line 1") == true)
    #expect(try target.directory.read("dead_letter.jsonl") == line + "\n")
  }
}
