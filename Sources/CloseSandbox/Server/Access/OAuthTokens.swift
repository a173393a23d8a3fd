import JSONBytes

/// The OAuth tokens in circulation, and `/oauth2/token/` and `/oauth2/revoke/`, which issue and end them.
struct OAuthTokens {
  /// Seconds an access token is good for, on the sandbox's clock.
  static let lifetime = 3600

  private let keys: SandboxKeys
  private let identity: SandboxIdentity
  private var random: SeededRandom
  private var refreshToken: String?
  /// When each access token stops working.
  private var expiries: [String: Timestamp] = [:]

  init(keys: SandboxKeys, identity: SandboxIdentity, seed: UInt64) {
    self.keys = keys
    self.identity = identity
    random = SeededRandom(seed: seed ^ 0x746F_6B65_6E73_2121)
    refreshToken = keys.refreshToken
  }

  /// Whether `token` is a live access token.
  func accepts(_ token: String, at now: Timestamp) -> Bool {
    expiries[token].map { now < $0 } ?? false
  }

  /// Ends all access tokens; the refresh token stays good.
  mutating func expireAll() { expiries.removeAll() }

  /// Answers a request below `/oauth2/`.
  mutating func answer(_ request: HTTPRequest, at now: Timestamp) -> SandboxResponse {
    guard request.method == "POST" else { return OAuthTokens.error(405, "invalid_request", "Use POST.") }
    let type = request.headers["content-type"]?.lowercased() ?? ""
    guard type.hasPrefix("application/x-www-form-urlencoded") else {
      return OAuthTokens.error(400, "invalid_request", "The body must be form-encoded.")
    }
    let pairs = FormText.parameters(String(decoding: request.body, as: UTF8.self))
    let form = Dictionary(pairs.map { ($0.name, $0.value) }) { first, _ in first }
    guard isClient(form, request.headers["authorization"]) else {
      return OAuthTokens.error(
        401, "invalid_client", "The client id and secret are not those of the sandbox.")
    }
    switch request.path {
    case "/oauth2/token/": return exchange(form, at: now)
    case "/oauth2/revoke/": return revoke(form)
    default: return OAuthTokens.error(404, "invalid_request", "There is no such endpoint.")
    }
  }

  /// The client names itself in the form or by Basic authentication.
  private func isClient(_ form: [String: String], _ header: String?) -> Bool {
    if case .basic(let user, let password) = header.flatMap(Authorization.init) {
      return user == keys.clientID && password == keys.clientSecret
    }
    return form["client_id"] == keys.clientID && form["client_secret"] == keys.clientSecret
  }

  private mutating func exchange(_ form: [String: String], at now: Timestamp) -> SandboxResponse {
    guard form["grant_type"] == "refresh_token" else {
      return OAuthTokens.error(400, "unsupported_grant_type", "Only the refresh_token grant is offered.")
    }
    guard let token = form["refresh_token"], token == refreshToken else {
      return OAuthTokens.error(400, "invalid_grant", "The refresh token is unknown, used up or revoked.")
    }
    let accessToken = "access_\(random.token(43))"
    let next = "refresh_\(random.token(43))"
    expiries = expiries.filter { now < $0.value }
    expiries[accessToken] = now.adding(seconds: Int64(OAuthTokens.lifetime))
    refreshToken = next
    return SandboxResponse(
      status: 200,
      [
        "access_token": .string(accessToken), "token_type": "Bearer",
        "expires_in": .int(OAuthTokens.lifetime),
        "refresh_token": .string(next), "scope": "all.full_access offline_access",
        "organization_id": .string(identity.organizationID), "user_id": .string(identity.admin.userID),
      ])
  }

  /// A revoked refresh token takes its access tokens with it; an unknown token is not an error (RFC 7009).
  private mutating func revoke(_ form: [String: String]) -> SandboxResponse {
    guard let token = form["token"] else {
      return OAuthTokens.error(400, "invalid_request", "The parameter token is missing.")
    }
    if token == refreshToken {
      refreshToken = nil
      expireAll()
    }
    expiries[token] = nil
    return SandboxResponse(status: 200, [:])
  }

  private static func error(_ status: Int, _ code: String, _ text: String) -> SandboxResponse {
    SandboxResponse(status: status, ["error": .string(code), "error_description": .string(text)])
  }
}
