public import CloseAPI
public import Singer

/// Tells the log and the metrics what a client does.
public struct ClientWatch: Sendable {
  private let log: Log
  private let metrics: Metrics

  /// A watch that reports to `log` and `metrics`.
  public init(log: Log, metrics: Metrics) {
    self.log = log
    self.metrics = metrics
  }

  /// Takes note of something a client did; waits of more than a second and repeated calls are logged.
  public func observe(_ event: ClientEvent) {
    switch event {
    case .finished(let attempt):
      metrics.addRequest(
        endpoint: attempt.call.endpoint.description, status: attempt.status, duration: attempt.duration)
    case .waiting(let call, let delay):
      if delay > .seconds(1) {
        log.info("waiting \(delay.tenths) s for the rate limit of \(call.endpoint)", stream: call.label)
      }
    case .retrying(let call, let delay, let attempt, let reason):
      log.warning("trying again in \(delay.tenths) s (attempt \(attempt)): \(reason)", stream: call.label)
    }
  }
}

extension Duration {
  /// Seconds with one decimal.
  public var tenths: String {
    let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
