import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("The plan of a dry run")
struct PlanTests {
  private static let given = [
    #"lead lead_a {"name": "Acme", "description": "Old"}"#, #"lead lead_b {"name": "Gone"}"#,
  ]

  private func plan(_ settings: String, _ records: [String]) async throws -> (
    FakeClose, TargetHarness, [JSONValue]
  ) {
    let close = FakeClose()
    close.add(Self.given)
    let target = try WriteCase.target(close, "leads", settings)
    let outcome = try await target.dryRun(WriteCase.lines("leads", records) + [state("never")])
    #expect(close.written.isEmpty)
    #expect(target.directory.names.filter { $0.contains("journal") || $0.contains("dead") }.isEmpty)
    return (close, target, outcome.output)
  }

  /// Settings, record, the line of the plan without `content` and `resource`.
  static let lines: [(String, String, String)] = [
    (
      "{}", #"{"key": "k", "name": "New"}"#,
      #"""
      {"line": 2, "stream": "leads", "action": "create", "key": "k", "id": null,
       "changes": {"name": {"from": null, "to": "New"}}, "reason": "nothing in Close stands for this record yet",
       "request": {"method": "POST", "path": "/lead/", "body": {"name": "New"}}}
      """#
    ),
    (
      "{}", #"{"key": 7, "id": "lead_a", "name": "Acme", "description": "New"}"#,
      #"""
      {"line": 2, "stream": "leads", "action": "update", "key": "7", "id": "lead_a",
       "changes": {"description": {"from": "Old", "to": "New"}}, "reason": "matched by id",
       "request": {"method": "PUT", "path": "/lead/lead_a/", "body": {"description": "New"}}}
      """#
    ),
    (
      "{}", #"{"key": "k", "id": "lead_a", "name": "Acme"}"#,
      #"""
      {"line": 2, "stream": "leads", "action": "noop", "key": "k", "id": "lead_a", "changes": {},
       "reason": "matched by id, nothing differs", "request": null}
      """#
    ),
    (
      #"{"on_none": "skip"}"#, #"{"key": "k", "name": "New"}"#,
      #"""
      {"line": 2, "stream": "leads", "action": "noop", "key": "k", "id": null, "changes": {},
       "reason": "nothing matches, and on_none is skip", "request": null}
      """#
    ),
    (
      "{}", #"{"key": "k", "status_label": "Cold"}"#,
      #"""
      {"line": 2, "stream": "leads", "action": "reject", "key": "k", "id": null, "changes": {},
       "reason": "there is no lead status \"Cold\"; there are New, Hot", "request": null}
      """#
    ),
    (
      #"{"action": "delete"}"#, #"{"key": "k", "id": "lead_b"}"#,
      #"""
      {"line": 2, "stream": "leads", "action": "delete", "key": "k", "id": "lead_b",
       "changes": {"date_updated": {"from": "2027-01-15T08:00:00.000000Z", "to": null}},
       "reason": "deleted at its source; matched by id", "request": {"method": "DELETE", "path": "/lead/lead_b/"}}
      """#
    ),
    (
      #"{"max_creates": 0}"#, #"{"key": "k", "name": "New"}"#,
      #"""
      {"line": 2, "stream": "leads", "action": "reject", "key": "k", "id": null, "changes": {},
       "reason": "max_creates is 0 for this stream, and as many have been created", "request": null}
      """#
    ),
  ]

  @Test("has a line per record", arguments: lines)
  func line(settings: String, record: String, expected: String) async throws {
    let (_, _, output) = try await plan(settings, [record])
    var line = try #require(output.first)
    #expect(output.count == 1)
    for name in ["content", "resource", "organization"] { line[name] = nil }
    #expect(line == json(expected))
  }

  @Test func `has the lines in the order of the input`() async throws {
    let (_, _, output) = try await plan("{}", (1...80).map { #"{"key": \#($0), "name": "L\#($0)"}"# })
    #expect(output.compactMap { $0["line"]?.int } == Array(2...81))
  }

  @Test func `knows what it has planned before: of one key`() async throws {
    let (_, _, output) = try await plan(
      "{}",
      [#"{"key": 1, "name": "A"}"#, #"{"key": 1, "name": "A", "url": "a.com"}"#, #"{"key": 1, "name": "A"}"#])
    try #require(output.map { $0["action"] } == ["create", "update", "noop"])
    #expect(output[1]["id"] == #"@["lead","leads","1"]"#)
    #expect(output[1]["changes"] == json(#"{"url": {"from": null, "to": "a.com"}}"#))
  }

  @Test(
    "knows what it has planned before: of one match value",
    arguments: [
      (
        #""match": ["custom.Customer number"]"#, #""custom.cf_number": "7""#,
        #""custom": {"Customer number": 7}"#
      ),
      (#""match": ["name"]"#, #""name": "N""#, #""name": " N ""#),
    ])
  func match(settings: String, first: String, second: String) async throws {
    let (_, _, output) = try await plan(
      "{\(settings)}",
      [#"{"key": 1, \#(first)}"#, #"{"key": 2, \#(second), "description": "D"}"#, #"{"key": 3, \#(first)}"#])
    try #require(output.map { $0["action"] } == ["create", "update", "noop"])
    #expect(output.map { $0["id"] } == [.null, #"@["lead","leads","1"]"#, #"@["lead","leads","1"]"#])
  }

  @Test func `knows values that it gives to what is there`() async throws {
    let (_, _, output) = try await plan(
      #"{"match": ["custom.cf_number", "name"]}"#,
      [
        #"{"key": 1, "name": "Acme", "custom.cf_number": "7"}"#,
        #"{"key": 2, "custom.cf_number": "7", "name": "Acme Ltd"}"#,
        #"{"key": 3, "name": "Acme Ltd", "description": "Old"}"#,
      ])
    try #require(output.map { $0["action"] } == ["update", "update", "noop"])
    #expect(output.map { $0["id"] } == ["lead_a", "lead_a", "lead_a"])
    #expect(output[1]["changes"] == json(#"{"name": {"from": "Acme", "to": "Acme Ltd"}}"#))
  }

  @Test func `puts what waits behind what it waits for, and its stand-in for the id`() async throws {
    let target = try TargetHarness(FakeClose())
    let outcome = try await target.dryRun(
      schema("leads", key: "id"), schema("notes", key: "id"),
      record("notes", ["id": 1, "lead_id": 9, "note": "x"]), record("leads", ["id": 9, "name": "A"]),
      record("notes", ["id": 2, "lead_id": 8, "note": "x"]))
    #expect(outcome.output.map { $0["line"] } == [4, 3, 5])
    try #require(outcome.output.map { $0["action"] } == ["create", "create", "reject"])
    #expect(outcome.output[1]["request"]?["body"]?["lead_id"] == #"@["lead","leads","9"]"#)
    #expect(outcome.exit == 1)
  }

  @Test func `has the id of what was written just so before`() async throws {
    let target = try TargetHarness(FakeClose())
    let lines = WriteCase.lines("leads", [#"{"key": 1, "name": "A"}"#])
    _ = try await target.write(lines)
    let output = try await target.dryRun(lines).output
    #expect(output.map { $0["action"] } == ["noop"])
    #expect(output.map { $0["id"] } == ["lead_1"])
    #expect(output.map { $0["reason"] } == ["written before just like this"])
  }

  @Test func `tells an earlier attempt that nobody knows the end of`() async throws {
    let close = FakeClose()
    let target = try WriteCase.target(close, "s", #"{"path": "/sample/"}"#)
    close.fail { call, _ in call.method == "POST" ? .answerLost : nil }
    let lines = WriteCase.lines("s", [#"{"key": 1}"#])
    _ = try await target.write(lines)
    let outcome = try await target.dryRun(lines)
    try #require(outcome.output.map { $0["action"] } == ["reject"])
    #expect(outcome.output[0]["reason"]?.string?.hasSuffix("a run without --dry-run finds out") == true)
  }

  @Test func `has the objects of a contact_and_lead record one behind the other`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Acme", "custom.cf_number": "7"}"#])
    let target = try ContactAndLeadCase.target(close)
    let outcome = try await target.dryRun(
      schema("people"),
      record("people", ["lead_external_id": "7", "lead_name": "A", "contact_email": "a@x.com"]))
    let line = try #require(outcome.output.first)
    #expect(line["action"] == "update")
    #expect(line["request"]?["path"] == "/lead/lead_a/")
    #expect(line["more"]?.array?.map { $0["action"] } == ["create"])
    #expect(PlanLine(line)?.json == line)
  }

  @Test(
    "is none when a line of it is something else",
    arguments: [
      "{}", "7", #"{"line": 1, "stream": "s", "key": "k"}"#,
      #"{"line": 1, "stream": "s", "key": "k", "action": "destroy", "resource": "lead", "reason": ""}"#,
      #"{"line": 1, "stream": "s", "key": "k", "action": "create", "resource": "lead", "reason": ""}"#,
      #"{"line": 1, "stream": "s", "key": "k", "action": "noop", "resource": "lead", "reason": "", "more": [{}]}"#,
      #"{"line": 1, "stream": "s", "key": "k", "action": "create", "resource": "lead", "reason": "", "request": {"method": "GET", "path": "/"}}"#,
    ])
  func damaged(_ text: String) async throws {
    #expect(PlanLine(json(text)) == nil)
    let target = try TargetHarness(FakeClose())
    let outcome = try await target.apply([json(text)])
    #expect(outcome.exit == 2)
    #expect(outcome.log.last?.contains("line 1") == true)
  }

  @Test(
    "names what it creates itself",
    arguments: [#"@["lead","leads","47 \"11"]"#, #"@["lead","people","k","lead"]"#])
  func plannedID(_ text: String) { #expect(PlannedID(text)?.text == text) }

  @Test(
    "does not take other ids for such names",
    arguments: ["lead_1", "@", "@[]", #"@["a","b"]"#, #"@["a","b",1]"#, ""])
  func noPlannedID(_ text: String) { #expect(PlannedID(text) == nil) }
}
