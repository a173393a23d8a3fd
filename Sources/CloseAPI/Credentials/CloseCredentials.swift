public import HTTPTransport
public import JSONBytes

/// Who calls Close.
public enum CloseCredentials: Sendable {
  /// API keys of one organisation, used in parallel: each has rate limits of its own, and all together may
  /// use three times what one may. Mind that a key sees what its user may see.
  case apiKeys([Secret])
  /// An OAuth 2 application acting for a user.
  case oauth(OAuthCredentials)
}

/// What an OAuth 2 application needs to act for a user.
public struct OAuthCredentials: Sendable {
  /// The application's id.
  public var clientID: String
  /// The application's secret.
  public var clientSecret: Secret
  /// The tokens as last stored.
  public var tokens: OAuthTokens
  /// Where tokens are renewed; nil means on the host of the base URL.
  public var tokenURL: String?
  /// Stores renewed tokens for the next run.
  ///
  /// The old refresh token is worthless by then, so the new access
  /// token is used only once this has succeeded.
  public var store: @Sendable (OAuthTokens) async throws -> Void

  /// Creates credentials.
  public init(
    clientID: String, clientSecret: Secret, tokens: OAuthTokens, tokenURL: String? = nil,
    store: @escaping @Sendable (OAuthTokens) async throws -> Void
  ) {
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.tokens = tokens
    self.tokenURL = tokenURL
    self.store = store
  }
}

/// The tokens of an OAuth 2 session.
public struct OAuthTokens: Hashable, Sendable {
  /// Buys the next access token, once.
  public var refreshToken: Secret
  /// Goes with every call.
  public var accessToken: Secret?
  /// When the access token ends; nil when that is not known.
  public var expires: Timestamp?

  /// Creates tokens.
  public init(refreshToken: Secret, accessToken: Secret? = nil, expires: Timestamp? = nil) {
    self.refreshToken = refreshToken
    self.accessToken = accessToken
    self.expires = expires
  }

  /// The access token when it is good for another minute; one without a known end counts as good.
  func usable(at now: Timestamp) -> Secret? {
    guard let accessToken, !accessToken.isEmpty else { return nil }
    return expires.map { now.adding(seconds: 60) < $0 } ?? true ? accessToken : nil
  }
}
