public import HTTPTransport
public import JSONBytes
import Synchronization

/// Calls Close: adds credentials, stays within rate limits, tries again where that is safe.
///
/// Any number of tasks may use one client at once.
///
///     let client = CloseClient(configuration, .apiKeys([key]), transport: CurlTransport(options))
///     let response = try await client.send(.get("me/"))
public final class CloseClient: Sendable {
  /// How it talks to Close.
  public let configuration: ClientConfiguration
  private let credentials: Credentials
  private let transport: any Transport
  private let clock: ClientClock
  private let policy: RetryPolicy
  private let observe: @Sendable (ClientEvent) -> Void
  private let state: Mutex<State>

  private enum Credentials {
    case keys([Secret])
    case oauth(OAuthSession)
  }

  private struct State {
    var governor: RateGovernor
    var totals = ClientTotals()
  }

  /// Creates a client; `observe` is told of everything it does, from whatever task does it.
  public init(
    _ configuration: ClientConfiguration, _ credentials: CloseCredentials, transport: any Transport,
    clock: ClientClock = .live, observe: @escaping @Sendable (ClientEvent) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.transport = transport
    self.clock = clock
    self.observe = observe
    policy = RetryPolicy(budget: configuration.retryBudget)
    let keyCount: Int
    switch credentials {
    case .apiKeys(let keys):
      self.credentials = .keys(keys)
      keyCount = keys.count
    case .oauth(let oauth):
      self.credentials = .oauth(OAuthSession(oauth, configuration, transport: transport, clock: clock))
      keyCount = 1
    }
    state = Mutex(State(governor: RateGovernor(keys: keyCount, share: configuration.rateLimitShare)))
  }

  /// What has been done so far.
  public var totals: ClientTotals { state.withLock { $0.totals } }

  /// Sends a call and returns the 2xx answer, whatever its body.
  ///
  /// - Throws: `CloseError`.
  public func send(_ call: APICall) async throws(CloseError) -> APIResponse {
    try await page(call) { response in response }
  }

  /// Sends a call and reads the body of its answer as JSON.
  ///
  /// - Throws: `CloseError`; a read whose body is not JSON is tried again first.
  public func json(_ call: APICall) async throws(CloseError) -> JSONValue {
    try await page(call) { (response) throws(JSONError) in try JSONValue(parsing: response.body) }
  }

  /// Sends a call and makes something of its 2xx answer; when `read` finds the body broken and the call is a
  /// read, the call is tried again.
  ///
  /// `read` may run several times; only what its last run returns counts. For pages it calls
  /// `PageReader.readPage`.
  ///
  /// - Throws: `CloseError`; `.invalidBody` with the byte offset when the body stays broken.
  public func page<Result>(
    _ call: APICall, _ read: (APIResponse) throws(JSONError) -> Result
  ) async throws(CloseError) -> Result {
    var progress = Progress(call, configuration)
    try checkPath(progress)
    while true {
      let answer = try await attempt(&progress)
      let outcome: RetryPolicy.Outcome
      var failure: CloseError
      switch answer {
      case .response(let response):
        do throws(JSONError) {
          return try read(response)
        } catch {
          outcome = .invalidBody
          failure = CloseError(progress.group, error, in: response)
        }
      case .failed(let how, let error): (outcome, failure) = (how, error)
      }
      if failure.code == .unauthorized, try await renewToken(&progress) { continue }
      failure.attempts = progress.attempts
      try await waitForNextAttempt(after: outcome, failure, &progress)
    }
  }
}

// MARK: - One attempt

extension CloseClient {
  /// What is known about a call under way.
  private struct Progress {
    let call: APICall
    let group: EndpointGroup
    let request: HTTPRequest
    var attempts = 0
    var waited = Duration.zero
    var firstFailure: Duration?
    var token: Secret?
    var hasRenewedToken = false

    init(_ call: APICall, _ configuration: ClientConfiguration) {
      self.call = call
      group = call.group
      request = call.request(configuration)
    }

    var info: CallInfo { CallInfo(endpoint: group, label: call.label) }
  }

