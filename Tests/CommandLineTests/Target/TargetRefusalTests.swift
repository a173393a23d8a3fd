import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// Records that Close refuses, and where every answer of Close can be read.
@Suite("target-close: refusals and answers")
struct TargetRefusalTests {
  private static func contact(_ key: String, _ email: String) -> Message {
    .record(
      "contacts",
      ["id": .string(key), "lead_id": "L", "name": .string(key), "emails": [["email": .string(email)]]])
  }

  private static let lead: [Message] = [
    .schema("leads"), .schema("contacts"), .record("leads", ["id": "L", "name": "Acme"]),
  ]
  /// Lines 5 and 7 are such that Close refuses them.
  private static let input =
    lead + [
      contact("A", "a@acme.com"), contact("B", "not an address"), contact("C", "c@acme.com"),
      contact("D", "@"), contact("E", "e@acme.com"), .state(1),
    ]

  // MARK: Dead letters

  @Test func `a refused record is kept with Close's words and all it takes to try again`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["concurrency": 1])
    let run = try await target.run(TargetRefusalTests.input)
    run.expectEnd(
      1,
      ["2 of 6 records could not be written", target.directory.file("dead.jsonl"), "Invalid email address."])
    #expect(run.output == [1])
    #expect(Set(sandbox.objects("contact").map { $0["name"] }) == ["A", "C", "E"])
    let letters = try target.deadLetters
    #expect(letters.count == 2)
    let letter = try #require(letters.first { $0["key"] == "B" })
    let lead = sandbox.objects("lead").first?["id"] ?? nil
    #expect(letter["stream"] == "contacts" && letter["line"] == 5 && letter["status"] == 400)
    #expect(letter["field_errors"] == ["emails.0.email": "Invalid email address."])
    #expect(letter["reason"]?.string?.contains("emails.0.email: Invalid email address.") == true)
    #expect(
      letter["request"] == [
        "method": "POST", "path": "/contact/",
        "body": ["name": "B", "emails": [["email": "not an address", "type": "office"]], "lead_id": lead],
      ])
    #expect(letter["record"] == (try JSONValue(parsing: TargetRefusalTests.input[4].line))["record"])
    #expect(letter["key_properties"] == ["id"])
    #expect(Timestamp(letter["time"]?.string ?? "") != nil)
  }

  @Test func `dead letters can be sent again once they are mended`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    _ = try await target.run(TargetRefusalTests.input)
    let path = target.directory.file("dead.jsonl")
    let mended = try target.directory.read("dead.jsonl").replacing("not an address", with: "b@acme.com")
    try target.directory.write(mended, to: "dead.jsonl")
    let half = try await target.run(arguments: ["--replay", path])
    half.expectEnd(1, ["1 of 2 records could not be written", "they are in \(path)"])
    #expect(half.output.isEmpty)
    #expect(try target.deadLetters.map { $0["key"] } == ["D"])
    #expect(Set(sandbox.objects("contact").map { $0["name"] }) == ["A", "B", "C", "E"])

    try target.directory.write(
      try target.directory.read("dead.jsonl").replacing("\"@\"", with: "\"d@x.com\""), to: "dead.jsonl")
    let rest = try await target.run(arguments: ["--replay", path])
    rest.expectHealthy()
    #expect(try target.directory.read("dead.jsonl").isEmpty)
    #expect(sandbox.count("contact") == 5)
    // Nothing is left to do, not even for the input that had it wrong.
    sandbox.server.resetStatistics()
    try await target.run(arguments: ["--replay", path]).expectHealthy()
    #expect(sandbox.writes.isEmpty)
  }

  @Test(
    arguments: [(["on_error": "stop"], 1), (["max_errors": 2], 2), (["max_errors": 3], 2)]
      as [(JSONObject, Int)])
  func `refusals end the run when there are too many`(config: JSONObject, letters: Int) async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, config.merging(["concurrency": 1]))
    let many = (1...300).map { TargetRefusalTests.contact("M\($0)", "m\($0)@acme.com") }
    let run = try await target.run(TargetRefusalTests.input + many + [.state(2)])
    #expect(run.exit == 1)
    let isOver = config["max_errors"] != 3
    // What others were at work on when the last one was refused may be refused as well.
    #expect(try (letters...letters + 4).contains(target.deadLetters.count))
    #expect(run.lastLine.contains("the rest of the input has not been written") == isOver)
    #expect((sandbox.count("contact") < 303) == isOver)
    #expect(run.output.contains(2) != isOver)
    // What was not reached comes in the next run.
    let mended = TargetRefusalTests.input.filter { !$0.line.contains("\"B\"") && !$0.line.contains("\"D\"") }
    try await target.run(mended + many).expectHealthy()
    #expect(sandbox.count("contact") == 303 && sandbox.count("lead") == 1)
  }

  // MARK: What is refused before Close is asked

  @Test(
    arguments: [
      ("contacts", ["id": 1, "name": "x"], "\"lead_id\" is missing"),
      ("opportunities", ["id": 1, "value": 5], "\"lead_id\" is missing"),
      ("contacts", ["id": 1, "lead_id": "L9", "name": "x"], "the lead \"L9\", and no such record came"),
      ("notes", ["id": 1, "note": "x"], "\"lead_id\" is missing"),
      ("emails", ["id": 1, "lead_id": "L", "status": "outbox", "subject": "x"], "allow_sending"),
      ("sms", ["id": 1, "lead_id": "L", "status": "scheduled", "text": "x"], "allow_sending"),
      (
        "leads", ["id": 1, "name": "x", "status_label": "Gone"],
        "there is no lead status \"Gone\"; there are Pot"
      ),
      (
        "leads", ["id": 1, "name": "x", "custom.Shoe size": 44], "there is no lead custom field \"Shoe size\""
      ),
      ("opportunities", ["id": 1, "lead_id": "L", "value": "much"], "\"value\" must be a number"),
    ] as [(String, JSONObject, String)])
  func `what Close would take amiss is not sent`(stream: String, record: JSONObject, reason: String)
    async throws
  {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let run = try await target.run(
      TargetRefusalTests.lead + [.schema(stream), .record(stream, record), .state(1)])
    run.expectEnd(1, ["1 of 2 records could not be written", "stream \(stream): ", reason])
    #expect(run.output == [1])
    #expect(sandbox.writes.count == 1 && sandbox.count("lead") == 1 && sandbox.api.sentMessages == 0)
    #expect(try target.deadLetters[0]["status"] == .null)
  }

  @Test(
    arguments: [
      (["allow_create": false], 0, 0, "allow_create is false"),
      (["max_creates": 2], 2, 2, "max_creates is 2"),
      (["allow_update": false], 3, 0, "allow_update is false"), (["max_creates": 3], 3, 3, nil),
    ] as [(JSONObject, Int, Int, String?)])
  func `brakes hold back what the user does not want`(
    brakes: JSONObject, created: Int, updated: Int, reason: String?
  ) async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["streams": ["leads": .object(brakes)]])
    let leads = (1...3).map { Message.record("leads", ["id": .int($0), "name": "old"]) }
    let changed = (1...3).map { Message.record("leads", ["id": .int($0), "name": "new"]) }
    let run = try await target.run([.schema("leads")] + leads + changed)
    #expect(sandbox.count("lead") == created)
    #expect(sandbox.objects("lead").filter { $0["name"] == "new" }.count == updated)
    if let reason { #expect(run.exit == 1 && run.lastLine.contains(reason)) } else { run.expectHealthy() }
  }

  // MARK: Answers

  @Test func `every write and its answer is a line of the response log, and a call of the webhook`()
    async throws
  {
    let sandbox = try startEmptySandbox()
    let listener = try startEmptySandbox(server: { $0.faults = "status=200" })
    let target = try Target(
      sandbox, ["concurrency": 1, "response_webhook": .string("\(listener.baseURL)/hook/")])
    let log = target.directory.file("answers.jsonl")
    let run = try await target.run(TargetRefusalTests.input, config: ["response_log": .string(log)])
    #expect(run.exit == 1)
    let lines = try target.lines("answers.jsonl")
    #expect(lines.count == 6 && lines.count == sandbox.writes.count)
    let created = try #require(lines.first)
    #expect(created["stream"] == "leads" && created["line"] == 3 && created["method"] == "POST")
    #expect(created["path"] == "/lead/" && created["status"] == 200 && created["seconds"]?.double != nil)
    #expect(created["id"] == sandbox.objects("lead").first?["id"])
    #expect(created["response"]?["name"] == "Acme")
    let refused = try #require(lines.first { $0["line"] == 5 })
    #expect(
      refused["status"] == 400 && refused["field_errors"] == ["emails.0.email": "Invalid email address."])
    #expect(refused["message"]?.string?.contains("Invalid email address.") == true)

    let calls = listener.server.requests
    #expect(calls.allSatisfy { $0.method == "POST" && $0.path == "hook/" })
    #expect(calls.compactMap(\.json) == lines)
    // The log goes on where it was.
    _ = try await target.run(
      [TargetRefusalTests.lead[0], .record("leads", ["id": "X"])], config: ["response_log": .string(log)])
    #expect(try target.lines("answers.jsonl").count == 7)
  }

  @Test(arguments: ["http://127.0.0.1:9/", "status=500", "reset", "hang=600s"])
  func `a webhook out of order holds nothing up`(trouble: String) async throws {
    let sandbox = try startEmptySandbox()
    let listener = try startEmptySandbox(server: { $0.faults = trouble.contains("/") ? "" : trouble })
    let url = trouble.contains("/") ? trouble : "\(listener.baseURL)/hook/"
    let target = try Target(sandbox, ["response_webhook": .string(url)])
    let run = try await target.run(Sample.messages)
    // It has ended long before the address would have been given up.
    if trouble.hasPrefix("hang") {
      #expect(run.warnings == ["WARNING the run ends before the response webhook has got everything"])
    }
    #expect(run.exit == 0 && run.output.last == ["bookmark": 2])
    #expect(sandbox.count("contact") == 3)
    withExtendedLifetime(listener) {}
  }
}
