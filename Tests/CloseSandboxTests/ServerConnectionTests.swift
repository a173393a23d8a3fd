import Foundation
import JSONBytes
import Synchronization
import TestSupport
import Testing

@testable import CloseSandbox

@Suite("Connections")
struct ServerConnectionTests {
  private let sandbox: RunningSandbox<EchoAPI>

  init() throws {
    sandbox = try startSandbox(EchoAPI()) { options in
      options.limits.bodyBytes = 100_000
    }
  }

  private func text(_ target: String) -> String { requestText("GET", target, key: sandbox.apiKey) }

  @Test func `one connection serves many requests`() throws {
    let connection = try RawConnection(port: sandbox.port)
    for number in 0..<50 {
      try connection.send(text("/api/v1/list/?_limit=\(number)"))
      #expect(try connection.receive().json?["data"]?.array?.count == number)
    }
    #expect(sandbox.server.statistics.connections == 1)
    #expect(sandbox.server.statistics.openConnections == 1)
  }

  @Test func `requests sent in one go are answered in order`() throws {
    let connection = try RawConnection(port: sandbox.port)
    try connection.send((1...5).map { text("/api/v1/list/?_limit=\($0)") }.joined())
    let counts = try (1...5).map { _ in try connection.receive().json?["data"]?.array?.count }
    #expect(counts == [1, 2, 3, 4, 5])
  }

  @Test func `a request may come byte by byte`() throws {
    let connection = try RawConnection(port: sandbox.port)
    for byte in requestText("POST", "/api/v1/lead/", key: sandbox.apiKey, body: "{\"a\":1}").utf8 {
      try connection.send([byte])
    }
    #expect(try connection.receive().json?["body"] == "{\"a\":1}")
  }

  @Test func `large bodies go both ways`() throws {
    let name = String(repeating: "é", count: 49_000)
    let answer = try sandbox.ask("POST", "/api/v1/lead/", body: "{\"name\":\"\(name)\"}")
    #expect(answer.json?["body"]?.string?.count == 49_000 + 11)
    #expect(try sandbox.ask("GET", "/api/v1/list/?_limit=100000").json?["data"]?.array?.count == 100_000)
  }

  @Test func `the connection ends when the client asks for it`() throws {
    let connection = try RawConnection(port: sandbox.port)
    try connection.send(
      requestText("GET", "/api/v1/list/", key: sandbox.apiKey, headers: [("Connection", "close")]))
    let answer = try connection.receive()
    #expect(answer.status == 200)
    #expect(answer.headers["connection"] == "close")
    #expect(try connection.receiveAll().isEmpty)
  }

  @Test func `HTTP 1.0 gets its answer and the end`() throws {
    let connection = try RawConnection(port: sandbox.port)
    try connection.send("GET /api/v1/lead/ HTTP/1.0\r\n\r\n")
    #expect(try connection.receive().status == 401)
    #expect(try connection.receiveAll().isEmpty)
  }

  @Test func `a client that waits for 100 Continue is told to go on`() throws {
    let connection = try RawConnection(port: sandbox.port)
    let whole = requestText(
      "POST", "/api/v1/lead/", key: sandbox.apiKey, headers: [("Expect", "100-continue")], body: "{}")
    try connection.send(String(whole.dropLast(2)))
    #expect(try connection.receive(hasBody: false).status == 100)
    try connection.send("{}")
    #expect(try connection.receive().status == 200)
  }

