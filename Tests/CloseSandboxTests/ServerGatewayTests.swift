import CloseSandbox
import JSONBytes
import TestSupport
import Testing

@Suite("Checks before the API")
struct ServerGatewayTests {
  private let sandbox: RunningSandbox<EchoAPI>

  init() throws { sandbox = try startSandbox(EchoAPI()) }

  @Test func `the API sees method, path, query, body and caller`() throws {
    let answer = try sandbox.ask(
      "PUT", "/api/v1/lead/lead_1/?_fields=id,name&x=%C3%BC", body: "{\"name\":\"A\"}")
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/json")
    #expect(answer.json?["method"] == "PUT")
    #expect(answer.json?["path"] == "lead/lead_1/")
    #expect(answer.json?["query"] == [["_fields", "id,name"], ["x", "ü"]])
    #expect(answer.json?["body"] == "{\"name\":\"A\"}")
    #expect(answer.json?["admin"] == true)
    #expect(answer.json?["authorization"] == false)
  }

  @Test func `the second key belongs to a user who is no admin`() throws {
    let answer = try rawFetch("GET", "/api/v1/me/", port: sandbox.port, key: sandbox.server.keys.member)
    #expect(answer.json?["admin"] == false)
    #expect(answer.json?["user"] == "user_member")
  }

  @Test(arguments: ["Basic YXBpX2EuYjo=", "Bearer nonsense", "Basic %%%", "nonsense", ""])
  func `wrong credentials are refused`(header: String) throws {
    let answer = try rawFetch("GET", "/api/v1/me/", port: sandbox.port, headers: [("Authorization", header)])
    #expect(answer.status == 401)
    #expect(answer.json == ["error": "Unauthorized"])
    #expect(sandbox.api.served == 0)
  }

  @Test func `a key without its colon, or with a password, is refused`() throws {
    for credentials in [sandbox.apiKey, "\(sandbox.apiKey):secret", ":\(sandbox.apiKey)"] {
      let header = "Basic \(base64(credentials))"
      let answer = try rawFetch(
        "GET", "/api/v1/me/", port: sandbox.port, headers: [("Authorization", header)])
      #expect(answer.status == 401)
    }
  }

  @Test(arguments: [
    ("/api/v1/lead", "/api/v1/lead/"), ("/api/v1/lead?a=1&b=%20", "/api/v1/lead/?a=1&b=%20"),
    ("/api/v1/a%40b", "/api/v1/a%40b/"), ("/api/v1", "/api/v1/"), ("/oauth2/token", "/oauth2/token/"),
  ])
  func `a missing slash is redirected, even before the key is looked at`(target: String, goal: String) throws
  {
    for method in ["GET", "POST"] {
      let answer = try rawFetch(method, target, port: sandbox.port, body: method == "POST" ? "{}" : nil)
      #expect(answer.status == 308)
      #expect(answer.headers["location"] == "http://127.0.0.1\(goal)")
    }
  }

  @Test(arguments: ["PATCH", "TRACE", "BREW", "get"])
  func `verbs that the API does not have are refused`(method: String) throws {
    let answer = try sandbox.ask(method, "/api/v1/lead/lead_1/")
    #expect(answer.status == 405)
    #expect(answer.headers["allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS")
  }

  @Test func `OPTIONS says what is allowed`() throws {
    let answer = try rawFetch("OPTIONS", "/api/v1/lead/", port: sandbox.port)
    #expect(answer.status == 200)
    #expect(answer.headers["allow"]?.contains("PUT") == true)
    #expect(answer.body.isEmpty)
  }

  @Test func `HEAD is GET without the body`() throws {
    let connection = try RawConnection(port: sandbox.port)
    try connection.send(requestText("HEAD", "/api/v1/list/?_limit=3", key: sandbox.apiKey))
    let head = try connection.receive(hasBody: false)
    try connection.send(requestText("GET", "/api/v1/list/?_limit=3", key: sandbox.apiKey))
    let whole = try connection.receive()
    #expect(head.status == 200)
    #expect(head.headers["content-length"] == String(whole.body.count))
    #expect(whole.json?["data"]?.array?.count == 3)
  }

