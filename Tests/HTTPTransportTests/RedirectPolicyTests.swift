import HTTPTransport
import Testing

struct RedirectPolicyTests {
  private let post = HTTPRequest(
    method: .post, url: "https://api.close.com/api/v1/lead", headers: [("X-Team", "a")],
    body: Array("{}".utf8), authorization: .bearer(Secret("token")))

  private func decide(
    _ request: HTTPRequest, _ status: Int, _ location: String?, hops: Int = 0
  ) throws -> HTTPRequest? {
    let decision = try RedirectPolicy(limit: 5).decide(
      status: status, location: location, request: request, at: try WebAddress(parsing: request.url),
      hops: hops)
    if case .follow(let next) = decision { return next }
    return nil
  }

  @Test(arguments: [
    ("/api/v1/lead/", "https://api.close.com/api/v1/lead/"),
    ("lead/", "https://api.close.com/api/v1/lead/"),
    ("?a=b", "https://api.close.com/api/v1/lead?a=b"),
    ("https://api.close.com:443/x/", "https://api.close.com:443/x/"),
    ("HTTPS://API.close.com/x/", "https://API.close.com/x/"),
  ])
  func locationsAreResolvedAndStayWithTheirOrigin(_ location: String, _ url: String) throws {
    let next = try #require(try decide(post, 308, location))
    #expect(next.url == url)
    #expect(next.method == .post)
    #expect(next.body == post.body)
    #expect(next.authorization == post.authorization)
  }

  @Test(arguments: [
    "http://api.close.com/x/", "http://127.0.0.1/x/", "https://api.close.com:8443/x/", "https://close.com/x/",
    "//evil.example/x/", "https://api.close.com@evil.example/x/", "https://[", "javascript:alert(1)",
  ])
  func aWriteNeverLeavesItsOrigin(_ location: String) {
    #expect(throws: TransportError.self) { try decide(post, 308, location) }
  }

  @Test func aReadLeavesItsOriginWithoutCredentialsButNeverForPlainHTTP() throws {
    var get = post
    get.method = .get
    get.body = nil
    let next = try #require(try decide(get, 302, "https://files.example/x"))
    #expect(next.authorization == nil)
    #expect(next.headers.isEmpty)
    #expect(throws: TransportError.self) { try decide(get, 302, "http://127.0.0.1/x") }
  }

  @Test(arguments: [(200, "/x/"), (300, "/x/"), (304, "/x/"), (404, "/x/"), (308, nil)])
  func everythingElseIsTheAnswer(_ status: Int, _ location: String?) throws {
    #expect(try decide(post, status, location) == nil)
  }

  @Test func afterSeeOtherARefusalTellsThatTheWriteIsDone() {
    #expect {
      try decide(post, 303, "ftp://x/")
    } throws: {
      ($0 as? TransportError)?.mayHaveBeenProcessed == true
    }
    #expect {
      try decide(post, 308, "ftp://x/")
    } throws: {
      ($0 as? TransportError)?.mayHaveBeenProcessed == false
    }
  }

  @Test func theLimitCountsRedirects() throws {
    #expect(try decide(post, 308, "/x/", hops: 4) != nil)
    #expect(throws: TransportError.self) { try decide(post, 308, "/x/", hops: 5) }
  }

  @Test(arguments: [
    ("http://localhost/", true), ("http://LOCALHOST:80/", true), ("http://127.9.8.7/", true),
    ("http://[::1]:8080/", true), ("https://127.0.0.1.nip.io/", false), ("https://localhost.example/", false),
    ("https://api.close.com/", false),
  ])
  func thisMachineIsRecognised(_ url: String, _ isLoopback: Bool) throws {
    #expect(try WebAddress(parsing: url).isLoopback == isLoopback)
  }
}
