import CloseSandbox
import JSONBytes
import TestSupport
import Testing

@Suite("OAuth")
struct ServerOAuthTests {
  private let sandbox: RunningSandbox<EchoAPI>

  init() throws { sandbox = try startSandbox(EchoAPI()) }

  private func post(_ path: String, _ form: [(String, String)]) throws -> RawResponse {
    let keys = sandbox.server.keys
    let fields = [("client_id", keys.clientID), ("client_secret", keys.clientSecret)] + form
    return try rawFetch(
      "POST", "/oauth2/\(path)/", port: sandbox.port,
      headers: [("Content-Type", "application/x-www-form-urlencoded")],
      body: fields.map { "\($0)=\($1)" }.joined(separator: "&"))
  }

  private func refresh(_ token: String) throws -> RawResponse {
    try post("token", [("grant_type", "refresh_token"), ("refresh_token", token)])
  }

  private func status(with token: String) throws -> Int {
    try rawFetch("GET", "/api/v1/me/", port: sandbox.port, headers: [("Authorization", "Bearer \(token)")])
      .status
  }

  @Test func `a refresh token buys an access token and is replaced`() throws {
    let first = sandbox.server.keys.refreshToken
    let answer = try refresh(first)
    #expect(answer.status == 200)
    #expect(answer.json?["expires_in"] == 3600)
    #expect(answer.json?["token_type"] == "Bearer")
    #expect(answer.json?["organization_id"] == "orga_echo")
    #expect(answer.json?["user_id"] == "user_admin")
    let second = try #require(answer.json?["refresh_token"]?.string)
    #expect(second != first)
    let reused = try refresh(first)
    #expect(reused.status == 400)
    #expect(reused.json?["error"] == "invalid_grant")
    #expect(try refresh(second).status == 200)
  }

  @Test func `an access token opens the API for an hour of the sandbox's clock`() throws {
    sandbox.server.clock.freeze()
    let token = try #require(try refresh(sandbox.server.keys.refreshToken).json?["access_token"]?.string)
    #expect(try status(with: token) == 200)
    sandbox.server.clock.advance(seconds: 3599.999)
    #expect(try status(with: token) == 200)
    sandbox.server.clock.advance(seconds: 0.001)
    #expect(try status(with: token) == 401)
    #expect(sandbox.server.requests.map(\.keyIndex) == [nil, 2, 2, nil])
  }

  @Test func `the expire-tokens fault ends access tokens, not the refresh token`() throws {
    let answer = try refresh(sandbox.server.keys.refreshToken)
    let token = try #require(answer.json?["access_token"]?.string)
    try sandbox.server.setFaults("expire-tokens,on=2")
    #expect(try [status(with: token), status(with: token), status(with: token)] == [200, 401, 401])
    let next = try refresh(try #require(answer.json?["refresh_token"]?.string))
    #expect(try status(with: try #require(next.json?["access_token"]?.string)) == 200)
  }

  @Test func `revoking a refresh token ends its access tokens too`() throws {
    let answer = try refresh(sandbox.server.keys.refreshToken)
    let token = try #require(answer.json?["access_token"]?.string)
    let refreshToken = try #require(answer.json?["refresh_token"]?.string)
    #expect(try post("revoke", [("token", refreshToken)]).status == 200)
    #expect(try status(with: token) == 401)
    #expect(try refresh(refreshToken).status == 400)
  }

  @Test func `revoking an access token leaves the refresh token`() throws {
    let answer = try refresh(sandbox.server.keys.refreshToken)
    let token = try #require(answer.json?["access_token"]?.string)
    #expect(try post("revoke", [("token", token)]).status == 200)
    #expect(try post("revoke", [("token", "unknown")]).status == 200)
    #expect(try status(with: token) == 401)
    #expect(try refresh(try #require(answer.json?["refresh_token"]?.string)).status == 200)
  }

  @Test func `wrong questions get OAuth's own errors`() throws {
    let keys = sandbox.server.keys
    func ask(_ body: String, type: String = "application/x-www-form-urlencoded") throws -> RawResponse {
      try rawFetch(
        "POST", "/oauth2/token/", port: sandbox.port, headers: [("Content-Type", type)], body: body)
    }
    let client = "client_id=\(keys.clientID)&client_secret=\(keys.clientSecret)"
    let grant = "grant_type=refresh_token&refresh_token=\(keys.refreshToken)"
    let answers = [
      try ask("client_id=\(keys.clientID)&client_secret=wrong&\(grant)"), try ask(grant),
      try ask("\(client)&grant_type=password"), try ask("\(client)&grant_type=refresh_token"),
      try ask("{}", type: "application/json"), try rawFetch("GET", "/oauth2/token/", port: sandbox.port),
    ]
    #expect(answers.map(\.status) == [401, 401, 400, 400, 400, 405])
    let codes: [JSONValue] = [
      "invalid_client", "invalid_client", "unsupported_grant_type", "invalid_grant", "invalid_request",
      "invalid_request",
    ]
    #expect(answers.map { $0.json?["error"] ?? .null } == codes)
    #expect(try post("elsewhere", []).status == 404)
    #expect(try refresh(keys.refreshToken).status == 200)
  }

  @Test func `the client may name itself by Basic authentication`() throws {
    let keys = sandbox.server.keys
    let answer = try rawFetch(
      "POST", "/oauth2/token/", port: sandbox.port,
      headers: [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", "Basic \(base64("\(keys.clientID):\(keys.clientSecret)"))"),
      ], body: "grant_type=refresh_token&refresh_token=\(keys.refreshToken)")
    #expect(answer.status == 200)
  }

  @Test func `secrets are not written down`() throws {
    _ = try refresh(sandbox.server.keys.refreshToken)
    _ = try sandbox.ask("GET", "/api/v1/me/")
    let records = sandbox.server.requests
    #expect(records.map(\.path) == ["oauth2/token/", "me/"])
    #expect(records[0].body.isEmpty)
    #expect(records.allSatisfy { $0.headers["authorization"] == nil })
    let written = try sandbox.control("GET", "requests").text
    #expect(!written.contains(sandbox.server.keys.refreshToken))
    #expect(!written.contains(sandbox.apiKey))
  }
}
