import HTTPTransport
import Synchronization

extension CloseClient {
  /// How an attempt ended.
  enum Answer {
    case response(APIResponse)
    case failed(RetryPolicy.Outcome, CloseError)
  }

  /// Sends the call once, when its rate limit allows it.
  func attempt(_ progress: inout CallProgress) async throws(CloseError) -> Answer {
    if case .oauth(let session) = credentials {
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

  private func authorization(for key: Int, _ progress: CallProgress) -> HTTPAuthorization? {
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
  private func departure(_ progress: inout CallProgress) async throws(CloseError) -> RateGovernor.Ticket {
    while true {
      let now = clock.now()
      let departure = state.withLock {
        $0.governor.depart(progress.group, pinned: progress.call.key, at: now)
      }
      switch departure {
      case .go(let ticket): return ticket
      case .closed(let delay) where delay > configuration.retryBudget:
        throw CloseError(
          .rateLimited, endpoint: progress.group.description, url: progress.request.url, status: 429,
          message: "Close accepts no calls for another \(Int(delay.inSeconds.rounded(.up))) seconds")
      case .wait(let delay), .closed(let delay):
        observe(.waiting(progress.info, delay))
        try await pause(delay, &progress)
      }
    }
  }

  /// Hands the ticket back and sorts the result.
  private func conclude(
    _ ticket: RateGovernor.Ticket, _ result: Result<HTTPResponse, TransportError>, _ progress: CallProgress
  ) -> Answer {
    let now = clock.now()
    switch result {
    case .failure(let error):
      state.withLock { $0.governor.arrive(ticket, at: now) }
      return .failed(.transport(error), CloseError(progress.group, error))
    case .success(let response):
      let reading = RateLimitReading(response.headers)
      if (200..<300).contains(response.status) {
        state.withLock { state in
          state.serverClock.note(response.headers, at: now)
          state.governor.arrive(ticket, reading, at: now)
        }
        return .response(
          APIResponse(
            status: response.status, headers: response.headers, body: response.body,
            url: response.effectiveURL,
            attempts: progress.attempts, waited: progress.waited, key: ticket.key))
      }
      let body = APIErrorBody(response.body)
      let pause = RateLimitReading.pause(after: response.headers, body: body)
      let closing = response.status == 429 ? pause ?? .seconds(2) : nil
      state.withLock { state in
        state.serverClock.note(response.headers, at: now)
        state.governor.arrive(ticket, reading, refusedFor: closing, at: now)
      }
      return .failed(
        .refused(status: response.status, pause: closing ?? pause),
        CloseError(
          progress.group, status: response.status, url: response.effectiveURL, body: body,
          key: name(of: ticket.key)))
    }
  }

  private func report(
    _ result: Result<HTTPResponse, TransportError>, _ progress: CallProgress, duration: Duration
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
  func waitForNextAttempt(
    after outcome: RetryPolicy.Outcome, _ failure: CloseError, _ progress: inout CallProgress
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
  func renewToken(_ progress: inout CallProgress) async throws(CloseError) -> Bool {
    guard case .oauth(let session) = credentials, !progress.hasRenewedToken else { return false }
    progress.hasRenewedToken = true
    progress.token = try await session.token(insteadOf: progress.token)
    return true
  }

  private func pause(_ delay: Duration, _ progress: inout CallProgress) async throws(CloseError) {
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
