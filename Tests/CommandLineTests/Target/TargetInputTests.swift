import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Input that is not what it should be.
@Suite("target-close: malformed input")
struct TargetInputTests {
  /// A fourth line, and what the last line of the log must say about it.
  struct Line: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let words: [String]
    var testDescription: String { name }

    init(_ text: String, _ words: String..., name: String? = nil) {
      self.init(Array(text.utf8), words, name: name ?? text)
    }

    init(_ bytes: [UInt8], _ words: [String], name: String) {
      self.name = name
      self.bytes = bytes
      self.words = words
    }
  }

  private static let before: [Message] = [
    .schema("leads", properties: ["id": ["type": "string"], "name": ["type": ["null", "string"]]]),
    .record("leads", ["id": "a", "name": "before"]), .state("before"),
  ]
  private static let after: [Message] = [.record("leads", ["id": "z", "name": "after"]), .state("after")]

  /// A record whose second field is this text.
  private static func record(_ value: String) -> String {
    #"{"type": "RECORD", "stream": "leads", "record": {"id": "b", "name": \#(value)}}"#
  }

  /// Runs it over three good lines, this one, and two more good ones.
  private func run(_ line: [UInt8]) async throws -> (
    sandbox: RunningSandbox<Organisation>, target: Target, run: TargetRun
  ) {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let input =
      Array(TargetInputTests.before.text.utf8) + line + [0x0A] + Array(TargetInputTests.after.text.utf8)
    return (sandbox, target, try await target.run(bytes: input))
  }

  private static let levels = String(repeating: "[", count: 10_000)

  static let malformed: [Line] = [
    Line(record("\"b\"").dropLast(2).description, "ends too early", name: "truncated"),
    Line(record("\"b"), "ends too early", name: "truncated in a text"),
    Line(
      Array(#"{"type": "RECORD", "stream": "leads", "record": {"id": "b", "name": ""#.utf8) + [0xFF, 0xFE]
        + Array(#""}}"#.utf8), ["invalid UTF-8"], name: "invalid UTF-8"),
    Line(record("NaN"), "unexpected byte"), Line(record("Infinity"), "unexpected byte"),
    Line(record("-Infinity"), "invalid number"), Line(record("007"), "invalid number"),
    Line(record("1."), "invalid number"), Line(record("'x'"), "unexpected byte"),
    Line(
      record(levels + String(repeating: "]", count: 10_000)), "deeper than 512 levels", name: "10,000 deep"),
    Line(record(levels), "deeper than 512 levels", name: "10,000 deep without an end"),
    Line(
      record("\"" + String(repeating: "x", count: 30_000_000)), "ends too early", name: "30 MB without an end"
    ),
    Line(record("1, \"id\": \"c\""), "stands twice", name: "a key twice in a record"),
    Line(record("{\"x\": {\"y\": 1, \"y\": 2}}"), "stands twice", name: "a key twice deep in a record"),
    Line(#"{"type": "RECORD", "stream": "leads", "stream": "leads", "record": {"id": "b"}}"#, "stands twice"),
    Line(
      #"{"type": "RECORD", "stream": "notes", "record": {"id": "b"}}"#, "stream notes", "before the SCHEMA"),
    Line(#"{"type": "RECORD", "stream": "leads"}"#, "stream leads", "\"record\" is missing"),
    Line(#"{"type": "RECORD", "stream": "leads", "record": [1]}"#, "must be an object"),
    Line(#"{"type": "RECORD", "stream": "leads", "record": null}"#, "must be an object"),
    Line(#"{"type": "RECORD", "record": {"id": "b"}}"#, "\"stream\" is missing"),
    Line(#"{"type": "RECORD", "stream": 7, "record": {"id": "b"}}"#, "\"stream\" must be a string"),
    Line(#"{"stream": "leads", "record": {"id": "b"}}"#, "\"type\" is missing"),
    Line(#"{"type": "STATE"}"#, "\"value\" is missing"),
    Line(#"{"type": "SCHEMA", "stream": "leads", "key_properties": ["id"]}"#, "\"schema\" is missing"),
    Line(#"{"type": "SCHEMA", "stream": "leads", "schema": {}}"#, "\"properties\" is missing"),
    Line(
      #"{"type": "SCHEMA", "stream": "leads", "schema": {"properties": {}}, "key_properties": "id"}"#, "array"
    ),
    Line(#"{"type": "SCHEMA", "stream": "leads", "schema": {"properties": {"id": {"type": "odd"}}}}"#, "odd"),
    Line(#"{"type": "ACTIVATE_VERSION", "stream": "leads"}"#, "\"version\" is missing"),
    Line(#"{"type": "BATCH", "stream": "leads", "encoding": {}, "manifest": []}"#, "BATCH", "batch_config"),
    Line(#"{"type": "TRUNCATE", "stream": "leads"}"#, "\"TRUNCATE\" is not known"),
    Line("[1, 2]", "must be a JSON object"), Line("7", "must be a JSON object"),
    Line("leads,b,name", "must be a JSON object"), Line("// record", "must be a JSON object"),
    Line(#"{"type": "STATE", "value": 1} {"type": "STATE", "value": 2}"#, "unexpected text after"),
    Line([0x00], ["must be a JSON object"], name: "a zero byte"),
    Line([0x1F, 0x8B, 0x08, 0x00, 0xE3, 0xFF, 0x7F, 0x80], ["must be a JSON object"], name: "binary"),
  ]

  @Test(arguments: malformed)
  func `a line that is no message ends the run, and loses nothing before it`(line: Line) async throws {
    let (sandbox, target, run) = try await run(line.bytes)
    run.expectEnd(1, ["line 4: "] + line.words)
    #expect(run.output == ["before"])
    #expect(sandbox.objects("lead").map { $0["name"] } == ["before"])
    #expect(try target.deadLetters.isEmpty)
  }

  @Test(arguments: [
    Line(record("7"), "record.name: must be null or string, not 7"),
    Line(record("[\"x\"]"), "record.name: must be null or string"),
    Line(#"{"type": "RECORD", "stream": "leads", "record": {"name": "x"}}"#, "\"id\" is missing"),
    Line(#"{"type": "RECORD", "stream": "leads", "record": {"id": null}}"#, "record.id", "not null"),
    Line(#"{"type": "RECORD", "stream": "leads", "record": {}}"#, "\"id\" is missing"),
  ])
  func `a record that breaks its schema is kept aside, and the others go on`(line: Line) async throws {
    let (sandbox, target, run) = try await run(line.bytes)
    run.expectEnd(
      1, ["1 of 3 records could not be written", "the first is line 4: stream leads: "] + line.words)
    // It stands once in the line, not twice.
    #expect(run.lastLine.split(separator: "line 4").count == 2)
    #expect(run.output.last == "after")
    #expect(sandbox.objects("lead").map { $0["name"] }.contains("after") && sandbox.count("lead") == 2)
    let letters = try target.deadLetters
    #expect(letters.count == 1 && letters[0]["line"] == 4 && letters[0]["status"] == .null)
    let message = try JSONValue(parsing: line.bytes)
    #expect(letters[0]["record"] == message["record"])
  }

  @Test func `records whose key is null do not become one and the same object`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let input: [Message] = [
      .schema("leads"), .record("leads", ["id": nil, "name": "one"]),
      .record("leads", ["id": nil, "name": "two"]),
    ]
    let run = try await target.run(input)
    run.expectEnd(
      1, ["2 of 2 records could not be written", "line 2", "the key \"id\" is missing, null or empty"])
    #expect(sandbox.writes.isEmpty)
    // Trying again without mending it changes nothing.
    let again = try await target.run(arguments: ["--replay", target.directory.file("dead.jsonl")])
    again.expectEnd(1, ["the key \"id\" is missing, null or empty"])
    #expect(sandbox.writes.isEmpty)
    #expect(try target.deadLetters.count == 2)
  }

  @Test func `a record in hand when the input turns bad is written to its end`() async throws {
    let sandbox = try startEmptySandbox(server: { $0.faults = "hang=300ms,method=POST" })
    let target = try Target(sandbox)
    let run = try await target.run(text: TargetInputTests.before.text + "nonsense\n")
    run.expectEnd(1, ["line 4"])
    #expect(run.output == ["before"] && sandbox.count("lead") == 1)
  }

  // MARK: What is well-formed although it looks odd

  @Test(
    arguments: [
      ("", []), ("\n\n", []), (before.text, ["before"]), (before.text.dropLast().description, ["before"]),
      (before.text.replacing("\n", with: "\r\n"), ["before"]),
      (before.text.replacing("\n", with: "\n  \n\n"), ["before"]), ("\u{FEFF}" + before.text, ["before"]),
      (
        before.text.replacing("\"RECORD\"", with: "\"record\"").replacing("\"STATE\"", with: "\"state\""),
        ["before"]
      ),
      (before.text.replacing("\"before\"", with: #""\u0062\u0065fore""#), ["before"]),
      (before.text.replacing("{\"type\"", with: "{\"extra\": [{}], \"type\""), ["before"]),
    ] as [(String, [JSONValue])])
  func `blank lines, other line breaks, lower-case types and the like do no harm`(
    input: String, states: [JSONValue]
  ) async throws {
    let sandbox = try startEmptySandbox()
    let run = try await Target(sandbox).run(text: input)
    run.expectHealthy()
    #expect(run.output == states)
    #expect(sandbox.objects("lead").map { $0["name"] } == states)
  }

  @Test func `a line of 30 MB is written like any other`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["streams": ["leads": ["path": "/sandbox_collection/leads/"]]])
    let text = String(repeating: "0123456789abcdefghijklmnopqrst", count: 1_000_000)
    let run = try await target.run([
      .schema("leads"), .record("leads", ["id": "b", "name": .string(text)]), .state("big"),
    ])
    run.expectHealthy()
    #expect(run.output == ["big"])
    #expect(sandbox.writes.map(\.body.count) == [text.utf8.count + 20])
  }

  @Test func `damaged streams never crash it`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["retry_budget_seconds": 0])
    for var random in Fuzzing.cases(25) {
      let input = random.damaged(Array(Sample.messages.text.utf8))
      let run = try await target.run(bytes: input)
      #expect(run.exit == 0 || run.exit == 1, "\(run.exit): \(run.lastLine)")
      if run.exit == 1 { #expect(run.lastLine.hasPrefix("CRITICAL ") && run.lastLine.contains("line ")) }
    }
  }
}
