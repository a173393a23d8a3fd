import HTTPTransport
import JSONBytes

/// Keeps an access token at hand, renewing it for all callers at once.
///
/// Renewal rotates the refresh token, so the order matters: fetch, store, and only then use. Tokens that
/// could not be stored are kept and stored first the next time; asking with the old refresh token would lock
/// the user out.
actor OAuthSession {
  private let credentials: OAuthCredentials
  private let tokenURL: String
  private let userAgent: String
  private let transport: any Transport
  private let clock: ClientClock
  private let policy: RetryPolicy
  private var tokens: OAuthTokens
  private var unstored: OAuthTokens?
  private var renewal: Task<Result<Secret, CloseError>, Never>?

  init(
    _ credentials: OAuthCredentials, _ configuration: ClientConfiguration, transport: any Transport,
    clock: ClientClock
  ) {
    self.credentials = credentials
    tokenURL = credentials.tokenURL ?? configuration.tokenURL
    userAgent = configuration.userAgent
    self.transport = transport
    self.clock = clock
    policy = RetryPolicy(budget: configuration.retryBudget)
    tokens = credentials.tokens
  }

  /// A token to call with; renews it first when it is missing, about to end, or the one that was `rejected`.
  func token(insteadOf rejected: Secret? = nil) async throws(CloseError) -> Secret {
    if let token = tokens.usable(at: clock.date()), token != rejected { return token }
    // Not a child of the caller's task: half a renewal, cancelled before its tokens are stored, would be the
    // end of the session. Everyone who comes meanwhile waits for the same one.
    let running = renewal ?? Task { await self.renew() }
    renewal = running
    let outcome = await running.value
    if renewal == running { renewal = nil }
    return try outcome.get()
  }

  private func renew() async -> Result<Secret, CloseError> {
    do throws(CloseError) {
      let renewed = if let unstored { unstored } else { try await fetch() }
      unstored = renewed
      do {
        try await credentials.store(renewed)
      } catch {
        throw failure("the renewed tokens could not be stored: \(error)")
      }
      unstored = nil
      tokens = renewed
      guard let token = renewed.accessToken else { throw failure("the answer has no access_token") }
      return .success(token)
    } catch {
      return .failure(error)
    }
  }

  /// Buys new tokens, again and again while Close certainly did not take the old one.
  private func fetch() async throws(CloseError) -> OAuthTokens {
    let started = clock.now()
    var attempt = 1
    while true {
      let (outcome, result) = await attemptFetch()
      switch policy.decide(
        outcome, attempt: attempt, elapsed: clock.now() - started, kind: .write, random: clock.random())
      {
      case .succeed, .fail: return try result.get()
      case .retry(let delay):
        do { try await clock.sleep(delay) } catch { return try result.get() }
        attempt += 1
      }
    }
  }

  private func attemptFetch() async -> (RetryPolicy.Outcome, Result<OAuthTokens, CloseError>) {
    let form = [
      ("grant_type", "refresh_token"), ("client_id", credentials.clientID),
      ("client_secret", credentials.clientSecret.reveal()), ("refresh_token", tokens.refreshToken.reveal()),
    ]
    let request = HTTPRequest(
      method: .post, url: tokenURL,
      headers: [
        ("Accept", "application/json"), ("User-Agent", userAgent),
        ("Content-Type", "application/x-www-form-urlencoded"),
      ],
      body: PercentEncoding.form(form), timeout: .seconds(60))
    let response: HTTPResponse
    do throws(TransportError) {
      response = try await transport.send(request)
    } catch {
      return (.transport(error), .failure(failure(error.description)))
    }
    let body = APIErrorBody(response.body)
    guard (200..<300).contains(response.status) else {
      let pause = RateLimitReading.pause(after: response.headers, body: body)
      let message = body.summary.isEmpty ? "Close refused to renew the access token" : body.summary
      return (
        .refused(status: response.status, pause: pause), .failure(failure(message, status: response.status))
      )
    }
    guard let renewed = parse(response.body) else {
      return (.invalidBody, .failure(failure("the answer has no access_token", status: response.status)))
    }
    return (.success, .success(renewed))
  }

  /// Reads `{"access_token": …, "expires_in": 3600, "refresh_token": …}`; a server that does not rotate the
  /// refresh token leaves it out.
  private func parse(_ body: [UInt8]) -> OAuthTokens? {
    guard let answer = try? JSONValue(parsing: body), let access = answer["access_token"]?.string,
      !access.isEmpty
    else { return nil }
    let lifetime = answer["expires_in"]?.int.map { Int64(min(max($0, 0), 10 * 365 * 86_400)) }
    return OAuthTokens(
      refreshToken: answer["refresh_token"]?.string.map(Secret.init) ?? tokens.refreshToken,
      accessToken: Secret(access), expires: clock.date().adding(seconds: lifetime ?? 3600))
  }

  private func failure(_ message: String, status: Int? = nil) -> CloseError {
    CloseError(
      .oauth, endpoint: "POST /oauth2/token/", url: TransportError.urlWithoutCredentials(tokenURL),
      status: status,
      message: message)
  }
}
