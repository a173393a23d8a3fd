import JSONBytes

/// Which of the header styles Close has used over the years tells a client where it stands.
public enum RateHeaders: String, CaseIterable, Sendable {
  /// `RateLimit: limit=100, remaining=50, reset=5`, as documented.
  case comma
  /// The same with semicolons, and each value in a header of its own, as seen on the live API.
  case semicolon
  /// `X-Rate-Limit-Limit`, `-Remaining` and `-Reset`, as before July 2023.
  case legacy
  /// No such header at all.
  case none

  func headers(_ standing: RateBuckets.Standing) -> [(name: String, value: String)] {
    let limit = String(standing.limit.requests)
    let remaining = String(standing.remaining)
    let reset = RateHeaders.text(standing.reset)
    return switch self {
    case .comma: [("RateLimit", "limit=\(limit), remaining=\(remaining), reset=\(reset)")]
    case .semicolon:
      [
        ("ratelimit", "limit=\(limit); remaining=\(remaining); reset=\(reset)"), ("ratelimit-limit", limit),
        ("ratelimit-remaining", remaining), ("ratelimit-reset", reset),
      ]
    case .legacy:
      [
        ("X-Rate-Limit-Limit", limit), ("X-Rate-Limit-Remaining", remaining), ("X-Rate-Limit-Reset", reset),
      ]
    case .none: []
    }
  }

  /// Seconds with at most three digits after the point: `5`, `0.13`.
  static func text(_ seconds: Double) -> String {
    let thousandths = (max(0, min(seconds, 1e9)) * 1000).rounded(.up)
    return (JSONNumber(thousandths / 1000) ?? JSONNumber(0)).text
  }
}

/// What the body of a 429 says.
public enum RateBody: String, CaseIterable, Sendable {
  /// Nothing.
  case empty
  /// `{"error": {"rate_reset": 0.13, "rate_limit": 240, …}}`, deprecated since April 2024.
  case legacy
  /// `{"rate_reset": 0.13, …}`, where some clients look for it.
  case topLevel = "top-level"

  func body(_ standing: RateBuckets.Standing) -> JSONValue? {
    let details: JSONValue = [
      "message": "API call count exceeded for this period", "rate_endpoint_group": 1,
      "rate_limit": .int(standing.limit.requests), "rate_limit_type": "key",
      "rate_reset": JSONNumber(standing.reset).map { .number($0) } ?? 0,
      "rate_window": JSONNumber(standing.limit.seconds).map { .number($0) } ?? 1,
    ]
    return switch self {
    case .empty: nil
    case .legacy: ["error": details]
    case .topLevel: details
    }
  }
}

extension RateBuckets.Standing {
  /// The 429 for a request that overran its bucket; `Retry-After` is whole seconds.
  func refusal(_ style: RateHeaders, _ body: RateBody) -> SandboxResponse {
    var response = body.body(self).map { SandboxResponse(status: 429, $0) } ?? SandboxResponse(status: 429)
    response.headers = style.headers(self)
    response.headers.append(("Retry-After", String(Int(max(0, min(reset, 1e9)).rounded(.up)))))
    return response
  }
}
