import CloseAPI
import HTTPTransport
import JSONBytes
import Synchronization
import Testing

struct CloseClientTests {
  private let manual = ManualClock()
  private let events = EventLog()

  private func client(
    _ transport: ScriptedTransport, keys: [String] = ["api_a.b"], budget: Duration = .seconds(300)
  ) -> CloseClient {
    let configuration = ClientConfiguration(userAgent: "tap-close/1.0", retryBudget: budget)
    return CloseClient(
      configuration, .apiKeys(keys.map { Secret($0) }), transport: transport, clock: manual.clock
    ) { [events] in events.add($0) }
  }

  // MARK: Success

  @Test func aCallCarriesTheKeyAndReturnsTheAnswer() async throws {
    let transport = ScriptedTransport([.answer("GET /me/?_fields=id", 200, #"{"id":"user_1"}"#)])
    let client = client(transport)
    let response = try await client.send(.get("me", query: [("_fields", "id")]))
    #expect(response.body == Array(#"{"id":"user_1"}"#.utf8))
    #expect(response.url == "https://api.close.com/api/v1/me/?_fields=id")
    #expect(response.attempts == 1)
    #expect(transport.requests.first?.authorization == .basic(user: Secret("api_a.b")))
    #expect(client.totals.requests == 1)
    #expect(client.totals.retries == 0)
    #expect(client.totals.waited == .zero)
    #expect(client.totals.bytes == 15)
    #expect(events.lines == ["finished GET /me/ nil 200 1"])
    transport.expectDone()
  }

  @Test func anEmptyAnswerIsFineWhereNobodyReadsIt() async throws {
    let transport = ScriptedTransport([.answer("DELETE /comment/c1/", 204, "")])
    #expect(try await client(transport).send(APICall(.delete, "comment/c1")).status == 204)
  }

  // MARK: Retries

  @Test func readsAreTriedAgainUntilTheySucceed() async throws {
    let transport = ScriptedTransport([
      .failure("GET /lead/", .cannotConnect, mayHaveBeenProcessed: false),
      .failure("GET /lead/", .connectionBroken, mayHaveBeenProcessed: true),
      .answer("GET /lead/", 502, "<html>Bad Gateway</html>"),
      .answer("GET /lead/", 200, #"{"data":[]}"#),
    ])
    let client = client(transport)
    let response = try await client.send(.get("lead", label: "leads"))
    #expect(response.attempts == 4)
    #expect(manual.sleeps == [.seconds(0.5), .seconds(1), .seconds(2)])
    #expect(response.waited == .seconds(3.5))
    #expect(client.totals.requests == 4)
    #expect(client.totals.retries == 3)
    #expect(client.totals.waited == .seconds(3.5))
    #expect(events.lines.count { $0.hasPrefix("retrying GET /lead/ leads") } == 3)
  }

  @Test func writesAreNotTriedAgainOnceTheyMayHaveHappened() async {
    let transport = ScriptedTransport([
      .answer("POST /lead/", 503), .failure("POST /lead/", .cannotConnect, mayHaveBeenProcessed: false),
      .failure("POST /lead/", .connectionBroken, mayHaveBeenProcessed: true),
    ])
    let error = await failure { () throws(CloseError) in
      try await client(transport).send(.send(.post, "lead", ["name": "x"]))
    }
    #expect(error?.code == .transport)
    #expect(error?.mayHaveBeenProcessed == true)
    #expect(error?.attempts == 3)
    transport.expectDone()
  }

  @Test func theBudgetEndsRetries() async {
    let transport = ScriptedTransport(Array(repeating: .answer("GET /lead/", 500), count: 4))
    let error = await failure { () throws(CloseError) in
      try await client(transport, budget: .seconds(4)).send(.get("lead"))
    }
    #expect(error?.code == .server)
    #expect(error?.attempts == 4)
    #expect(manual.sleeps == [.seconds(0.5), .seconds(1), .seconds(2)])
    transport.expectDone()
  }

  @Test(arguments: [400, 401, 402, 403, 404, 405, 415])
  func errorsThatStayAreThrownAtOnceWithClosesWords(_ status: Int) async {
    let body = #"{"errors":[],"field-errors":{"name":"This field is required."}}"#
    let transport = ScriptedTransport([.answer("POST /lead/", status, body)])
    let error = await failure { () throws(CloseError) in
      try await client(transport).send(.send(.post, "lead", [:]))
    }
    #expect(error?.status == status)
    #expect(error?.fieldErrors == [FieldError(field: "name", message: "This field is required.")])
    #expect(error?.mayHaveBeenProcessed == false)
    #expect(manual.sleeps.isEmpty)
  }

  // MARK: Bodies

  @Test func aBrokenPageIsFetchedAgainAndOnlyTheWholeOneCounts() async throws {
    let transport = ScriptedTransport([
      .answer("GET /lead/", 200, #"{"data":[{"id":"a"},{"id":"#), .answer("GET /lead/", 200, "<html>"),
      .answer("GET /lead/", 200, #"{"data":[{"id":"a"},{"id":"b"}],"has_more":false}"#),
    ])
    let (page, ids) = try await client(transport).page(.get("lead")) { (response) throws(JSONError) in
      var ids: [String] = []
      let page = try PageReader.readPage(response.body) { (cursor) throws(JSONError) in
        ids.append(try cursor.readValue()["id"]?.string ?? "")
      }
      return (page, ids)
    }
    #expect(ids == ["a", "b"])
    #expect(page.hasMore == false)
    #expect(manual.sleeps == [.seconds(0.5), .seconds(1)])
  }

  @Test func aPageThatStaysBrokenIsReportedWithItsPlace() async {
    let transport = ScriptedTransport(Array(repeating: .answer("GET /lead/", 200, #"{"data":["#), count: 2))
    let error = await failure { () throws(CloseError) in
      try await client(transport, budget: .seconds(1)).json(.get("lead"))
    }
    #expect(error?.code == .invalidBody)
    #expect(error?.url == "https://api.close.com/api/v1/lead/")
    #expect(error?.description.contains("the JSON text ends too early at byte 9") == true)
  }

  @Test func aWriteWhoseAnswerIsBrokenIsNotSentAgain() async {
    let transport = ScriptedTransport([.answer("POST /lead/", 200, "{")])
    let error = await failure { () throws(CloseError) in
      try await client(transport).json(.send(.post, "lead", ["name": "x"]))
    }
    #expect(error?.code == .invalidBody)
    #expect(error?.mayHaveBeenProcessed == true)
  }

  // MARK: Rate limits

  @Test func aRefusedCallWaitsAsLongAsCloseAsks() async throws {
    let transport = ScriptedTransport([
      .answer("POST /lead/", 429, "", headers: [("Retry-After", "3")]), .answer("POST /lead/", 200),
    ])
    let response = try await client(transport).send(.send(.post, "lead", [:]))
    #expect(response.attempts == 2)
    #expect(manual.sleeps == [.seconds(3)])
  }

  @Test func pacingIsNoFailureAndNeedsNoBudget() async throws {
    let transport = ScriptedTransport([
      .answer("GET /lead/", 200, headers: [("RateLimit", "limit=2; remaining=0; reset=4")]),
      .answer("GET /lead/", 200),
    ])
    let client = client(transport, budget: .zero)
    for _ in 0..<2 { _ = try await client.send(.get("lead")) }
    #expect(manual.sleeps == [.seconds(4)])
  }

  @Test func anEmptyBucketIsNotAskedFor() async throws {
    let transport = ScriptedTransport([
      .answer("GET /lead/", 200, headers: [("RateLimit", "limit=2; remaining=0; reset=4")]),
      .answer("GET /task/", 200), .answer("GET /lead/", 200),
    ])
    let client = client(transport)
    for path in ["lead", "task", "lead"] { _ = try await client.send(.get(path)) }
    #expect(manual.sleeps == [.seconds(4)])
    #expect(events.lines.contains("waiting GET /lead/ 4.0"))
  }

  @Test func anEndpointClosedForLongerThanTheBudgetIsAnError() async {
    let transport = ScriptedTransport([.answer("GET /lead/", 429, "", headers: [("Retry-After", "3600")])])
    let client = client(transport)
    let first = await failure { () throws(CloseError) in try await client.send(.get("lead")) }
    #expect(first?.code == .rateLimited)
    let second = await failure { () throws(CloseError) in try await client.send(.get("lead")) }
    #expect(second?.code == .rateLimited)
    #expect(manual.sleeps.isEmpty)
    transport.expectDone()
  }

  @Test func severalKeysShareTheWorkAndErrorsTellWhichOne() async throws {
    let transport = ScriptedTransport([
      .answer("GET /lead/"), .answer("GET /lead/"), .answer("GET /lead/"),
      .answer("GET /lead/", 401, #"{"error":"Unauthorized"}"#),
    ])
    let client = client(transport, keys: ["api_one", "api_two"])
    for _ in 0..<2 { _ = try await client.send(.get("lead")) }
    var pinned = APICall.get("lead")
    pinned.key = 1
    #expect(try await client.send(pinned).key == 1)
    let error = await failure { () throws(CloseError) in try await client.send(pinned) }
    #expect(error?.message == "Unauthorized (key 2 of 2)")
    let used = transport.requests.map(\.authorization)
    #expect(
      Set(used.prefix(2)) == [.basic(user: Secret("api_one")), .basic(user: Secret("api_two"))])
  }

  // MARK: Refusals and endings

  @Test(arguments: ["lead/../me", "..", "lead/./x"])
  func aPathCannotClimbToAnotherEndpoint(_ path: String) async {
    let error = await failure { () throws(CloseError) in
      try await client(ScriptedTransport([])).send(.get(path))
    }
    #expect(error?.code == .invalidRequest)
  }

  @Test(arguments: [["lead", ".."], ["lead", ""], ["lead", "."]])
  func partsOfAPathCannotEither(_ segments: [String]) async {
    let error = await failure { () throws(CloseError) in
      var call = APICall.get("lead/{id}")
      call.segments = segments
      return try await client(ScriptedTransport([])).send(call)
    }
    #expect(error?.code == .invalidRequest)
  }

  @Test func aCancelledTaskStopsWaiting() async {
    let transport = ScriptedTransport([.answer("GET /lead/", 500)])
    let client = client(transport)
    let task = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return await failure { () throws(CloseError) in try await client.send(.get("lead")) }
    }
    #expect(await task.value?.code == .cancelled)
  }

  @Test func noKeyShowsInAnyText() async {
    let transport = ScriptedTransport([.answer("GET /lead/", 401, #"{"error":"Unauthorized"}"#)])
    let client = client(transport, keys: ["api_topsecret"])
    let error = await failure { () throws(CloseError) in try await client.send(.get("lead")) }
    for value in [error as Any, client as Any, transport.requests as Any] {
      var text = "\(value)"
      dump(value, to: &text)
      #expect(!text.contains("topsecret"))
    }
  }
}

/// What a client told its observer, in short lines.
private final class EventLog: Sendable {
  private let log = Mutex<[String]>([])

  var lines: [String] { log.withLock { $0 } }

  func add(_ event: ClientEvent) {
    let line =
      switch event {
      case .finished(let attempt):
        "finished \(attempt.call.endpoint) \(attempt.call.label ?? "nil") "
          + "\(attempt.status.map(String.init) ?? "none") \(attempt.attempt)"
      case .waiting(let call, let time): "waiting \(call.endpoint) \(time / .seconds(1))"
      case .retrying(let call, _, let attempt, let reason):
        "retrying \(call.endpoint) \(call.label ?? "nil") \(attempt) \(reason)"
      }
    log.withLock { $0.append(line) }
  }
}
