/// Something a `CloseClient` did, for metrics, progress and logs.
public enum ClientEvent: Sendable {
  /// An attempt ended, with or without a response.
  case finished(FinishedAttempt)
  /// A call waits until its rate limit allows it.
  case waiting(CallInfo, Duration)
  /// A call failed and will be tried again after a pause.
  case retrying(CallInfo, after: Duration, attempt: Int, reason: String)
}

/// Which call an event is about.
public struct CallInfo: Hashable, Sendable {
  /// Verb and path with ids replaced.
  public let endpoint: EndpointGroup
  /// The call's label, such as a stream's name.
  public let label: String?
}

/// How one attempt of a call went.
public struct FinishedAttempt: Sendable {
  /// Which call.
  public let call: CallInfo
  /// The HTTP status; nil when there was no complete response.
  public let status: Int?
  /// How long it took.
  public let duration: Duration
  /// Size of the response's body.
  public let bytes: Int
  /// Which attempt, from 1.
  public let attempt: Int

  /// Whether Close answered with a 2xx status.
  public var isSuccess: Bool { status.map { (200..<300).contains($0) } ?? false }
}

/// What a `CloseClient` did in total.
public struct ClientTotals: Hashable, Sendable {
  /// Attempts made.
  public var requests = 0
  /// Attempts that repeated a failed one.
  public var retries = 0
  /// Time spent waiting for rate limits and between attempts, summed over calls.
  public var waited = Duration.zero
  /// Bytes of response bodies.
  public var bytes = 0
}
