import JSONBytes
import Synchronization

/// The way of a request through the server: faults, path, method, key, rate, body, and then the API.
final class Gateway: Sendable {
  /// What may change while the server runs.
  struct Rules {
    var faults: FaultPlan
    var buckets: RateBuckets
    var rateHeaders: RateHeaders
    var rateBody: RateBody
    var tokens: OAuthTokens
  }

  let api: any SandboxAPI
  let options: ServerOptions
  let keys: SandboxKeys
  let identity: SandboxIdentity
  let clock: SandboxClock
  let log = RequestLog()
  let rules: Mutex<Rules>

  init(api: some SandboxAPI, options: ServerOptions) throws(SandboxError) {
    self.api = api
    self.options = options
    keys = SandboxKeys(seed: options.seed)
    identity = SandboxIdentity(of: api)
    clock = SandboxClock(start: options.clock)
    rules = Mutex(
      Rules(
        faults: try FaultPlan(parsing: options.faults, seed: options.seed),
        buckets: RateBuckets(limit: options.rate), rateHeaders: options.rateHeaders,
        rateBody: options.rateBody, tokens: OAuthTokens(keys: keys, identity: identity, seed: options.seed)))
  }

  /// Answers one request; never fails, whatever it says.
  func answer(_ request: HTTPRequest, connection: Int, until stop: StopSignal) -> Delivery {
    if request.path.hasPrefix("/sandbox/") { return Delivery(response: control(request)) }
    let start = monotonicSeconds()
    var visit = Visit(request, number: log.requestArrived(), connection: connection)
    let faults = rules.withLock { $0.faults.strike(method: visit.method, path: visit.record.path) }
    visit.record.faults = faults.map(\.text)
    var delivery = deliver(&visit, faults, until: stop)
    delivery.response.headers.append(("Date", clock.now().httpDate))
    visit.record.bytes = delivery.response.body.count
    visit.record.milliseconds = (monotonicSeconds() - start) * 1000
    log.requestAnswered(visit.record, overran: visit.overran)
    if let logLine = options.logLine { logLine(visit.line(for: delivery)) }
    return delivery
  }

  /// Answers what could not even be read as a request.
  func answer(_ malformed: MalformedRequest) -> SandboxResponse {
    log.malformedArrived()
    options.logLine?("malformed request \(malformed.status) \(malformed.reason)")
    return SandboxResponse(status: malformed.status, ["error": .string(malformed.reason)])
  }

  /// Lets the faults do what comes before the real answer, gives that, and lets them spoil it.
  private func deliver(_ visit: inout Visit, _ faults: [Fault], until stop: StopSignal) -> Delivery {
    for fault in faults {
      switch fault.effect {
      case .hang(let seconds): stop.sleep(seconds)
      case .expireTokens: rules.withLock { $0.tokens.expireAll() }
      case .status(let status):
        let response = rules.withLock {
          fault.answer(status, style: $0.rateHeaders, rateBody: $0.rateBody, limit: $0.buckets.limit)
        }
        return finish(&visit, response, faults)
      case .expireCursors:
        if visit.continuesSearch { return finish(&visit, Fault.expiredCursor, faults) }
      case .reset: return Delivery(response: SandboxResponse(status: 0), ending: .reset)
      case .close: return Delivery(response: SandboxResponse(status: 0), ending: .close)
      default: break
      }
    }
    return finish(&visit, respond(to: &visit), faults)
  }

  private func finish(_ visit: inout Visit, _ response: SandboxResponse, _ faults: [Fault]) -> Delivery {
    visit.record.status = response.status
    var delivery = Delivery(response: response)
    delivery.spoil(by: faults)
    return delivery
  }

  /// The answer of a server that has no faults.
  private func respond(to visit: inout Visit) -> SandboxResponse {
    var rateHeaders: [(name: String, value: String)] = []
    do throws(EarlyAnswer) {
      try checkPath(visit.request)
      if visit.request.path.hasPrefix("/oauth2/") {
        let now = clock.now()
        return rules.withLock { $0.tokens.answer(visit.request, at: now) }
      }
      try checkMethod(visit)
      let visitor = try authenticate(visit.request)
      visit.record.keyIndex = visitor.keyIndex
      rateHeaders = try takeFromBuckets(&visit, visitor)
      let call = try visit.call(by: visitor.caller)
      visit.record.query = call.query
      options.onRequest?(call, visit.record.number)
      var response = api.respond(to: call, at: clock.now())
      response.headers += rateHeaders
      return response
    } catch {
      var response = error.response
      response.headers += rateHeaders
      return response
    }
  }
}

/// An answer that ends the way of a request early.
struct EarlyAnswer: Error {
  var response: SandboxResponse

  init(_ response: SandboxResponse) { self.response = response }

  init(_ status: Int, _ text: String, headers: [(name: String, value: String)] = []) {
    response = SandboxResponse(status: status, ["error": .string(text)])
    response.headers = headers
  }
}
