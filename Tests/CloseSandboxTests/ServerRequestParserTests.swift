import Testing

@testable import CloseSandbox

@Suite("Request parser")
struct ServerRequestParserTests {
  private func parse(_ text: String, limits: ServerLimits = ServerLimits()) throws(MalformedRequest)
    -> [HTTPRequest]
  {
    var parser = RequestParser(limits: limits)
    parser.append(text.utf8)
    var requests: [HTTPRequest] = []
    while case .request(let request) = try parser.next() { requests.append(request) }
    return requests
  }

  private func refusal(_ text: String, limits: ServerLimits = ServerLimits()) -> MalformedRequest? {
    do throws(MalformedRequest) {
      _ = try parse(text, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test func `splits target, headers and body`() throws {
    let text = """
      POST /api/v1/lead/?_limit=2&query=a%20b+c&flag HTTP/1.1\r
      HOST: localhost:80\r
      X-Blank: \t padded \t\r
      Content-Length: 4\r
      \r
      {}\r
      NEXT
      """
    let request = try #require(try parse(text).first)
    #expect(request.method == "POST")
    #expect(request.path == "/api/v1/lead/")
    #expect(request.target == "/api/v1/lead/?_limit=2&query=a%20b+c&flag")
    #expect(request.query.map(\.name) == ["_limit", "query", "flag"])
    #expect(request.query.map(\.value) == ["2", "a b c", ""])
    #expect(request.headers == ["host": "localhost:80", "x-blank": "padded", "content-length": "4"])
    #expect(request.body == Array("{}\r\n".utf8))
    #expect(request.keepsConnection)
  }

  @Test func `takes bytes in pieces of any size`() throws {
    let text =
      "\r\nPUT /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /b/ HTTP/1.1\r\nHost: h\r\n\r\n"
    for size in 1...text.utf8.count {
      var parser = RequestParser(limits: ServerLimits())
      var seen: [String] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        parser.append(rest.prefix(size))
        rest = rest.dropFirst(size)
        while case .request(let request) = try parser.next() {
          seen.append("\(request.method) \(request.path) \(String(decoding: request.body, as: UTF8.self))")
        }
      }
      #expect(seen == ["PUT /a/ hello", "GET /b/ "])
    }
  }

  @Test func `reads bare line feeds and requests in a row`() throws {
    let requests = try parse("GET /a/ HTTP/1.1\nHost: h\n\nGET /b/ HTTP/1.1\nHost: h\n\n")
    #expect(requests.map(\.path) == ["/a/", "/b/"])
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", true),
    ("GET / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n\r\n", false),
    ("GET / HTTP/1.0\r\n\r\n", false),
    ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
  ])
  func `knows whether the connection goes on`(text: String, keeps: Bool) throws {
    #expect(try parse(text).map(\.keepsConnection) == [keeps])
  }

  @Test func `decodes paths and understands the proxy form`() throws {
    let requests = try parse(
      "GET http://host:1/a%40b%2fc/?x=%zz HTTP/1.1\r\nHost: h\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(requests.map(\.path) == ["/a@b/c/", "*"])
    #expect(requests.first?.query.first?.value == "%zz")
  }

  @Test func `waits with the body until it was asked for`() throws {
    var parser = RequestParser(limits: ServerLimits())
    parser.append("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n".utf8)
    guard case .sendContinue = try parser.next() else {
      Issue.record("the client was not told to continue")
      return
    }
    guard case .needsMore = try parser.next() else {
      Issue.record("the client was told to continue twice")
      return
    }
    parser.append("{}".utf8)
    guard case .request(let request) = try parser.next() else {
      Issue.record("no request came")
      return
    }
    #expect(request.body == Array("{}".utf8))
  }

  @Test(arguments: [
    ("GET /\r\nHost: h\r\n\r\n", 400), ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    ("G\u{e9}T / HTTP/1.1\r\nHost: h\r\n\r\n", 400), (" / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    ("GET lead HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("GET /\u{7f} HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505), ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\nnope\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n", 417),
    ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
  ])
  func `refuses what is no request`(text: String, status: Int) {
    #expect(refusal(text)?.status == status)
  }

  @Test func `names chunked bodies as Close does`() {
    let text = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    #expect(refusal(text) == .bad("Chunked Transfer-Encoding is not supported."))
  }

  @Test func `keeps to its limits`() {
    var limits = ServerLimits()
    limits.headBytes = 100
    limits.targetBytes = 10
    limits.bodyBytes = 5
    let head = "POST / HTTP/1.1\r\nHost: h\r\n"
    #expect(refusal(head + "Content-Length: 5\r\n\r\nhello", limits: limits) == nil)
    #expect(refusal(head + "Content-Length: 6\r\n\r\n", limits: limits)?.status == 413)
    #expect(refusal("GET /123456789 HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits) == nil)
    #expect(refusal("GET /1234567890 HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits)?.status == 414)
    let padding = 100 - head.utf8.count - "X: \r\n\r\n".utf8.count
    let fits = head + "X: " + String(repeating: "x", count: padding) + "\r\n\r\n"
    #expect(refusal(fits, limits: limits) == nil)
    #expect(refusal("X" + fits, limits: limits)?.status == 431)
    #expect(refusal(String(repeating: "x", count: 101), limits: limits)?.status == 431)
  }
}
