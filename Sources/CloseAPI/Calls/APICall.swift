public import HTTPTransport
public import JSONBytes

/// One call to Close, relative to the base URL.
public struct APICall: Sendable {
  /// Whether the call may change something in Close.
  public enum Kind: Hashable, Sendable {
    /// It only looks; it may be repeated at will.
    case read
    /// It changes something; it is repeated only when it certainly was not carried out.
    case write
  }

  /// The verb.
  public var method: HTTPMethod
  /// The path behind the base URL as plain text, such as `lead/` or `activity/call`; a trailing slash is added.
  public var path: String
  /// The parts of the path, where one of them may hold a slash of its own; `path` then only says what kind of
  /// endpoint it is.
  public var segments: [String]?
  /// The query in order, unencoded; Close takes lists joined by commas in one value.
  public var query: [(name: String, value: String)]
  /// The JSON body.
  public var body: [UInt8]?
  /// Headers beyond the usual ones, which they replace.
  public var headers: [(name: String, value: String)]
  /// Whether it may change something.
  public var kind: Kind
  /// Whose call it is, for metrics and errors: a stream's name.
  public var label: String?
  /// The key to use, by index: a cursor is continued with the key that opened it.
  public var key: Int?

  /// Creates a call; GET and HEAD are reads unless said otherwise, all other verbs writes.
  public init(
    _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    headers: [(name: String, value: String)] = [], kind: Kind? = nil, label: String? = nil, key: Int? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.headers = headers
    self.kind = kind ?? (method.isWrite ? .write : .read)
    self.label = label
    self.key = key
  }

  /// Reads from `path`.
  public static func get(
    _ path: String, query: [(name: String, value: String)] = [], label: String? = nil
  ) -> APICall {
    APICall(.get, path, query: query, label: label)
  }

  /// Sends a JSON body.
  public static func send(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue, label: String? = nil
  ) -> APICall {
    APICall(method, path, body: Array(body.compact.utf8), label: label)
  }

  /// Asks a question that goes as a POST, such as a search or a report.
  public static func ask(_ path: String, _ body: JSONValue, label: String? = nil) -> APICall {
    APICall(.post, path, body: Array(body.compact.utf8), kind: .read, label: label)
  }

  /// What the call counts as for rate limits and metrics.
  public var group: EndpointGroup { EndpointGroup(method, path: path) }
}

/// Close's answer to a call, with a 2xx status.
public struct APIResponse: Sendable {
  /// The status code.
  public let status: Int
  /// The headers.
  public let headers: HTTPHeaders
  /// The body.
  public let body: [UInt8]
  /// The URL that answered, without credentials.
  public let url: String
  /// How many attempts it took.
  public let attempts: Int
  /// How long the call waited for rate limits and between attempts.
  public let waited: Duration
  /// Index of the key that was used.
  public let key: Int

  /// Creates a response, as a test would.
  public init(
    status: Int = 200, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8], url: String = "",
    attempts: Int = 1,
    waited: Duration = .zero, key: Int = 0
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.url = url
    self.attempts = attempts
    self.waited = waited
    self.key = key
  }
}
