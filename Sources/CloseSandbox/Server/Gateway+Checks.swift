import Synchronization

// The checks every request passes before the API sees it, in the order the real service makes them.

extension Gateway {
  /// Only what lies below `/api/v1/` or `/oauth2/` goes on; a missing last slash is answered with where to go.
  func checkPath(_ request: HTTPRequest) throws(EarlyAnswer) {
    guard ["/api/v1/", "/oauth2/"].contains(where: { "\(request.path)/".hasPrefix($0) }) else {
      throw EarlyAnswer(404, "The requested URL was not found on the server.")
    }
    guard !request.path.hasSuffix("/") else { return }
    let query = request.rawQuery.map { "?\($0)" } ?? ""
    let host = request.headers["host"].map { "http://\($0)" } ?? ""
    throw EarlyAnswer(
      SandboxResponse(status: 308, headers: [("Location", "\(host)\(request.rawPath)/\(query)")]))
  }

  /// PATCH and other verbs that the API has on no path.
  func checkMethod(_ visit: Visit) throws(EarlyAnswer) {
    let allowed = ("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS")
    if visit.method == "OPTIONS" { throw EarlyAnswer(SandboxResponse(status: 200, headers: [allowed])) }
    guard ["GET", "POST", "PUT", "DELETE"].contains(visit.method) else {
      throw EarlyAnswer(405, "The method is not allowed for the requested URL.", headers: [allowed])
    }
  }

  /// An API key stands for the user name of Basic authentication, the password is empty.
  func authenticate(_ request: HTTPRequest) throws(EarlyAnswer) -> Visitor {
    switch request.headers["authorization"].flatMap(Authorization.init) {
    case .basic(keys.admin, ""): return Visitor(keyIndex: 0, caller: identity.admin)
    case .basic(keys.member, ""): return Visitor(keyIndex: 1, caller: identity.member)
    case .bearer(let token):
      let now = clock.now()
      if rules.withLock({ $0.tokens.accepts(token, at: now) }) {
        return Visitor(keyIndex: 2, caller: identity.admin)
      }
    default: break
    }
    throw EarlyAnswer(401, "Unauthorized")
  }

  /// Returns the headers that tell the client where it stands.
  func takeFromBuckets(
    _ visit: inout Visit, _ visitor: Visitor
  ) throws(EarlyAnswer) -> [(name: String, value: String)] {
    let (method, template) = (visit.method, PathTemplate.template(of: visit.record.path))
    let (standing, style, body) = rules.withLock { rules in
      let standing = rules.buckets.take(
        keyIndex: visitor.keyIndex, method: method, template: template, at: monotonicSeconds())
      return (standing, rules.rateHeaders, rules.rateBody)
    }
    guard let standing else { return [] }
    guard standing.isAllowed else {
      visit.overran = true
      throw EarlyAnswer(standing.refusal(style, body))
    }
    return style.headers(standing)
  }
}
