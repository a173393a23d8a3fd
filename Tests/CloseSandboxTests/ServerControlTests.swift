import CloseSandbox
import JSONBytes
import Synchronization
import TestSupport
import Testing

@Suite("Control endpoints")
struct ServerControlTests {
  private let sandbox: RunningSandbox<EchoAPI>

  init() throws { sandbox = try startSandbox(EchoAPI()) }

  @Test func `the clock can be read, set, advanced and stopped`() throws {
    let set = try sandbox.control("POST", "clock", "{\"set\":\"2026-01-31T00:00:00Z\",\"frozen\":true}")
    #expect(set.status == 200)
    #expect(set.json?["frozen"] == true)
    let advanced = try sandbox.control("POST", "clock/", "{\"set\":\"2026-01-31\",\"advance\":\"30d\"}")
    #expect(advanced.json?["now"] == "2026-03-02T00:00:00.000000Z")
    #expect(try sandbox.control("POST", "clock", "{\"advance\":-1.5}").status == 200)
    #expect(try sandbox.control("GET", "clock").json?["now"] == "2026-03-01T23:59:58.500000Z")
    #expect(try sandbox.ask("GET", "/api/v1/lead/").json?["now"] == "2026-03-01T23:59:58.500000Z")
    #expect(try sandbox.control("POST", "clock", "{\"frozen\":false}").json?["frozen"] == false)
  }

  @Test func `the clock starts where the options say`() throws {
    let start = try #require(Timestamp("2026-01-31T00:00:00Z"))
    let sandbox = try startSandbox(EchoAPI()) { $0.clock = start }
    let now = try #require(Timestamp(try sandbox.ask("GET", "/api/v1/lead/").json?["now"]?.string ?? ""))
    #expect(now >= start)
    #expect(now < start.adding(seconds: 60))
  }

  @Test(arguments: [
    ("clock", "{}"), ("clock", "{\"set\":\"tomorrow\"}"), ("clock", "{\"advance\":\"soon\"}"),
    ("clock", "{\"advance\":null}"), ("clock", "{\"frozen\":1}"), ("clock", "{\"speed\":2}"),
    ("clock", "[1]"),
    ("clock", "nonsense"), ("clock", ""), ("faults", "{}"), ("faults", "{\"faults\":\"explode\"}"),
    ("faults", "{\"faults\":1}"), ("rate", "{\"rate\":\"fast\"}"), ("rate", "{\"headers\":\"loud\"}"),
    ("rate", "{\"body\":1}"), ("rate", "{\"speed\":1}"), ("rate", "{}"),
  ])
  func `nonsense is refused with a sentence`(path: String, body: String) throws {
    let answer = try sandbox.control("POST", path, body)
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?.string?.hasSuffix(".") == true)
  }

  @Test func `faults can be set, read and ended`() throws {
    let set = try sandbox.control("POST", "faults", "{\"faults\":\"status=500,path=lead/;status=503,on=9\"}")
    #expect(set.json?["faults"]?.array?.count == 2)
    #expect(try sandbox.ask("GET", "/api/v1/lead/").status == 500)
    let read = try sandbox.control("GET", "faults").json?["faults"]?.array
    #expect(read?.first == ["fault": "status=500,path=lead/", "seen": 1, "struck": 1])
    #expect(try sandbox.control("POST", "faults", "{\"faults\":\"\"}").json == ["faults": []])
    #expect(try sandbox.ask("GET", "/api/v1/lead/").status == 200)
  }

  @Test func `rates can be set and switched off`() throws {
    let set = try sandbox.control(
      "POST", "rate", "{\"rate\":\"2/60\",\"headers\":\"comma\",\"body\":\"legacy\"}")
    #expect(set.json == ["rate": "2/60", "headers": "comma", "body": "legacy"])
    let answers = try (0..<3).map { _ in try sandbox.ask("GET", "/api/v1/lead/") }
    #expect(answers.map(\.status) == [200, 200, 429])
    #expect(answers[0].headers["ratelimit"]?.hasPrefix("limit=2, remaining=1, reset=") == true)
    #expect(answers[2].json?["error"]?["rate_limit"] == 2)
    #expect(try sandbox.control("POST", "rate", "{\"rate\":\"off\"}").json?["rate"] == "off")
    #expect(try sandbox.ask("GET", "/api/v1/lead/").headers["ratelimit"] == nil)
  }

  @Test func `requests and statistics can be read and forgotten`() throws {
    _ = try sandbox.ask("GET", "/api/v1/lead/lead_1/?_fields=id")
    _ = try sandbox.ask("GET", "/api/v1/lead/lead_2/")
    _ = try sandbox.ask("POST", "/api/v1/lead/", body: "{\"name\":\"A\"}")
    _ = try rawFetch("GET", "/api/v1/lead/", port: sandbox.port)
    let requests = try #require(try sandbox.control("GET", "requests").json?["requests"]?.array)
    #expect(requests.map { $0["number"] } == [1, 2, 3, 4])
    #expect(requests[0]["query"] == ["_fields": "id"])
    #expect(requests[2]["body"] == ["name": "A"])
    #expect(requests[3]["status"] == 401)
    #expect(requests[3]["key"] == .null)
    let statistics = try #require(try sandbox.control("GET", "statistics").json)
    #expect(statistics["requests"] == 4)
    #expect(statistics["statuses"] == ["200": 3, "401": 1])
    #expect(
      statistics["endpoints"]?.array?.map { [$0["method"], $0["path"], $0["requests"]] }
        == [["GET", "lead/", 1], ["POST", "lead/", 1], ["GET", "lead/{id}/", 2]])
    #expect(try sandbox.control("POST", "reset-statistics").status == 200)
    #expect(try sandbox.control("GET", "requests").json == ["requests": []])
    #expect(try sandbox.control("GET", "statistics").json?["requests"] == 0)
    #expect(sandbox.server.statistics.openConnections >= 0)
  }

  @Test func `credentials can be looked up`() throws {
    let answer = try #require(try sandbox.control("GET", "credentials").json)
    #expect(
      answer["api_keys"]?.array?.map { $0["key"]?.string } == [sandbox.apiKey, sandbox.server.keys.member])
    #expect(answer["oauth"]?["refresh_token"]?.string == sandbox.server.keys.refreshToken)
  }

  @Test func `anything else is the organisation's`() throws {
    #expect(try sandbox.control("POST", "edit", "{\"lead\":1}").json == ["edited": ["lead": 1]])
    #expect(try sandbox.control("POST", "edit/").json == ["edited": nil])
    #expect(try sandbox.control("POST", "unknown", "{}").status == 404)
    #expect(try sandbox.control("DELETE", "clock").status == 404)
  }

  @Test func `control requests are neither counted nor struck by faults`() throws {
    try sandbox.server.setFaults("status=500")
    sandbox.server.setRate(RateLimit(requests: 1, seconds: 60))
    for _ in 0..<3 { #expect(try sandbox.control("GET", "clock").status == 200) }
    #expect(sandbox.server.statistics.requests == 0)
  }
}

