import CloseSandbox
import JSONBytes
import Synchronization
import TestSupport

/// An API that answers with what it was asked, so that tests see what reached it.
///
/// `list/?_limit=N` answers with N rows, `empty/` with 204, `csv/` with another content type.
final class EchoAPI: SandboxWorld {
  let organizationID = "orga_echo"
  let admin = SandboxCaller(userID: "user_admin", isAdmin: true)
  let member = SandboxCaller(userID: "user_member", isAdmin: false)
  private let count = Mutex(0)

  /// How many requests have reached it.
  var served: Int { count.withLock { $0 } }

  func respond(to request: SandboxRequest, at now: Timestamp) -> SandboxResponse {
    count.withLock { $0 += 1 }
    switch request.path {
    case "list/":
      let limit = request.query.first { $0.name == "_limit" }.flatMap { Int($0.value) } ?? 100
      let rows = (0..<limit).map { JSONValue.object(JSONObject([("id", .string("row_\($0)"))])) }
      return SandboxResponse(status: 200, ["data": .array(rows), "has_more": false])
    case "empty/": return SandboxResponse(status: 204)
    case "csv/":
      return SandboxResponse(status: 200, headers: [("Content-Type", "text/csv")], body: Array("a,b\n".utf8))
    default:
      return SandboxResponse(
        status: 200,
        [
          "method": .string(request.method), "path": .string(request.path),
          "query": .array(request.query.map { [.string($0.name), .string($0.value)] }),
          "body": .string(String(decoding: request.body, as: UTF8.self)),
          "user": .string(request.caller.userID), "admin": .bool(request.caller.isAdmin),
          "authorization": .bool(request.headers["authorization"] != nil),
          "now": .string(now.description),
        ])
    }
  }

  func save() {}

  func control(path: String, body: JSONValue, at now: Timestamp) -> SandboxResponse? {
    path == "edit" ? SandboxResponse(status: 200, ["edited": body]) : nil
  }
}

extension RunningSandbox {
  /// Sends one request with the admin's key and returns the answer.
  func ask(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: String? = nil
  ) throws -> RawResponse {
    try rawFetch(method, target, port: port, key: apiKey, headers: headers, body: body)
  }

  /// Sends one control request, which takes no key.
  func control(_ method: String, _ path: String, _ body: String? = nil) throws -> RawResponse {
    try rawFetch(method, "/sandbox/\(path)", port: port, body: body)
  }
}
