/// Why a request brought back no complete response.
public struct TransportError: Error, Hashable, Sendable {
  /// The kinds of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    fileprivate enum Kind: String {
      case badURL, badHeader, cannotConnect, tls, timedOut, connectionBroken, truncatedBody, tooLarge,
        redirectRefused, cancelled
    }
    fileprivate let kind: Kind
    /// The kind's name, for logs.
    public var description: String { kind.rawValue }

    /// The URL is malformed, carries credentials, or is plain `http` to another machine.
    public static let badURL = Code(kind: .badURL)
    /// A header holds a line break or another character that would change the request.
    public static let badHeader = Code(kind: .badHeader)
    /// No name, route or connection; nothing was sent.
    public static let cannotConnect = Code(kind: .cannotConnect)
    /// The server's certificate was not accepted; nothing was sent.
    public static let tls = Code(kind: .tls)
    /// No complete response in time.
    public static let timedOut = Code(kind: .timedOut)
    /// The connection broke before a response came.
    public static let connectionBroken = Code(kind: .connectionBroken)
    /// The response ended before its announced end.
    public static let truncatedBody = Code(kind: .truncatedBody)
    /// The response is larger than the transport accepts.
    public static let tooLarge = Code(kind: .tooLarge)
    /// A redirect leads where the request must not follow, or in circles.
    public static let redirectRefused = Code(kind: .redirectRefused)
    /// The calling task was cancelled.
    public static let cancelled = Code(kind: .cancelled)
  }

  /// The kind of failure.
  public let code: Code
  /// The URL that was asked, without credentials.
  public let url: String
  /// What exactly happened, in the words of the network library where it had some.
  public let detail: String
  /// Whether the server may have received and acted on the request; false means nothing was sent.
  public let mayHaveBeenProcessed: Bool

  /// Creates an error; credentials in `url` are removed.
  public init(_ code: Code, url: String, detail: String = "", mayHaveBeenProcessed: Bool) {
    self.code = code
    self.url = WebAddress.removingCredentials(from: url)
    self.detail = detail
    self.mayHaveBeenProcessed = mayHaveBeenProcessed
  }

  /// `url` without the user name and password before its host.
  public static func urlWithoutCredentials(_ url: String) -> String {
    WebAddress.removingCredentials(from: url)
  }

  /// Whether the same request may go through later without anyone changing anything.
  public var isTransient: Bool {
    [.cannotConnect, .timedOut, .connectionBroken, .truncatedBody].contains(code)
  }
}

extension TransportError: CustomStringConvertible {
  /// One sentence: what failed, for which URL, and what to do where there is something to do.
  public var description: String {
    let cause = detail.isEmpty ? "" : " (\(detail))"
    return "\(code.failure) \(url)\(cause)\(code.advice.map { "; \($0)" } ?? "")"
  }
}

extension TransportError.Code {
  fileprivate var failure: String {
    switch kind {
    case .badURL: "cannot use the URL"
    case .badHeader: "cannot send a header to"
    case .cannotConnect: "could not connect to"
    case .tls: "could not trust the server at"
    case .timedOut: "no complete response in time from"
    case .connectionBroken: "the connection broke during the request to"
    case .truncatedBody: "the response was cut short from"
    case .tooLarge: "the response is too large from"
    case .redirectRefused: "did not follow a redirect from"
    case .cancelled: "stopped waiting for"
    }
  }

  fileprivate var advice: String? {
    switch kind {
    case .cannotConnect: "check the network, the proxy settings and base_url"
    case .tls: "check base_url, the machine's clock and its certificates"
    case .timedOut: "raise request_timeout if the server is just slow"
    default: nil
    }
  }
}
