/// Turns answers into bytes: head and body in one piece, so that they leave in one write.
enum ResponseWriter {
  /// - Parameter method: the request's method; the answer to HEAD has no body, but its length.
  static func bytes(
    of response: SandboxResponse, to method: String, keepsConnection: Bool
  ) -> [UInt8] {
    let hasBody = response.status >= 200 && response.status != 204 && response.status != 304
    var output: [UInt8] = []
    output.reserveCapacity(512 + response.body.count)
    output += "HTTP/1.1 \(response.status) \(reason(response.status))\r\n".utf8
    var names: Set<String> = ["connection", "content-length"]
    for header in response.headers where names.insert(header.name.lowercased()).inserted {
      output += "\(header.name): \(singleLine(header.value))\r\n".utf8
    }
    if hasBody, !response.body.isEmpty, !names.contains("content-type") {
      output += "Content-Type: application/json\r\n".utf8
    }
    if hasBody { output += "Content-Length: \(response.body.count)\r\n".utf8 }
    if !keepsConnection { output += "Connection: close\r\n".utf8 }
    output += "\r\n".utf8
    if hasBody, method != "HEAD" { output += response.body }
    return output
  }

  static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// A value that came from outside must not start a header of its own.
  private static func singleLine(_ value: String) -> String {
    String(decoding: value.utf8.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "Status \(status)"
    }
  }
}
