public import JSONBytes

/// One HTTP request as the sandbox's API sees it: authenticated, decoded, its body read.
public struct SandboxRequest: Sendable {
  /// `GET`, `POST`, `PUT`, `DELETE`, … after `x-http-method-override`.
  public var method: String
  /// Path below `/api/v1/`, with its trailing slash: `lead/lead_abc/`.
  public var path: String
  /// Decoded query parameters in the order they came; a repeated name stands more than once.
  public var query: [(name: String, value: String)]
  /// Header values by lower-case name.
  public var headers: [String: String]
  /// The raw body.
  public var body: [UInt8]
  /// Who asks.
  public var caller: SandboxCaller

  /// Creates a request.
  public init(
    method: String, path: String, query: [(name: String, value: String)] = [],
    headers: [String: String] = [:],
    body: [UInt8] = [], caller: SandboxCaller
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.caller = caller
  }
}

/// The user behind an API key.
public struct SandboxCaller: Hashable, Sendable {
  /// The key's user, `user_…`.
  public var userID: String
  /// Organisation admins see the data of old events, others do not.
  public var isAdmin: Bool

  /// Creates a caller.
  public init(userID: String, isAdmin: Bool) {
    self.userID = userID
    self.isAdmin = isAdmin
  }
}

/// One HTTP answer of the sandbox's API.
public struct SandboxResponse: Sendable {
  /// HTTP status.
  public var status: Int
  /// Headers beyond those the server adds itself.
  public var headers: [(name: String, value: String)]
  /// The body, empty for 204.
  public var body: [UInt8]

  /// Creates an answer.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Creates an answer with a JSON body.
  public init(status: Int, _ body: JSONValue) {
    self.init(status: status)
    body.write(to: &self.body)
  }
}