@Suite("What a test sees")
struct ServerRecordTests {
  @Test func `the hook runs before the API answers`() throws {
    let seen = Mutex<[String]>([])
    let api = EchoAPI()
    let sandbox = try startSandbox(api) { options in
      options.onRequest = { request, number in
        seen.withLock { $0.append("\(number) \(request.method) \(request.path) after \(api.served)") }
      }
    }
    _ = try sandbox.ask("GET", "/api/v1/lead/")
    _ = try rawFetch("GET", "/api/v1/task/", port: sandbox.port)
    _ = try sandbox.ask("GET", "/api/v1/task/")
    #expect(seen.withLock { $0 } == ["1 GET lead/ after 0", "3 GET task/ after 1"])
  }

  @Test func `requests are recorded with all that an assertion needs`() throws {
    let sandbox = try startSandbox(EchoAPI())
    _ = try sandbox.ask(
      "POST", "/api/v1/lead/?a=1", headers: [("X-TZ-Offset", "-4")], body: "{\"name\":\"A\"}")
    let record = try #require(sandbox.server.requests.first)
    #expect(record.method == "POST")
    #expect(record.path == "lead/")
    #expect(record.parameter("a") == "1")
    #expect(record.headers["x-tz-offset"] == "-4")
    #expect(record.json?["name"] == "A")
    #expect(record.status == 200)
    #expect(record.keyIndex == 0)
    #expect(record.bytes > 0)
    #expect(record.connection == 1)
  }

  @Test func `overrun limits are counted apart from made-up ones`() throws {
    let sandbox = try startSandbox(EchoAPI()) { options in
      options.rate = RateLimit(requests: 2, seconds: 3600)
      options.rateHeaders = .legacy
    }
    let answers = try (0..<5).map { _ in try sandbox.ask("GET", "/api/v1/lead/lead_1/") }
    #expect(answers.map(\.status) == [200, 200, 429, 429, 429])
    #expect(answers[2].headers["x-rate-limit-remaining"] == "0")
    #expect(Int(answers[2].headers["retry-after"] ?? "") == 3600)
    #expect(answers[2].body.isEmpty)
    #expect(sandbox.server.statistics.overruns == 3)
    #expect(sandbox.server.statistics.count("GET", "lead/{id}/") == 5)
    #expect(sandbox.api.served == 2)
    #expect(try sandbox.ask("GET", "/api/v1/task/").status == 200)
  }

  @Test func `refused requests tell the client where it stands as well`() throws {
    let sandbox = try startSandbox(EchoAPI()) { $0.rate = RateLimit(requests: 10, seconds: 60) }
    let answer = try sandbox.ask("POST", "/api/v1/lead/", body: "[]")
    #expect(answer.status == 400)
    #expect(answer.headers["ratelimit-remaining"] == "9")
    #expect(try rawFetch("GET", "/api/v1/lead/", port: sandbox.port).headers["ratelimit-remaining"] == nil)
  }

  @Test func `the log has one readable line per request`() async throws {
    let lines = Mutex<[String]>([])
    let sandbox = try startSandbox(EchoAPI()) { options in
      options.logLine = { line in lines.withLock { $0.append(line) } }
    }
    _ = try sandbox.ask("GET", "/api/v1/list/?_limit=2&x=%20")
    _ = try sandbox.ask("GET", "/api/v1/list/?_limit=1")
    _ = try sandbox.ask("DELETE", "/api/v1/empty/")
    try sandbox.server.setFaults("reset")
    _ = try? sandbox.ask("GET", "/api/v1/lead/")
    try RawConnection(port: sandbox.port).send("nonsense\r\n\r\n")
    #expect(await eventually { lines.withLock { $0.count } == 5 })
    let heads = lines.withLock {
      $0.map { line in line.split(separator: " ").dropLast(2).joined(separator: " ") }
    }
    #expect(
      heads.prefix(3) == [
        "GET /api/v1/list/?_limit=2&x=%20 200 2 rows", "GET /api/v1/list/?_limit=1 200 1 row",
        "DELETE /api/v1/empty/ 204 0 bytes",
      ])
    let last = lines.withLock { $0.suffix(2) }
    #expect(last.first?.hasSuffix(" ms [reset]") == true)
    #expect(last.first?.hasPrefix("GET /api/v1/lead/ no answer 0 bytes ") == true)
    #expect(last.last?.hasPrefix("malformed request 400 ") == true)
  }
}
