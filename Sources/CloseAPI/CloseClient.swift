public import HTTPTransport
public import JSONBytes
import Synchronization

/// Calls Close: adds credentials, stays within rate limits, tries again where that is safe.
///
/// Any number of tasks may use one client at once.
///
///     let client = CloseClient(configuration, .apiKeys([key])) { event in … }
///     let response = try await client.send(.get("me/"))
public final class CloseClient: Sendable {
  /// How it talks to Close.
  public let configuration: ClientConfiguration
  let credentials: Credentials
  let transport: any Transport
  let clock: ClientClock
  let policy: RetryPolicy
  let observe: @Sendable (ClientEvent) -> Void
  let state: Mutex<State>

  enum Credentials {
    case keys([Secret])
    case oauth(OAuthSession)
  }

  struct State {
    var governor: RateGovernor
    var totals = ClientTotals()
    var serverClock = ServerClock()
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

  /// Creates a client with a connection of its own to Close.
  public convenience init(
    _ configuration: ClientConfiguration, _ credentials: CloseCredentials,
    observe: @escaping @Sendable (ClientEvent) -> Void = { _ in }
  ) {
    let options = CurlOptions(userAgent: configuration.userAgent, maxConnections: configuration.concurrency)
    self.init(configuration, credentials, transport: CurlTransport(options), observe: observe)
  }

  /// Where tasks that do little but wait for answers run at the least cost; see `Transport.executor`.
  public var executor: (any TaskExecutor)? { transport.executor }

  /// What has been done so far.
  public var totals: ClientTotals { state.withLock { $0.totals } }

  /// Seconds that our clock is ahead of Close's, as its answers so far show; 0 below a minute.
  public var secondsAhead: Int64 { max(clockDifference, 0) }

  /// The time by Close's clock, as far as its answers so far show how ours differs from it.
  public var date: Timestamp { clock.date().adding(seconds: -clockDifference) }

  private var clockDifference: Int64 {
    let (date, now) = (clock.date(), clock.now())
    return state.withLock { $0.serverClock.difference(of: date, at: now) }
  }

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
    var progress = try CallProgress(call, configuration)
    while true {
      let answer = try await attempt(&progress)
      let outcome: RetryPolicy.Outcome
      var failure: CloseError
      switch answer {
      case .response(let response):
        do throws(JSONError) {
          return try read(response)
        } catch {
          outcome = (try? JSONValue(parsing: response.body)) == nil ? .invalidBody : .unexpectedShape
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
