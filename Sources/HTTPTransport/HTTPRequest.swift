/// The verbs the transport can send.
public enum HTTPMethod: String, Hashable, Sendable, CaseIterable {
  /// Reads.
  case get = "GET"
  /// Reads the headers only.
  case head = "HEAD"
  /// Creates, or asks with a body.
  case post = "POST"
  /// Replaces or updates.
  case put = "PUT"
  /// Updates a part.
  case patch = "PATCH"
  /// Removes.
  case delete = "DELETE"

  /// Whether the verb may change something on the server.
  public var isWrite: Bool { self != .get && self != .head }
}

/// Who asks; kept apart from the headers so that it can be withheld from other hosts and from every log.
public enum HTTPAuthorization: Hashable, Sendable {
  /// HTTP Basic with this user name; the password is empty unless given.
  case basic(user: Secret, password: Secret = Secret(""))
  /// An OAuth 2 access token.
  case bearer(Secret)
}

/// One HTTP request.
public struct HTTPRequest: Sendable {
  /// The verb.
  public var method: HTTPMethod
  /// The absolute URL, already percent-encoded; it must not carry a user name or password.
  public var url: String
  /// Header lines in order; no secrets, see `authorization`.
  public var headers: [(name: String, value: String)]
  /// The body; nil sends none.
  public var body: [UInt8]?
  /// Whether it may be sent a second time, when the connection breaks before any answer: it only asks.
  public var isRepeatable: Bool
  /// Who asks.
  public var authorization: HTTPAuthorization?
  /// How long the whole exchange may take, redirects included.
  public var timeout: Duration
  /// How long opening a connection may take.
  public var connectTimeout: Duration

  /// Creates a request; GET and HEAD are repeatable unless said otherwise.
  public init(
    method: HTTPMethod = .get, url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, isRepeatable: Bool? = nil, authorization: HTTPAuthorization? = nil,
    timeout: Duration = .seconds(300),
    connectTimeout: Duration = .seconds(30)
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.isRepeatable = isRepeatable ?? !method.isWrite
    self.authorization = authorization
    self.timeout = timeout
    self.connectTimeout = connectTimeout
  }
}
