/// How a `CloseClient` talks to Close.
public struct ClientConfiguration: Sendable {
  /// Close's own address.
  public static let closeURL = "https://api.close.com/api/v1"

  /// Where every path starts; never ends in a slash.
  public let baseURL: String
  /// Who we are, for the server's logs.
  public var userAgent: String
  /// Headers sent with every call.
  public var headers: [(name: String, value: String)]
  /// How long one attempt may take.
  public var requestTimeout: Duration
  /// How long a failing call is tried again.
  public var retryBudget: Duration
  /// Part of every published rate limit to use, in (0, 1].
  public var rateLimitShare: Double
  /// How many calls the caller keeps in flight; as many connections are opened at most.
  public var concurrency: Int

  /// Creates a configuration; slashes at the end of `baseURL` do not matter.
  public init(
    baseURL: String = ClientConfiguration.closeURL, userAgent: String,
    headers: [(name: String, value: String)] = [], requestTimeout: Duration = .seconds(300),
    retryBudget: Duration = .seconds(300), rateLimitShare: Double = 1, concurrency: Int = 4
  ) {
    self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    self.userAgent = userAgent
    self.headers = headers
    self.requestTimeout = requestTimeout
    self.retryBudget = retryBudget
    self.rateLimitShare = rateLimitShare
    self.concurrency = max(1, concurrency)
  }

  /// The OAuth token address of the same host.
  var tokenURL: String {
    let hostStart = baseURL.firstRange(of: "://")?.upperBound ?? baseURL.startIndex
    return baseURL[..<(baseURL[hostStart...].firstIndex(of: "/") ?? baseURL.endIndex)] + "/oauth2/token/"
  }
}
