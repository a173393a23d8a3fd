import JSONBytes
import Synchronization
import TestSupport
import Testing

@testable import TargetClose

/// A run that ended between a request and its answer, or a connection that did, whatever is created.
@Suite("An object is created once")
struct CrashTests {
  /// A journal that ends with the intents of `keys`.
  private func leaveIntents(
    _ keys: [Int], of operation: Operation, _ kind: CreatedKind, _ target: TargetHarness
  ) throws {
    let clock = target.close.clock
    let journal = try Journal(
      target.directory.file("journal.jsonl"), organisation: FakeClose.organisation, writing: true,
      searchLag: .seconds(75), now: { clock.date })
    for key in keys {
      _ = try journal.intend(
        operation, try #require(operation.request),
        of: JournalKey(stream: kind.stream, key: RecordKey(text: "\(key)")))
    }
  }

  @Test("after a crash behind the request", arguments: CreatedKind.all)
  func crashedBehind(_ kind: CreatedKind) async throws {
    let close = FakeClose(indexLag: 60)
    close.add(CreatedKind.given)
    let target = try kind.target(close)
    let operation = try await kind.creation()
    let body = operation.request?.body?.object ?? JSONObject()
    kind.addTwins(to: close, body)
    try leaveIntents([1], of: operation, kind, target)
    let count = close.objects(kind.resource).count
    let id = close.add(kind.resource, body, indexed: false)
    let outcome = try await target.write(WriteCase.lines(kind.stream, [kind.record]) + [state(1)])
    #expect(outcome.exit == 0, "\(outcome.log)")
    #expect(outcome.output == [1])
    #expect(close.objects(kind.resource).count == count + 1)
    #expect(!close.written.map(\.call).contains { $0.hasPrefix("POST") })
    #expect(try target.directory.read("journal.jsonl").contains(#"{"id":"\#(id)""#))
    close.forgetCalls()
    let again = try await target.write(WriteCase.lines(kind.stream, [kind.record]))
    #expect(again.exit == 0)
    #expect(close.written.isEmpty)
  }