  /// A path may be made of values from outside; none of them may lead to another endpoint.
  private func checkPath(_ progress: Progress) throws(CloseError) {
    guard progress.call.path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
      return
    }
    throw CloseError(
      .invalidRequest, endpoint: progress.group.description, url: "",
      message: "a path must not hold . or .. as a part")
  }

  private enum Answer {
    case response(APIResponse)
    case failed(RetryPolicy.Outcome, CloseError)
  }

  private func attempt(_ progress: inout Progress) async throws(CloseError) -> Answer {
    if case .oauth(let session) = credentials, progress.token == nil {
      progress.token = try await session.token()
    }
    let ticket = try await departure(&progress)
    var request = progress.request
    request.authorization = authorization(for: ticket.key, progress)
    progress.attempts += 1
    let started = clock.now()
    let result: Result<HTTPResponse, TransportError>
    do throws(TransportError) {
      result = .success(try await transport.send(request))
    } catch {
      result = .failure(error)
    }
    let answer = conclude(ticket, result, progress)
    report(result, progress, duration: clock.now() - started)
    return answer
  }

  private func authorization(for key: Int, _ progress: Progress) -> HTTPAuthorization? {
    if let token = progress.token { return .bearer(token) }
    guard case .keys(let keys) = credentials, keys.indices.contains(key) else { return nil }
    return .basic(user: keys[key])
  }

  /// Which of several keys, for errors: the keys themselves are never shown.
  private func name(of key: Int) -> String? {
    guard case .keys(let keys) = credentials, keys.count > 1 else { return nil }
    return "key \(key + 1) of \(keys.count)"
  }

  /// Waits until the call may be sent.
  private func departure(_ progress: inout Progress) async throws(CloseError) -> RateGovernor.Ticket {
    while true {
      let now = clock.now()
      let departure = state.withLock {
        $0.governor.depart(progress.group, pinned: progress.call.key, at: now)
      }
      switch departure {
      case .go(let ticket): return ticket
      case .wait(let delay):
        // Endpoints refuse for seconds; one that is closed for longer than we keep trying is an error.
        guard delay <= configuration.retryBudget else {
          throw CloseError(
            .rateLimited, endpoint: progress.group.description, url: progress.request.url, status: 429,
            message: "Close accepts no calls for another \(Int(delay.inSeconds.rounded(.up))) seconds")
        }
        observe(.waiting(progress.info, delay))
        try await pause(delay, &progress)
      }
    }
  }

  /// Hands the ticket back and sorts the result.
  private func conclude(
    _ ticket: RateGovernor.Ticket, _ result: Result<HTTPResponse, TransportError>, _ progress: Progress
  ) -> Answer {
    let now = clock.now()
    switch result {
    case .failure(let error):
      state.withLock { $0.governor.arrive(ticket, at: now) }
      return .failed(.transport(error), CloseError(progress.group, error))
    case .success(let response):
      let reading = RateLimitReading(response.headers)
      if (200..<300).contains(response.status) {
        state.withLock { $0.governor.arrive(ticket, reading, at: now) }
        return .response(
          APIResponse(
            status: response.status, headers: response.headers, body: response.body,
            url: response.effectiveURL,
            attempts: progress.attempts, waited: progress.waited, key: ticket.key))
      }
      let body = APIErrorBody(response.body)
      let pause = RateLimitReading.pause(after: response.headers, body: body)
      let closing = response.status == 429 ? pause ?? .seconds(2) : nil
      state.withLock { $0.governor.arrive(ticket, reading, refusedFor: closing, at: now) }
      return .failed(
        .refused(status: response.status, pause: closing ?? pause),
        CloseError(
          progress.group, status: response.status, url: response.effectiveURL, body: body,
          key: name(of: ticket.key)))
    }
  }

  private func report(
    _ result: Result<HTTPResponse, TransportError>, _ progress: Progress, duration: Duration
  ) {
    let response = try? result.get()
    let bytes = response?.body.count ?? 0
    state.withLock {
      $0.totals.requests += 1
      $0.totals.bytes += bytes
      if progress.attempts > 1 { $0.totals.retries += 1 }
    }
    observe(
      .finished(
        FinishedAttempt(
          call: progress.info, status: response?.status, duration: duration, bytes: bytes,
          attempt: progress.attempts)))
  }
}

// MARK: - Between attempts

extension CloseClient {
  /// Returns when the call should be tried again; throws the failure when it should not.
  private func waitForNextAttempt(
    after outcome: RetryPolicy.Outcome, _ failure: CloseError, _ progress: inout Progress
  ) async throws(CloseError) {
    let now = clock.now()
    let firstFailure = progress.firstFailure ?? now
    progress.firstFailure = firstFailure
    let decision = policy.decide(
      outcome, attempt: progress.attempts, elapsed: now - firstFailure, kind: progress.call.kind,
      random: clock.random())
    guard case .retry(let delay) = decision else { throw failure }
    observe(
      .retrying(progress.info, after: delay, attempt: progress.attempts, reason: failure.description))
    try await pause(delay, &progress)
  }

  /// Renews the token once after it was rejected; true when the call should be tried again.
  private func renewToken(_ progress: inout Progress) async throws(CloseError) -> Bool {
    guard case .oauth(let session) = credentials, !progress.hasRenewedToken else { return false }
    progress.hasRenewedToken = true
    progress.token = try await session.token(insteadOf: progress.token)
    return true
  }

  private func pause(_ delay: Duration, _ progress: inout Progress) async throws(CloseError) {
    let started = clock.now()
    do {
      try await clock.sleep(delay)
    } catch {
      throw CloseError.cancelled(progress.group, url: progress.request.url)
    }
    let waited = clock.now() - started
    progress.waited += waited
    state.withLock { $0.totals.waited += waited }
  }
}
