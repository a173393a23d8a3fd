/// Whether and how a redirect is followed.
///
/// | response | same host | another host |
/// |---|---|---|
/// | 301 302 307 308 | same verb, body and credentials | no body, no credentials; a request with a body is refused |
/// | 303 | GET without body | GET without body and credentials |
///
/// "Same host" means the same scheme, host and port. From `https` nothing leads back to `http`.
package struct RedirectPolicy {
  let limit: Int

  /// Follows at most `limit` redirects.
  package init(limit: Int) { self.limit = limit }

  /// What to do with a response.
  package enum Decision {
    /// Not a redirect: this is the answer.
    case deliver
    /// Ask there instead.
    case follow(HTTPRequest)
  }

  /// Decides on a response to `request`, sent to `address` after `hops` redirects.
  package func decide(
    status: Int, location: String?, request: HTTPRequest, at address: WebAddress, hops: Int
  ) throws(TransportError) -> Decision {
    guard [301, 302, 303, 307, 308].contains(status), let location else { return .deliver }
    func refusal(_ reason: String) -> TransportError {
      TransportError(
        .redirectRefused, url: request.url, detail: reason,
        mayHaveBeenProcessed: status == 303 && request.method.isWrite)
    }
    guard hops < limit else { throw refusal("more than \(limit) redirects") }
    let destination: WebAddress
    do throws(TransportError) {
      destination = try WebAddress(parsing: address.url, location: location)
    } catch {
      throw refusal("to \(error.url): \(error.detail)")
    }
    guard address.origin.scheme == "http" || destination.origin.scheme == "https" else {
      throw refusal("from https to http")
    }
    var next = request
    next.url = destination.url
    if status == 303, next.method != .head {
      next.method = .get
      next.body = nil
      next.isRepeatable = true
    }
    if destination.origin != address.origin {
      guard next.body == nil, !next.method.isWrite else {
        throw refusal(
          "a \(next.method.rawValue) request is not carried to another host, \(destination.origin.host)")
      }
      next.authorization = nil
      next.headers.removeAll { !RedirectPolicy.harmlessHeaders.contains($0.name.lowercased()) }
    }
    return .follow(next)
  }

  /// Headers that may be shown to a host they were not meant for.
  private static let harmlessHeaders: Set<String> = ["accept", "accept-language"]
}
