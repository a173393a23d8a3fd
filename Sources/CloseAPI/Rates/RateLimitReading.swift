package import HTTPTransport

/// What one response says about the rate bucket it came out of.
///
/// Understood forms, newest first; a name's case does not matter, a value may be fractional:
///
///     RateLimit: limit=100, remaining=50, reset=5        (also with `;` between)
///     RateLimit-Limit: 100    RateLimit-Remaining: 50    RateLimit-Reset: 5
///     X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Reset
///
/// See: https://developer.close.com/topics/rate-limits/
package struct RateLimitReading: Hashable, Sendable {
  /// Requests per window.
  package let limit: Int?
  /// Requests left in this window.
  package let remaining: Int?
  /// Time until the window ends.
  package let reset: Duration?

  /// Creates a reading.
  package init(limit: Int?, remaining: Int?, reset: Duration?) {
    self.limit = limit
    self.remaining = remaining
    self.reset = reset
  }

  /// Reads a response's headers; nil when they say nothing.
  package init?(_ headers: HTTPHeaders) {
    let combined = RateLimitReading.members(of: headers["RateLimit"] ?? "")
    func number(_ name: String) -> Double? {
      combined[name]
        ?? ["RateLimit-", "X-Rate-Limit-", "X-RateLimit-"].lazy
        .compactMap { headers[$0 + name] }.compactMap { RateLimitReading.number($0[...]) }.first
    }
    limit = number("limit").flatMap { Int(exactly: $0.rounded(.down)) }
    remaining = number("remaining").flatMap { Int(exactly: $0.rounded(.down)) }
    reset = number("reset").flatMap { Duration(politeSeconds: $0) }
    if limit == nil && remaining == nil && reset == nil { return nil }
  }

  /// `limit=100, remaining=50; reset=5` by name.
  private static func members(of text: String) -> [String: Double] {
    var members: [String: Double] = [:]
    for member in text.split(whereSeparator: { $0 == "," || $0 == ";" }) {
      let sides = member.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, let value = number(sides[1]) else { continue }
      members[String(sides[0].filter { !$0.isWhitespace }).lowercased()] = value
    }
    return members
  }

  /// The number a value starts with: `100;w=60` and `"5"` are 100 and 5.
  private static func number(_ text: Substring) -> Double? {
    let digits = text.drop { $0.isWhitespace || $0 == "\"" }.prefix { "0123456789.".contains($0) }
    guard let value = Double(digits), value.isFinite, value < 1e15 else { return nil }
    return value
  }
}

extension RateLimitReading {
  /// How long a refused (429) call asks us to stay away; nil when it does not say.
  ///
  /// `Retry-After` is the bucket's reset rounded up to whole seconds, so the exact reset is used unless
  /// `Retry-After` asks for more, which means that another, hidden limit refused.
  package static func pause(after headers: HTTPHeaders, body: APIErrorBody) -> Duration? {
    let exact = RateLimitReading(headers)?.reset ?? body.rateReset
    guard let asked = headers["Retry-After"].flatMap({ Double($0) }).flatMap({ Duration(politeSeconds: $0) })
    else { return exact }
    guard let exact, asked < exact + .seconds(1) else { return asked }
    return exact
  }
}

extension Duration {
  /// A waiting time from outside; nil for nonsense, and never more than a day.
  package init?(politeSeconds seconds: Double) {
    guard seconds.isFinite, seconds >= 0 else { return nil }
    self = .seconds(min(seconds, 86_400))
  }

  /// Seconds, fraction included.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