  @Test(arguments: [
    ("nonsense\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
    ("POST /api/v1/lead/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
    ("POST /api/v1/lead/ HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n", 413),
    ("GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\nHost: h\r\n\r\n", 414),
  ])
  func `malformed requests are answered, then the connection ends`(text: String, status: Int) throws {
    let connection = try RawConnection(port: sandbox.port)
    try connection.send(text)
    let answer = try connection.receive()
    #expect(answer.status == status)
    #expect(answer.headers["connection"] == "close")
    #expect(answer.json?["error"]?.string?.isEmpty == false)
    #expect(try connection.receiveAll().isEmpty)
    #expect(sandbox.server.statistics.malformed == 1)
    #expect(try sandbox.ask("GET", "/api/v1/lead/").status == 200)
  }

  @Test func `an answer reaches a client that is still sending`() throws {
    let connection = try RawConnection(port: sandbox.port)
    try connection.send("POST /api/v1/lead/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n")
    try connection.send([UInt8](repeating: 0x20, count: 3_000_000))
    #expect(try connection.receive().status == 413)
  }

  @Test(arguments: ["", "\r\n", "GET /api/v1/lead/ HTTP/1.1\r\nHo"])
  func `a client that leaves early harms nobody`(text: String) throws {
    let connection = try RawConnection(port: sandbox.port)
    try connection.send(text)
    connection.finishSending()
    #expect(try connection.receiveAll().isEmpty)
    #expect(try sandbox.ask("GET", "/api/v1/lead/").status == 200)
  }

  @Test func `random bytes never stop the server`() throws {
    var random = SeededRandom(seed: 5)
    let valid = Array(
      requestText("POST", "/api/v1/lead/?a=b", key: sandbox.apiKey, body: "{\"a\":[1,2]}").utf8)
    for _ in 0..<300 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let connection = try RawConnection(port: sandbox.port)
      try connection.send(bytes)
      connection.finishSending()
      _ = try? connection.receiveAll()
    }
    #expect(try sandbox.ask("GET", "/api/v1/lead/").status == 200)
  }

  @Test func `many clients are served at once`() async throws {
    let (port, key) = (sandbox.port, sandbox.apiKey)
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...20 {
        group.addTask {
          let connection = try RawConnection(port: port)
          return try (0..<20).reduce(0) { sum, _ in
            try connection.send(requestText("GET", "/api/v1/list/?_limit=\(number)", key: key))
            return sum + (try connection.receive().json?["data"]?.array?.count ?? 0)
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts.sorted() == (1...20).map { $0 * 20 })
    #expect(sandbox.server.statistics.requests == 400)
  }

  @Test func `an idle connection is closed after a while`() throws {
    let sandbox = try startSandbox(EchoAPI()) { $0.idleSeconds = 0.05 }
    let connection = try RawConnection(port: sandbox.port)
    #expect(try connection.receiveAll().isEmpty)
  }
}

@Suite("Starting and stopping")
struct ServerLifeTests {
  @Test func `it chooses a port and can be found there`() throws {
    let server = try SandboxServer(api: EchoAPI())
    #expect(server.port == nil)
    let port = try server.start()
    #expect(port != 0)
    #expect(try server.start() == port)
    #expect(server.baseURL == "http://127.0.0.1:\(port)/api/v1")
    #expect(try rawFetch("GET", "/api/v1/lead/", port: port, key: server.apiKey).status == 200)
    server.stop()
    server.stop()
    #expect(server.port == nil)
    #expect(throws: RawConnection.Failure.self) { try RawConnection(port: port) }
  }

  @Test func `it starts again on the same port`() throws {
    let first = try startSandbox(EchoAPI())
    let port = first.port
    #expect(try first.ask("GET", "/api/v1/lead/").status == 200)
    first.server.stop()
    let second = try startSandbox(EchoAPI()) { $0.port = port }
    #expect(second.port == port)
    #expect(try second.ask("GET", "/api/v1/lead/").status == 200)
  }

  @Test func `a taken port is an error that names it`() throws {
    let first = try startSandbox(EchoAPI())
    let error = #expect(throws: SandboxError.self) { try startSandbox(EchoAPI()) { $0.port = first.port } }
    #expect(error?.code == .system)
    #expect(error?.message.contains("127.0.0.1:\(first.port)") == true)
  }

  @Test func `faults that make no sense are an error before anything starts`() {
    #expect(throws: SandboxError.self) { try startSandbox(EchoAPI()) { $0.faults = "explode" } }
  }

  @Test func `stopping ends idle connections and lets a running request finish`() throws {
    let arrived = Gate()
    let mayGoOn = Gate()
    let sandbox = try startSandbox(EchoAPI()) { options in
      options.onRequest = { request, _ in
        guard request.path == "slow/" else { return }
        arrived.open()
        mayGoOn.wait()
      }
    }
    let idle = try RawConnection(port: sandbox.port)
    try idle.send(requestText("GET", "/api/v1/lead/", key: sandbox.apiKey))
    #expect(try idle.receive().status == 200)
    let busy = try RawConnection(port: sandbox.port)
    try busy.send(requestText("GET", "/api/v1/slow/", key: sandbox.apiKey))
    arrived.wait()
    let server = sandbox.server
    let stopped = Gate()
    // A thread of its own: other tests may keep all threads that tasks share.
    Thread.detachNewThread {
      server.stop()
      stopped.open()
    }
    #expect(try idle.receiveAll().isEmpty)
    mayGoOn.open()
    let answer = try busy.receive()
    #expect(answer.status == 200)
    #expect(answer.headers["connection"] == "close")
    #expect(stopped.wait())
  }

  @Test func `stopping does not wait for hanging requests`() async throws {
    let sandbox = try startSandbox(EchoAPI()) { $0.faults = "hang=1h,path=lead/" }
    let connection = try RawConnection(port: sandbox.port)
    try connection.send(requestText("GET", "/api/v1/lead/", key: sandbox.apiKey))
    #expect(await eventually { sandbox.server.statistics.mostInFlight == 1 })
    sandbox.server.stop()
    #expect(sandbox.server.port == nil)
  }
}
