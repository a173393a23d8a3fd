import CloseSandbox
import JSONBytes
import TestSupport
import Testing

@Suite("Faults over the wire")
struct ServerFaultTests {
  private let sandbox: RunningSandbox<EchoAPI>

  init() throws { sandbox = try startSandbox(EchoAPI()) }

  private func start(_ faults: String, _ method: String = "GET", _ target: String = "/api/v1/list/") throws
    -> RawConnection
  {
    try sandbox.server.setFaults(faults)
    let connection = try RawConnection(port: sandbox.port)
    try connection.send(requestText(method, target, key: sandbox.apiKey, body: method == "POST" ? "{}" : nil))
    return connection
  }

  @Test func `a status replaces the answer and nothing is processed`() throws {
    let answer = try start("status=500,every=2", "POST", "/api/v1/lead/").receive()
    #expect(answer.status == 200)
    #expect(try sandbox.ask("POST", "/api/v1/lead/", body: "{}").status == 500)
    #expect(sandbox.api.served == 1)
  }

  @Test func `a storm of 429s passes`() throws {
    try sandbox.server.setFaults("status=429,first=3,path=lead/,retry-after=0.4")
    let answers = try (0..<5).map { _ in try sandbox.ask("GET", "/api/v1/lead/") }
    #expect(answers.map(\.status) == [429, 429, 429, 200, 200])
    #expect(answers[0].headers["retry-after"] == "1")
    #expect(answers[0].headers["ratelimit"] == "limit=100; remaining=0; reset=0.4")
    #expect(sandbox.server.statistics.overruns == 0)
    #expect(sandbox.server.statistics.count(ofStatus: 429) == 3)
  }

  @Test func `faults come before the key`() throws {
    try sandbox.server.setFaults("status=401,after=1;status=403,path=activity/")
    let statuses = try ["lead/", "lead/", "activity/call/"].map {
      try sandbox.ask("GET", "/api/v1/\($0)").status
    }
    #expect(statuses == [200, 401, 401])
    #expect(sandbox.server.requests.last?.faults == ["status=401,after=1", "status=403,path=activity/"])
  }

  @Test func `a reset breaks off before anything is processed`() throws {
    let connection = try start("reset", "POST", "/api/v1/lead/")
    #expect(throws: RawConnection.Failure.reset) { try connection.receive() }
    #expect(sandbox.api.served == 0)
    #expect(sandbox.server.requests.map(\.status) == [0])
  }

  @Test func `a reset after processing leaves the write done and the client in the dark`() throws {
    let connection = try start("reset-after-processing", "POST", "/api/v1/lead/")
    #expect(throws: RawConnection.Failure.reset) { try connection.receive() }
    #expect(sandbox.api.served == 1)
    #expect(sandbox.server.requests.map(\.status) == [200])
  }

  @Test func `a closed connection is an end without an answer`() throws {
    let connection = try start("close", "POST", "/api/v1/lead/")
    #expect(throws: RawConnection.Failure.ended) { try connection.receive() }
    #expect(sandbox.api.served == 0)
  }

  @Test func `a truncated answer is shorter than it says`() throws {
    let whole = try start("").receive().body.count
    let connection = try start("truncate")
    #expect(throws: RawConnection.Failure.ended) { try connection.receive() }
    let bytes = try start("truncate").receiveAll()
    let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
    #expect(String(decoding: bytes[..<end.lowerBound], as: UTF8.self).contains("Content-Length: \(whole)"))
    #expect(bytes.count - end.upperBound == whole - whole / 2)
  }

  @Test func `invalid JSON comes in a whole answer`() throws {
    let connection = try start("invalid-json")
    let answer = try connection.receive()
    #expect(answer.status == 200)
    #expect(!answer.body.isEmpty)
    #expect(answer.json == nil)
    try sandbox.server.setFaults("")
    try connection.send(requestText("GET", "/api/v1/list/", key: sandbox.apiKey))
    #expect(try connection.receive().json != nil)
  }

  @Test func `a slow answer arrives whole`() throws {
    let clock = ContinuousClock()
    let connection = try start("slow=10ms-per-kB")
    var answer: RawResponse?
    let duration = try clock.measure { answer = try connection.receive() }
    #expect(answer?.json?["data"]?.array?.count == 100)
    let kilobytes = (answer?.body.count ?? 0) / 1000
    #expect(kilobytes > 0)
    #expect(duration >= .milliseconds(10 * (kilobytes - 1)))
  }

  @Test func `a hanging request goes on in the end`() throws {
    #expect(try start("hang=50ms").receive().status == 200)
    #expect(try #require(sandbox.server.requests.last).milliseconds >= 50)
  }

  @Test func `several faults can strike one request`() throws {
    #expect(throws: RawConnection.Failure.ended) { try start("hang=1ms;truncate;slow=1ms").receive() }
    #expect(sandbox.server.requests.last?.faults.count == 3)
    #expect(sandbox.server.statistics.faults == 1)
  }

  @Test func `search cursors expire, searches without one go on`() throws {
    try sandbox.server.setFaults("expire-cursors")
    let path = "/api/v1/data/search/"
    #expect(try sandbox.ask("POST", path, body: "{\"query\":{}}").status == 200)
    #expect(try sandbox.ask("POST", path, body: "{\"query\":{},\"cursor\":null}").status == 200)
    let answer = try sandbox.ask("POST", path, body: "{\"query\":{},\"cursor\":\"c1\"}")
    #expect(answer.status == 400)
    #expect(answer.json?["field-errors"] == ["cursor": "Expired cursor"])
    #expect(try sandbox.ask("POST", "/api/v1/lead/", body: "{\"cursor\":\"c1\"}").status == 200)
  }
}
