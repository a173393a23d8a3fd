import CloseAPI
import HTTPTransport
import JSONBytes

/// A write as it would be sent.
struct PlannedRequest: Hashable, Sendable {
  /// `PATCH` may become `PUT` when Close wants it so.
  var method: WriteMethod
  /// Behind the base URL.
  var path: String
  var body: JSONValue?
}

extension String {
  /// Whether an id is one part of a path and cannot lead elsewhere.
  var isPartOfPath: Bool { !isEmpty && !contains("/") && self != "." && self != ".." }
}

extension PlannedRequest {
  /// `{"method": "POST", "path": "/lead/", "body": {…}}`.
  var json: JSONValue {
    var json: JSONValue = ["method": .string(method.rawValue), "path": .string("/" + path)]
    json["body"] = body
    return json
  }

  /// Reads what `json` writes; nil when it is anything else.
  init?(_ json: JSONValue) {
    guard let method = json["method"]?.string.flatMap(WriteMethod.init), let path = json["path"]?.string
    else {
      return nil
    }
    self.method = method
    self.path = String(path.drop { $0 == "/" })
    body = json["body"]
  }

  /// The call that carries it out.
  func call(headers: [(name: String, value: String)], label: String) -> APICall {
    let verb: HTTPMethod =
      switch method {
      case .post: .post
      case .put: .put
      case .patch: .patch
      case .delete: .delete
      }
    var call = APICall(verb, path, body: body.map { Array($0.compact.utf8) }, label: label)
    call.headers = headers
    return call
  }
}
