/// Request line and header fields, checked; how the body is framed.
struct RequestHead {
  var request: HTTPRequest
  /// Bytes that follow the head.
  var bodyLength: Int
  /// Whether the client holds the body back until it is told to go on.
  var expectsContinue: Bool

  /// Reads the lines of a head, without the empty one that ended it.
  init(lines: [ArraySlice<UInt8>], limits: ServerLimits) throws(MalformedRequest) {
    guard let first = lines.first else { throw .bad("The request line is missing.") }
    let line = first.split(separator: 0x20, omittingEmptySubsequences: false)
    guard line.count == 3, !line[0].isEmpty, line[0].allSatisfy(\.isTokenByte) else {
      throw .bad("The request line must be a method, a target and a version.")
    }
    guard line[2].elementsEqual("HTTP/1.1".utf8) || line[2].elementsEqual("HTTP/1.0".utf8) else {
      throw MalformedRequest(status: 505, reason: "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    }
    let isOld = line[2].last == UInt8(ascii: "0")
    guard line[1].count <= limits.targetBytes else {
      throw MalformedRequest(
        status: 414, reason: "The URL is longer than \(limits.targetBytes) bytes; use x-http-method-override."
      )
    }
    let target = try RequestHead.split(target: line[1])
    let headers = try RequestHead.headers(lines.dropFirst())
    if !isOld, headers["host"] == nil { throw .bad("The Host header is missing.") }

    let connection = headers["connection"]?.lowercased() ?? ""
    request = HTTPRequest(
      method: String(decoding: line[0], as: UTF8.self), path: FormText.decode(target.path),
      rawPath: String(decoding: target.path, as: UTF8.self),
      rawQuery: target.query.map { String(decoding: $0, as: UTF8.self) }, headers: headers,
      keepsConnection: isOld ? connection.contains("keep-alive") : !connection.contains("close"))
    bodyLength = try RequestHead.bodyLength(headers, limit: limits.bodyBytes)
    expectsContinue = false
    guard let expectation = headers["expect"] else { return }
    guard expectation.lowercased() == "100-continue" else {
      throw MalformedRequest(status: 417, reason: "Only 'Expect: 100-continue' can be met.")
    }
    expectsContinue = !isOld && bodyLength > 0
  }

  /// Splits `/path?query`; the form proxies get (`http://host/path?query`) and a lone `*` are read as well.
  private static func split(
    target: ArraySlice<UInt8>
  ) throws(MalformedRequest) -> (path: ArraySlice<UInt8>, query: ArraySlice<UInt8>?) {
    guard target.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw .bad("The URL has control characters.")
    }
    var rest = target
    if rest.starts(with: "http://".utf8) || rest.starts(with: "https://".utf8) {
      let host = rest.drop { $0 != UInt8(ascii: "/") }.dropFirst(2)
      rest = host.drop { $0 != UInt8(ascii: "/") }
    }
    guard rest.first == UInt8(ascii: "/") || rest.elementsEqual("*".utf8) else {
      throw .bad("The URL must start with a slash.")
    }
    let parts = rest.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    return (parts[0], parts.count > 1 ? parts[1] : nil)
  }

  private static func headers(_ lines: ArraySlice<ArraySlice<UInt8>>) throws(MalformedRequest) -> [String:
    String]
  {
    var headers: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
        line[..<colon].allSatisfy(\.isTokenByte)
      else { throw .bad("A header line must be a name, a colon and a value.") }
      let value = line[(colon + 1)...].trimmingBlanks()
      guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
        throw .bad("A header value has control characters.")
      }
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      let text = String(decoding: value, as: UTF8.self)
      if let earlier = headers[name] {
        guard name != "content-length" && name != "host" || earlier == text else {
          throw .bad("The header \(name) stands twice with different values.")
        }
        if earlier != text { headers[name] = "\(earlier), \(text)" }
      } else {
        headers[name] = text
      }
    }
    return headers
  }

  private static func bodyLength(_ headers: [String: String], limit: Int) throws(MalformedRequest) -> Int {
    guard headers["transfer-encoding"] == nil else {
      throw .bad("Chunked Transfer-Encoding is not supported.")
    }
    guard let text = headers["content-length"] else { return 0 }
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .bad("Content-Length must be a whole number.")
    }
    // A number too large for `Int` is too large for us as well.
    guard let length = Int(text), length <= limit else {
      throw MalformedRequest(status: 413, reason: "The body is larger than \(limit) bytes.")
    }
    return length
  }
}

extension UInt8 {
  /// Whether this byte may stand in a method or a header name (RFC 9110, `tchar`).
  fileprivate var isTokenByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func trimmingBlanks() -> ArraySlice<UInt8> {
    let front = drop { $0 == 0x20 || $0 == 0x09 }
    guard let last = front.lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else { return front.prefix(0) }
    return front[...last]
  }
}
