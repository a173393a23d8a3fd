import HTTPTransport
import Synchronization
import Testing

/// Everything here goes over a real socket to a server that misbehaves on command.
@Suite(.timeLimit(.minutes(1)))
struct CurlTransportTests {
  private let transport = CurlTransport(CurlOptions(userAgent: "close-tests/1.0"))

  private func failure(_ request: HTTPRequest) async -> TransportError? {
    do throws(TransportError) {
      _ = try await transport.send(request)
      return nil
    } catch {
      return error
    }
  }

  // MARK: Requests and responses

  @Test func sendsVerbHeadersAndBodyAsGiven() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond("201 Created", body: "made") }
    }
    let response = try await transport.send(
      HTTPRequest(
        method: .post, url: server.url + "/lead/?_fields=id",
        headers: [("Content-Type", "application/json"), ("X-Empty", "")], body: Array(#"{"name":"Æ"}"#.utf8)))
    #expect(response.status == 201)
    #expect(response.body == Array("made".utf8))
    #expect(response.effectiveURL == server.url + "/lead/?_fields=id")
    let request = try #require(server.requests.first)
    #expect(request.line == "POST /lead/?_fields=id HTTP/1.1")
    #expect(request.headers["content-type"] == "application/json")
    #expect(request.headers["content-length"] == "13")
    #expect(request.headers["x-empty"] == "")
    #expect(request.headers["user-agent"] == "close-tests/1.0")
    #expect(request.bodyText == #"{"name":"Æ"}"#)
  }

  @Test(arguments: HTTPMethod.allCases)
  func everyVerbGoesOutWithAndWithoutBody(_ method: HTTPMethod) async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond() }
    }
    _ = try await transport.send(HTTPRequest(method: method, url: server.url))
    if method != .head {
      _ = try await transport.send(HTTPRequest(method: method, url: server.url, body: Array("{}".utf8)))
    }
    #expect(
      server.requests.map(\.method) == Array(repeating: method.rawValue, count: method == .head ? 1 : 2))
    #expect(server.requests.allSatisfy { $0.headers["content-type"] == nil })
    #expect(method == .head || server.requests.last?.bodyText == "{}")
  }

  @Test func headersCompareWithoutCaseAndInterimResponsesAreSkipped() async throws {
    let server = try RawServer { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 103 Early Hints\r\nRateLimit: limit=1\r\n\r\n")
      connection.respond(headers: ["ratelimit: limit=100; remaining=99; reset=1", "X-A:  1 ", "x-a: 2"])
    }
    let headers = try await transport.send(HTTPRequest(url: server.url)).headers
    #expect(headers["RateLimit"] == "limit=100; remaining=99; reset=1")
    #expect(headers["X-A"] == "1, 2")
    #expect(headers.values(of: "x-A") == ["1", "2"])
    #expect(headers["absent"] == nil)
  }

  @Test func compressedBodiesArriveDecompressed() async throws {
    let gzip: [UInt8] = [
      31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 72, 205, 201, 201, 87, 178, 82, 74, 175, 202, 44, 80,
      170,
      5, 0, 246, 79, 5, 111, 16, 0, 0, 0,
    ]
    let server = try RawServer { connection in
      _ = connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n")
      connection.send(gzip)
    }
    let response = try await transport.send(HTTPRequest(url: server.url))
    #expect(String(decoding: response.body, as: UTF8.self) == #"{"hello":"gzip"}"#)
    #expect(server.requests.first?.headers["accept-encoding"]?.contains("gzip") == true)
  }

  @Test func largeBodiesPassBothWays() async throws {
    let size = 5_000_000
    let server = try RawServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
      connection.send(request.body)
    }
    let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let response = try await transport.send(HTTPRequest(method: .put, url: server.url, body: body))
    #expect(response.body == body)
  }

  @Test func aBodyOverTheLimitIsRefused() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond(body: String(repeating: "x", count: 1001)) }
    }
    let small = CurlTransport(CurlOptions(userAgent: "close-tests/1.0", maximumBodySize: 1000))
    await #expect {
      try await small.send(HTTPRequest(url: server.url))
    } throws: { error in
      (error as? TransportError)?.code == .tooLarge
    }
  }

  // MARK: Connections

  @Test func oneConnectionServesOneRequestAfterTheOther() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond(body: "{}") }
    }
    for _ in 0..<20 { _ = try await transport.send(HTTPRequest(url: server.url)) }
    #expect(server.requests.count == 20)
    #expect(server.connections == 1)
  }

  @Test func manyTasksShareTheTransportWithinTheConnectionLimit() async throws {
    let server = try RawServer { connection in
      while let request = connection.readRequest() { connection.respond(body: request.path) }
    }
    let narrow = CurlTransport(CurlOptions(userAgent: "close-tests/1.0", maxConnections: 3))
    let bodies = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<60 {
        group.addTask {
          let response = try await narrow.send(HTTPRequest(url: "\(server.url)/\(number)"))
          return String(decoding: response.body, as: UTF8.self)
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(bodies == Set((0..<60).map { "/\($0)" }))
    #expect((1...3).contains(server.connections))
  }

  @Test func aTransportThatIsLetGoStillFinishesWhatItBegan() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond(body: "ok") }
    }
    let response = try await CurlTransport(CurlOptions(userAgent: "a/1")).send(HTTPRequest(url: server.url))
    #expect(response.status == 200)
  }

  // MARK: Failures

  @Test func aRefusedConnectionSentNothing() async throws {
    let error = await failure(HTTPRequest(url: "http://127.0.0.1:\(try RawServer.refusedPort())/"))
    #expect(error?.code == .cannotConnect)
    #expect(error?.mayHaveBeenProcessed == false)
    #expect(error?.isTransient == true)
  }

  @Test func aNameThatDoesNotExistSentNothing() async {
    let error = await failure(HTTPRequest(url: "https://no-such-host.invalid/"))
    #expect(error?.code == .cannotConnect)
    #expect(error?.mayHaveBeenProcessed == false)
  }

  @Test func aServerThatSpeaksNoTLSSentNothing() async throws {
    let server = try RawServer { connection in
      connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
    }
    let error = await failure(HTTPRequest(method: .post, url: "https://127.0.0.1:\(server.port)/", body: []))
    #expect(error?.mayHaveBeenProcessed == false)
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [HTTPMethod.get, .post])
  func aResetAfterTheRequestMayHaveBeenProcessed(_ method: HTTPMethod) async throws {
    let server = try RawServer { connection in
      _ = connection.readRequest()
      connection.reset()
    }
    let error = await failure(
      HTTPRequest(method: method, url: server.url, body: method == .post ? Array("{}".utf8) : nil))
    #expect(error?.code == .connectionBroken)
    #expect(error?.mayHaveBeenProcessed == true)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":[",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat\r\n",
  ])
  func aBodyThatEndsEarlyIsNoResponse(_ response: String) async throws {
    let server = try RawServer { connection in
      _ = connection.readRequest()
      connection.send(response)
    }
    let error = await failure(HTTPRequest(url: server.url))
    #expect(error?.code == .truncatedBody || error?.code == .connectionBroken)
    #expect(error?.isTransient == true)
    #expect(error?.mayHaveBeenProcessed == true)
  }

  @Test func aSilentServerRunsIntoTheTimeout() async throws {
    let server = try RawServer { connection in
      _ = connection.readRequest()
      connection.waitForHangUp()
    }
    let error = await failure(HTTPRequest(url: server.url, timeout: .milliseconds(150)))
    #expect(error?.code == .timedOut)
    #expect(error?.mayHaveBeenProcessed == true)
  }

  // libcurl sends a request again when a kept-alive connection dies before the first byte of response. For
  // a write that would mean two leads.
  @Test(arguments: [HTTPMethod.post, .put, .patch, .delete], [Array("{}".utf8), nil])
  func aWriteOnADyingKeptAliveConnectionIsNotSentTwice(_ method: HTTPMethod, _ body: [UInt8]?) async throws {
    let server = try RawServer { connection in
      while connection.readRequest()?.path == "/first" { connection.respond(body: "{}") }
    }
    _ = try await transport.send(HTTPRequest(url: server.url + "/first"))
    let error = await failure(HTTPRequest(method: method, url: server.url + "/second", body: body))
    #expect(error?.code == .connectionBroken)
    #expect(error?.mayHaveBeenProcessed == true)
    #expect(server.requests.map(\.path) == ["/first", "/second"])
  }

  @Test(arguments: [HTTPMethod.get, .post, .put], [Array(#"{"query": {}}"#.utf8), nil])
  func aReadOnADyingKeptAliveConnectionIsRepeated(_ method: HTTPMethod, _ body: [UInt8]?) async throws {
    let server = try RawServer { connection in
      // The connection that has answered once dies; the next one lives.
      var hasAnswered = false
      while let request = connection.readRequest(), !hasAnswered || request.path == "/first" {
        connection.respond(body: "{}")
        hasAnswered = true
      }
    }
    _ = try await transport.send(HTTPRequest(url: server.url + "/first"))
    let response = try await transport.send(
      HTTPRequest(method: method, url: server.url + "/second", body: body, isRepeatable: true))
    #expect(response.status == 200)
    #expect(server.requests.map(\.path) == ["/first", "/second", "/second"])
    #expect(server.requests.dropFirst().allSatisfy { $0.body == body ?? [] })
  }

  // MARK: Refusals

  @Test(arguments: [
    "http://example.com/", "http://127.0.0.1.example.com/", "http://[::2]/", "http://10.0.0.1/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd", "not a url", "", "https://", "https://api_key:@api.close.com/api/v1/",
  ])
  func addressesThatCouldLeakOrMeanNothingAreRefused(_ url: String) async {
    let error = await failure(HTTPRequest(url: url, authorization: .basic(user: Secret("api_secret"))))
    #expect(error?.code == .badURL)
    #expect(error?.mayHaveBeenProcessed == false)
    #expect(error?.description.contains("api_key") == false)
  }

  @Test(arguments: [
    ("X-A", "1\r\nX-B: 2"), ("X-A", "1\n"), ("X A", "1"), ("", "1"), ("X:A", "1"), ("X-Ä", "1"),
  ])
  func headersThatWouldChangeTheRequestAreRefused(_ name: String, _ value: String) async {
    let error = await failure(HTTPRequest(url: "http://127.0.0.1:1/", headers: [(name, value)]))
    #expect(error?.code == .badHeader)
  }

  // MARK: Cancellation

  @Test func aCancelledTaskStopsWaitingAtOnce() async throws {
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let server = try RawServer { connection in
      _ = connection.readRequest()
      arrived.yield()
      connection.waitForHangUp()
      arrived.finish()
    }
    let task = Task { await failure(HTTPRequest(method: .post, url: server.url, body: Array("{}".utf8))) }
    var iterator = arrivals.makeAsyncIterator()
    _ = await iterator.next()
    task.cancel()
    let error = await task.value
    #expect(error?.code == .cancelled)
    #expect(error?.mayHaveBeenProcessed == true)
    // The stream ends when the server sees the connection go: nothing is left open behind the caller.
    #expect(await iterator.next() == nil)
  }

  @Test func aTaskCancelledBeforehandSendsNothing() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond() }
    }
    let gate = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      for await _ in gate.stream {}
      return await failure(HTTPRequest(url: server.url))
    }
    task.cancel()
    let error = await task.value
    #expect(error?.code == .cancelled)
    #expect(error?.mayHaveBeenProcessed == false)
    #expect(server.requests.isEmpty)
  }

  @Test func cancellingAtAnyMomentEndsEveryCallExactlyOnce() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond(body: "{}") }
    }
    let outcomes = await withTaskGroup(of: TransportError.Code?.self) { group in
      for _ in 0..<200 {
        group.addTask {
          let call = Task { await failure(HTTPRequest(url: server.url)) }
          await Task.yield()
          call.cancel()
          return await call.value?.code
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count == 200)
    #expect(outcomes.allSatisfy { $0 == nil || $0 == .cancelled })
    #expect(try await transport.send(HTTPRequest(url: server.url)).status == 200)
  }
}
