import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RedirectTests {
  private let transport = CurlTransport(CurlOptions(userAgent: "close-tests/1.0"))
  private let key = HTTPAuthorization.basic(user: Secret("api_abc.def"))

  private func send(_ request: HTTPRequest) async -> Result<HTTPResponse, TransportError> {
    do throws(TransportError) {
      return .success(try await transport.send(request))
    } catch {
      return .failure(error)
    }
  }

  /// A server that sends everything to `target` but what already asks for `/there/`.
  private func redirecting(_ status: String, to target: String) throws -> RawServer {
    try RawServer { connection in
      while let request = connection.readRequest() {
        if request.path.hasPrefix("/there/") {
          connection.respond(body: "{}")
        } else {
          connection.respond("\(status) Moved", headers: ["Location: \(target)"])
        }
      }
    }
  }

  @Test(arguments: ["301", "302", "307", "308"])
  func sameHostKeepsVerbBodyAndCredentials(_ status: String) async throws {
    let server = try redirecting(status, to: "/there/?a=b")
    let response = try await transport.send(
      HTTPRequest(method: .post, url: server.url + "/lead", body: Array("{}".utf8), authorization: key))
    #expect(response.effectiveURL == server.url + "/there/?a=b")
    #expect(server.requests.map(\.line) == ["POST /lead HTTP/1.1", "POST /there/?a=b HTTP/1.1"])
    #expect(server.requests.map(\.bodyText) == ["{}", "{}"])
    #expect(
      server.requests.map { $0.headers["authorization"] }
        == Array(repeating: "Basic YXBpX2FiYy5kZWY6", count: 2))
  }

  @Test func seeOtherFetchesTheResultWithoutTheBody() async throws {
    let server = try redirecting("303", to: "/there/")
    _ = try await transport.send(HTTPRequest(method: .post, url: server.url, body: Array("{}".utf8)))
    #expect(server.requests.map(\.method) == ["POST", "GET"])
    #expect(server.requests.last?.body == [])
  }

  @Test(arguments: [HTTPAuthorization.basic(user: Secret("api_abc.def")), .bearer(Secret("token"))])
  func anotherHostGetsNoCredentials(_ authorization: HTTPAuthorization) async throws {
    let other = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond(body: "elsewhere") }
    }
    let server = try redirecting("308", to: other.url + "/there/")
    let response = try await transport.send(
      HTTPRequest(
        url: server.url, headers: [("Accept", "application/json"), ("X-Custom-Token", "t")],
        authorization: authorization))
    #expect(String(decoding: response.body, as: UTF8.self) == "elsewhere")
    #expect(server.requests.first?.headers["authorization"] != nil)
    let request = try #require(other.requests.first)
    #expect(request.headers["authorization"] == nil)
    #expect(request.headers["x-custom-token"] == nil)
    #expect(request.headers["accept"] == "application/json")
  }

  @Test(arguments: [HTTPMethod.post, .put, .patch, .delete])
  func aWriteIsNotCarriedToAnotherHost(_ method: HTTPMethod) async throws {
    let other = try RawServer { connection in _ = connection.readRequest() }
    let server = try redirecting("308", to: other.url)
    let outcome = await send(HTTPRequest(method: method, url: server.url, body: Array("{}".utf8)))
    guard case .failure(let error) = outcome else {
      Issue.record("followed the redirect")
      return
    }
    #expect(error.code == .redirectRefused)
    #expect(!error.mayHaveBeenProcessed)
    #expect(other.connections == 0)
  }

  @Test(arguments: ["http://example.com/", "ftp://127.0.0.1/", "http://user:hunter2@127.0.0.1/"])
  func aRedirectObeysTheSameAddressRules(_ target: String) async throws {
    let server = try redirecting("302", to: target)
    let outcome = await send(HTTPRequest(url: server.url, authorization: key))
    guard case .failure(let error) = outcome else {
      Issue.record("followed the redirect")
      return
    }
    #expect(error.code == .redirectRefused)
    #expect(!error.description.contains("hunter2"))
  }

  @Test func circlesEnd() async throws {
    let server = try redirecting("302", to: "/again/")
    let outcome = await send(HTTPRequest(url: server.url))
    guard case .failure(let error) = outcome else {
      Issue.record("went on for ever")
      return
    }
    #expect(error.code == .redirectRefused)
    #expect(server.requests.count == 6)
  }

  @Test func aRedirectStatusWithoutATargetIsTheAnswer() async throws {
    let server = try RawServer { connection in
      while connection.readRequest() != nil { connection.respond("304 Not Modified") }
    }
    #expect(try await transport.send(HTTPRequest(url: server.url)).status == 304)
  }
}
