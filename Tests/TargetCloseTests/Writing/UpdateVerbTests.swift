import CloseAPI
import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("Updates go by")
struct UpdateVerbTests {
  private static let lines = WriteCase.lines(
    "leads", (1...3).map { #"{"id": "lead_\#($0)", "name": "New"}"# })

  private func run(_ patchStatus: Int, _ method: JSONValue) async throws -> (FakeClose, TargetHarness.Outcome)
  {
    let close = FakeClose(patchStatus: patchStatus)
    close.add((1...3).map { #"lead lead_\#($0) {"name": "Old"}"# })
    let target = try TargetHarness(close, ["update_method": method, "concurrency": 1])
    // One after the other, so that each knows what the others have learnt.
    var outcome: TargetHarness.Outcome?
    outcome = try await target.write(Self.lines)
    return (close, try #require(outcome))
  }

  @Test("PUT once Close has refused PATCH", arguments: [405, 404, 501, 400, 403])
  func fallsBack(_ status: Int) async throws {
    let (close, outcome) = try await run(status, "auto")
    #expect(outcome.exit == 0)
    #expect(close.objects("lead").map { $0["name"] } == ["New", "New", "New"])
    #expect(close.written.count { $0.call.hasPrefix("PUT") } == 3)
    #expect(outcome.log.filter { $0.contains("updates go by PUT from here on") }.count == 1)
    // Those that were on their way when the first refusal came.
    #expect((1...3).contains(close.written.count { $0.call.hasPrefix("PATCH") }))
  }

  @Test("the verb that is set", arguments: [("put", "PUT"), ("patch", "PATCH")])
  func pinned(method: String, verb: String) async throws {
    let (close, outcome) = try await run(200, .string(method))
    #expect(outcome.exit == 0)
    #expect(close.written.map(\.call).sorted() == (1...3).map { "\(verb) lead/lead_\($0)/" })
  }

  @Test func `PATCH where Close takes it`() async throws {
    let (close, outcome) = try await run(200, "auto")
    #expect(outcome.exit == 0)
    #expect(close.written.allSatisfy { $0.call.hasPrefix("PATCH") })
    #expect(close.written.count == 3)
  }

  @Test func `PUT once a PATCH has been accepted and has changed nothing`() async throws {
    let close = FakeClose(patchStatus: 200)
    close.add([#"lead lead_1 {"name": "Old"}"#])
    close.fail { call, _ in
      call.method == "PATCH" ? .status(200, #"{"id": "lead_1", "name": "Old"}"#) : nil
    }
    let outcome = try await TargetHarness(close).write(
      WriteCase.lines("leads", [#"{"id": "lead_1", "name": "New"}"#]))
    #expect(outcome.exit == 0)
    #expect(close.written.map(\.call) == ["PATCH lead/lead_1/", "PUT lead/lead_1/"])
    #expect(close.objects("lead").map { $0["name"] } == ["New"])
    #expect(outcome.log.contains { $0.contains("changes nothing; updates go by PUT") })
  }

  @Test func `PATCH where Close keeps what it is sent in a form of its own`() async throws {
    let close = FakeClose(patchStatus: 200)
    close.add([#"lead lead_1 {"name": "Old", "url": "http://old.com"}"#])
    close.fail { call, _ in
      call.method == "PATCH"
        ? .status(200, #"{"id": "lead_1", "name": "New", "url": "https://new.com"}"#) : nil
    }
    _ = try await TargetHarness(close).write(
      WriteCase.lines("leads", [#"{"id": "lead_1", "name": " New", "url": "new.com"}"#]))
    #expect(close.written.map(\.call) == ["PATCH lead/lead_1/"])
  }

  @Test func `PATCH only when that is set, though Close refuses it`() async throws {
    let (close, outcome) = try await run(405, "patch")
    #expect(outcome.exit == 1)
    #expect(close.written.allSatisfy { $0.call.hasPrefix("PATCH") })
  }

  private func refusal(_ status: Int) -> CloseError {
    CloseError(
      status == 404
        ? .notFound : status == 405 ? .methodNotAllowed : status < 500 ? .invalidRequest : .server,
      endpoint: "", url: "", status: status, message: "")
  }

  private func advice(_ verb: UpdateVerb, _ status: Int) -> String {
    switch verb.judge(refusal(status)) {
    case .giveUp: "give up"
    case .put(isCertain: true): "put"
    case .put(isCertain: false): "try put"
    }
  }

  @Test(
    "whatever the first refusal means",
    arguments: [
      (405, "put"), (501, "put"), (404, "try put"), (400, "try put"), (403, "try put"), (500, "give up"),
    ])
  func first(status: Int, expected: String) {
    #expect(advice(UpdateVerb(.auto), status) == expected)
    #expect(advice(UpdateVerb(.patch), status) == "give up")
    #expect(advice(UpdateVerb(.put), status) == "give up")
  }

  @Test(
    "PATCH on, once it has worked: an object may just be gone", arguments: [(404, "give up"), (405, "put")])
  func worked(status: Int, expected: String) {
    let verb = UpdateVerb(.auto)
    verb.patchSucceeded()
    #expect(advice(verb, status) == expected)
    #expect(verb.method == .patch)
  }

  @Test func `PUT for those that were on their way when that was settled`() {
    let verb = UpdateVerb(.auto)
    #expect(verb.settleOnPut())
    #expect(!verb.settleOnPut())
    #expect(verb.method == .put)
    #expect(advice(verb, 404) == "put")
    verb.patchSucceeded()
    #expect(verb.method == .put)
  }

  @Test func `another look after an answer that was lost`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_1 {"name": "Old"}"#])
    let target = try TargetHarness(close, ["update_method": "put"])
    close.fail { call, number in call.method == "PUT" && number == 1 ? .answerLost : nil }
    let outcome = try await target.write(WriteCase.lines("leads", [#"{"id": "lead_1", "name": "New"}"#]))
    #expect(outcome.exit == 0)
    #expect(close.written.count == 1)
    close.change("lead_1", ["name": "Old"])
    close.fail { call, _ in call.method == "PUT" ? .brokenBefore : nil }
    let failed = try await target.write(WriteCase.lines("leads", [#"{"id": "lead_1", "name": "Newer"}"#]))
    #expect(failed.exit == 1)
    #expect(try target.deadLetters.count == 1)
    #expect(close.written.count == 4)
  }

  @Test func `lines in the response log, with status and answer`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close, ["update_method": "put"])
    let log = target.directory.file("responses.jsonl")
    close.fail { call, number in
      call.method == "POST" && number == 2 ? .status(400, #"{"error": "no"}"#) : nil
    }
    let logged = target.with(["response_log": .string(log), "concurrency": 1])
    _ = try await logged.write(WriteCase.lines("leads", [#"{"key": 1, "name": "A"}"#]))
    _ = try await logged.write(WriteCase.lines("leads", [#"{"key": 2, "name": "B"}"#]))
    let lines = try target.directory.read("responses.jsonl").split(separator: "\n").map { json(String($0)) }
    #expect(lines.map { $0["status"] } == [200, 400])
    #expect(lines.map { $0["path"] } == ["/lead/", "/lead/"])
    #expect(lines.first?["response"]?["name"] == "A")
    #expect(lines.first?["id"] == "lead_1")
    #expect(lines.last?["message"]?.string?.contains("no") == true)
  }
}