  @Test(arguments: [
    ("text/plain", "{}", 415), ("application/x-www-form-urlencoded", "a=b", 415), ("", "{}", 415),
    ("application/json", "{}", 200), ("Application/JSON; charset=utf-8", "{}", 200),
    ("application/json", "", 400), ("application/json", "{\"a\":NaN}", 400),
    ("application/json", "{\"a\":1", 400),
    ("application/json", "[]", 400), ("application/json", "\"a\"", 400), ("application/json", "{} {}", 400),
  ])
  func `bodies must be JSON objects and say so`(type: String, body: String, status: Int) throws {
    for method in ["POST", "PUT"] {
      let answer = try sandbox.ask(method, "/api/v1/lead/", headers: [("Content-Type", type)], body: body)
      #expect(answer.status == status)
      #expect((answer.json?["error"]?.string != nil) == (status != 200))
    }
    #expect(sandbox.api.served == (status == 200 ? 2 : 0))
  }

  @Test func `refusals of bodies have the framework's words`() throws {
    func message(_ type: String, _ body: String) throws -> JSONValue? {
      try sandbox.ask("POST", "/api/v1/lead/", headers: [("Content-Type", type)], body: body).json?["error"]
    }
    #expect(
      try message("text/plain", "x")
        == "Please send valid JSON with a 'Content-Type: application/json' header.")
    #expect(try message("application/json", "{\"a\":Infinity}") == "The request contains invalid JSON.")
    #expect(try message("application/json", "[1]") == "JSON data must be a dict.")
  }

  @Test func `the two POSTs without a body need none`() throws {
    #expect(try sandbox.ask("POST", "/api/v1/playbook/play_1/archive/").status == 200)
    #expect(try sandbox.ask("POST", "/api/v1/lead/").status == 400)
  }

  @Test func `a long GET comes as a POST`() throws {
    let ids = (0..<500).map { "lead_\($0)" }.joined(separator: ",")
    let body =
      "{\"_params\":{\"id__in\":\"\(ids)\",\"_limit\":200,\"x\":true,\"_fields\":\"no\",\"y\":null,\"z\":[1]}}"
    let answer = try sandbox.ask(
      "POST", "/api/v1/lead/?_fields=id&dropped=1", headers: [("X-HTTP-Method-Override", "GET")], body: body)
    #expect(answer.json?["method"] == "GET")
    #expect(
      answer.json?["query"] == [
        ["_fields", "id"], ["id__in", .string(ids)], ["_limit", "200"], ["x", "true"],
      ])
    #expect(answer.json?["body"] == "")
    let record = try #require(sandbox.server.requests.last)
    #expect(record.method == "POST")
    #expect(record.parameter("id__in") == ids)
  }

  @Test func `a bulk PUT may select by _params`() throws {
    let body = "{\"_params\":{\"id__in\":\"task_1,task_2\"},\"is_complete\":true}"
    let answer = try sandbox.ask("PUT", "/api/v1/task/", body: body)
    #expect(answer.json?["method"] == "PUT")
    #expect(answer.json?["query"] == [["id__in", "task_1,task_2"]])
    #expect(answer.json?["body"] == .string(body))
  }

  @Test(arguments: ["/", "/api/v2/lead/", "/api/v11/lead/", "/lead/", "/sandboxed/", "/sandbox"])
  func `there is nothing outside the API`(target: String) throws {
    #expect(try sandbox.ask("GET", target).status == 404)
    #expect(sandbox.api.served == 0)
  }

  @Test func `answers keep the API's own headers, and 204 has no body`() throws {
    #expect(try sandbox.ask("GET", "/api/v1/csv/").headers["content-type"] == "text/csv")
    let empty = try sandbox.ask("DELETE", "/api/v1/empty/")
    #expect(empty.status == 204)
    #expect(empty.headers["content-length"] == nil)
  }
}

/// Base64 of a text, by hand so that the sandbox's own reader is not tested against itself.
func base64(_ text: String) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var output = ""
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let group = Array(rest.prefix(3))
    rest = rest.dropFirst(3)
    let bits = (0..<3).reduce(0) { $0 << 8 | (group.indices.contains($1) ? Int(group[$1]) : 0) }
    for position in 0..<4 {
      output.append(position <= group.count ? alphabet[bits >> (18 - 6 * position) & 63] : "=")
    }
  }
  return output
}
