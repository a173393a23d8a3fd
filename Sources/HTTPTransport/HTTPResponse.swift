/// A complete HTTP response; truncated ones are errors and never get here.
public struct HTTPResponse: Sendable {
  /// The status code.
  public var status: Int
  /// The headers of the last response, after redirects.
  public var headers: HTTPHeaders
  /// The body, decompressed.
  public var body: [UInt8]
  /// The URL that answered, after redirects.
  public var effectiveURL: String
  /// From sending to the last byte, redirects included.
  public var duration: Duration

  /// Creates a response.
  public init(
    status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], effectiveURL: String,
    duration: Duration = .zero
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.effectiveURL = effectiveURL
    self.duration = duration
  }
}
