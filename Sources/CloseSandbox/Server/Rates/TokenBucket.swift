/// A rate limit: so many requests in so many seconds.
public struct RateLimit: Hashable, Sendable {
  /// Requests in one window.
  public var requests: Int
  /// Length of the window in seconds.
  public var seconds: Double

  /// Creates a limit; both numbers must be positive.
  public init(requests: Int, seconds: Double) {
    self.requests = max(1, requests)
    self.seconds = seconds > 0 && seconds.isFinite ? seconds : 1
  }

  /// Reads `100/1`, `240/8`, `5/0.5`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let requests = Int(parts[0]), requests > 0,
      let seconds = DurationText.seconds(parts[1]), seconds > 0
    else { return nil }
    self.init(requests: requests, seconds: seconds)
  }

  /// The limit of the whole organisation, three times that of one key.
  var ofOrganization: RateLimit {
    let (product, overflow) = requests.multipliedReportingOverflow(by: 3)
    return RateLimit(requests: overflow ? .max : product, seconds: seconds)
  }
}

/// A bucket that holds a window's worth of requests and fills up evenly.
struct TokenBucket {
  let limit: RateLimit
  private var tokens: Double
  private var filledAt: Double

  init(limit: RateLimit, at now: Double) {
    self.limit = limit
    tokens = Double(limit.requests)
    filledAt = now
  }

  private var tokensPerSecond: Double { Double(limit.requests) / limit.seconds }

  /// Adds what has flowed in since the last look.
  mutating func fill(at now: Double) {
    tokens = min(Double(limit.requests), tokens + max(0, now - filledAt) * tokensPerSecond)
    filledAt = max(filledAt, now)
  }

  mutating func take() { tokens -= 1 }

  /// Whole requests left.
  var remaining: Int { Int(max(0, tokens)) }

  /// Seconds until the bucket is full again.
  var reset: Double { (Double(limit.requests) - tokens) / tokensPerSecond }
}