  @Test("after a crash before the request", arguments: CreatedKind.all)
  func crashedBefore(_ kind: CreatedKind) async throws {
    let close = FakeClose(indexLag: 60)
    close.add(CreatedKind.given)
    let target = try kind.target(close)
    let operation = try await kind.creation()
    kind.addTwins(to: close, operation.request?.body?.object ?? JSONObject())
    try leaveIntents([1], of: operation, kind, target)
    let count = close.objects(kind.resource).count
    let outcome = try await target.write(WriteCase.lines(kind.stream, [kind.record]))
    #expect(outcome.exit == 0)
    #expect(close.objects(kind.resource).count == count + 1)
    #expect(
      close.written == [
        Write("POST \(operation.request?.path ?? "") \(operation.request?.body?.compact ?? "")")
      ])
  }

  @Test(
    "when the connection breaks", arguments: CreatedKind.all,
    [
      FakeClose.Fault.answerLost, .brokenBefore, .lost, .status(500, ""), .status(503, ""), .status(429, ""),
      .status(408, ""),
    ])
  func connectionBreaks(_ kind: CreatedKind, _ fault: FakeClose.Fault) async throws {
    let close = FakeClose(indexLag: 60)
    close.add(CreatedKind.given)
    let target = try kind.target(close)
    let operation = try await kind.creation()
    kind.addTwins(to: close, operation.request?.body?.object ?? JSONObject())
    let count = close.objects(kind.resource).count
    close.fail { call, number in
      call.method == "POST" && call.path != "data/search/" && number == 1 ? fault : nil
    }
    let lines = WriteCase.lines(kind.stream, [kind.record]) + [state(1)]
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 0, "\(outcome.log)")
    #expect(outcome.output == [1])
    #expect(close.objects(kind.resource).count == count + 1)
    close.forgetCalls()
    _ = try await target.write(lines)
    #expect(close.written.isEmpty)
  }

  @Test(
    "when the answer does not name it", arguments: CreatedKind.all,
    ["", "{}", #"{"ok": true}"#, #"{"data": {"id": "x"}}"#, "<html>"])
  func nameless(_ kind: CreatedKind, _ answer: String) async throws {
    let close = FakeClose(indexLag: 60)
    close.add(CreatedKind.given)
    let target = try kind.target(close)
    let count = close.objects(kind.resource).count
    let body = try await kind.creation().request?.body?.object ?? JSONObject()
    close.fail { call, number in
      guard call.method == "POST", call.path != "data/search/", number == 1 else { return nil }
      close.add(kind.resource, body, indexed: false)
      return .status(201, answer)
    }
    let lines = WriteCase.lines(kind.stream, [kind.record]) + [state(1)]
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 0, "\(outcome.log)")
    #expect(close.objects(kind.resource).count == count + 1)
    #expect(close.written.count == 1)
    // It is known from then on.
    let id = try #require(close.objects(kind.resource).last?["id"]?.string)
    #expect(try target.directory.read("journal.jsonl").contains(#"{"id":"\#(id)""#))
  }

  @Test(
    "although the clock was ahead then, or has been set back since", arguments: CreatedKind.all,
    [false, true])
  func clockSetBack(_ kind: CreatedKind, _ wasCarriedOut: Bool) async throws {
    let close = FakeClose(clock: TestClock(), indexLag: 60)
    close.add(CreatedKind.given)
    let target = try kind.target(close)
    let operation = try await kind.creation()
    close.clock.advance(by: .seconds(30 * 3600))
    try leaveIntents([1], of: operation, kind, target)
    close.clock.advance(by: .seconds(-30 * 3600))
    let count = close.objects(kind.resource).count
    if wasCarriedOut {
      close.add(kind.resource, operation.request?.body?.object ?? JSONObject(), indexed: false)
    }
    let start = close.clock.date
    let outcome = try await target.write(WriteCase.lines(kind.stream, [kind.record]) + [state(1)])
    #expect(outcome.output == [1])
    #expect(close.objects(kind.resource).count == count + 1)
    #expect(close.clock.date < start.adding(seconds: 400))
  }

  @Test(
    "although the clock was wrong then and has been set right since", arguments: CreatedKind.all,
    [(7200, 10_000), (-7200, 1)])
  func clockSetRight(_ kind: CreatedKind, _ error: (seconds: Int64, pause: Int64)) async throws {
    let close = FakeClose(clock: TestClock(), indexLag: 60)
    close.add(CreatedKind.given)
    let target = try kind.target(close, ["retry_budget_seconds": 0])
    let count = close.objects(kind.resource).count
    close.clock.setError(error.seconds)
    let isDown = Mutex(false)
    close.fail { call, _ in
      if isDown.withLock({ $0 }) { return .lost }
      guard call.method == "POST", call.path != "data/search/" else { return nil }
      isDown.withLock { $0 = true }
      return .answerLost
    }
    let lines = WriteCase.lines(kind.stream, [kind.record]) + [state(1)]
    #expect(try await target.write(lines).exit == 1)
    #expect(close.objects(kind.resource).count == count + 1)
    close.clock.setError(0)
    close.clock.advance(by: .seconds(error.pause))
    close.fail { _, _ in nil }
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 0, "\(outcome.log)")
    #expect(outcome.output == [1])
    #expect(close.objects(kind.resource).count == count + 1)
  }

  @Test("and several records that look the same each become one", arguments: CreatedKind.all)
  func identical(_ kind: CreatedKind) async throws {
    let close = FakeClose(indexLag: 60)
    close.add(CreatedKind.given)
    let target = try kind.target(close)
    let operation = try await kind.creation()
    try leaveIntents([1, 2, 3], of: operation, kind, target)
    let count = close.objects(kind.resource).count
    // Two of three requests were carried out.
    for _ in 1...2 {
      close.add(kind.resource, operation.request?.body?.object ?? JSONObject(), indexed: false)
    }
    let records = (1...3).map { kind.record.replacing(#""key": 1"#, with: #""key": \#($0)"#) }
    let outcome = try await target.write(WriteCase.lines(kind.stream, records))
    #expect(outcome.exit == 0)
    #expect(close.objects(kind.resource).count == count + 3)
    #expect(close.written.count { $0.call.hasPrefix("POST") } == 1)
    let lines = try target.directory.read("journal.jsonl").split(separator: "\n").map { json(String($0)) }
    #expect(Set(lines.compactMap { $0["id"] }).count == 3)
  }

  @Test func `a create that never gets through is given up after three attempts, and may come again`()
    async throws
  {
    let close = FakeClose()
    let target = try WriteCase.target(close, "leads", "{}")
    close.fail { call, _ in call.description == "POST lead/" ? .brokenBefore : nil }
    let lines = WriteCase.lines("leads", [#"{"key": 1, "name": "A"}"#]) + [state(1)]
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 1)
    #expect(outcome.output == [1])
    #expect(close.written.count == 3)
    #expect(try target.deadLetters.map { $0["request"]?["path"] } == ["/lead/"])
    close.fail { _, _ in nil }
    #expect(try await target.replay().exit == 0)
    #expect(close.objects("lead").count == 1)
    #expect(try target.deadLetters.isEmpty)
  }

  @Test func `a lead's contacts are known after a crash too`() async throws {
    let close = FakeClose(indexLag: 60)
    let target = try TargetHarness(close)
    close.fail { call, number in call.description == "POST lead/" && number == 1 ? .answerLost : nil }
    let lead =
      #"{"id": "1", "name": "A", "contacts": [{"id": "c1", "name": "Ann"}, {"id": "c2", "name": "Bob"}]}"#
    _ = try await target.write(schema("leads", key: "id"), record("leads", members(lead)))
    #expect(close.objects("contact").count == 2)
    close.forgetCalls()
    _ = try await target.write(
      schema("contacts", key: "id"), record("contacts", ["id": "c2", "lead_id": "1", "title": "CEO"]))
    #expect(close.written.map(\.call) == ["PATCH contact/cont_3/", "PUT contact/cont_3/"])
  }

  @Test(
    "an intent nobody can tell about is kept, with advice, until the user decides", arguments: [false, true])
  func unknown(_ isForbidden: Bool) async throws {
    let close = FakeClose()
    // Nothing is known of a path of the user's own; of a lead nothing when this key may not ask.
    let (stream, settings) = isForbidden ? ("leads", "{}") : ("samples", #"{"path": "/sample/"}"#)
    let post = isForbidden ? "POST lead/" : "POST sample/"
    let target = try WriteCase.target(close, stream, settings)
    close.fail { call, number in
      if call.description == post, number == 1 { return .answerLost }
      return call.path == "data/search/" || call.path == "event/" ? .status(403, "{}") : nil
    }
    let lines = WriteCase.lines(stream, [#"{"key": 1, "name": "A"}"#]) + [state(1)]
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 1)
    #expect(outcome.output == [1])
    let letter = try #require(try target.deadLetters.first)
    #expect(letter["reason"]?.string?.hasPrefix("it may or may not have been created") == true)
    #expect(letter["reason"]?.string?.hasSuffix("look in Close before trying again") == true)
    #expect(letter["request"]?["method"] == "POST")
    // A second run and a replay do not send it either.
    _ = try await target.write(lines)
    #expect(try await target.replay().exit == 1)
    #expect(close.written.map(\.call) == [post])
    let advice = try #require(try target.deadLetters.last?["reason"]?.string)
    #expect(advice.contains("may have created it in Close") && advice.contains(#"set "repeatable""#))
    // The user has looked.
    var block = json(settings).object ?? JSONObject()
    block["repeatable"] = true
    let repeating = target.with(["streams": .object([stream: .object(block)])])
    #expect(try await repeating.write(lines).exit == 0)
    #expect(close.written.map(\.call) == [post, post])
  }

  @Test func `a keyless record keeps its name in a dead letter, whatever its spelling`() async throws {
    let close = FakeClose()
    let target = try WriteCase.target(close, "samples", #"{"path": "/sample/"}"#)
    close.fail { call, number in call.description == "POST sample/" && number == 1 ? .answerLost : nil }
    _ = try await target.write(
      schema("samples"), #"{"type": "RECORD", "stream": "samples", "record": {"name":   "\u0041"}}"#)
    #expect(try await target.replay().exit == 1)
    #expect(close.written.map(\.call) == ["POST sample/"])
  }
}
