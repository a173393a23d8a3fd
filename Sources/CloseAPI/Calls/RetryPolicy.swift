package import HTTPTransport

/// Whether a failed call is tried again, and when.
///
/// | outcome | read | write |
/// |---|---|---|
/// | 429, 503 | again | again: the server says it did not act |
/// | no connection, nothing sent | again | again |
/// | broken or silent connection, truncated body | again | no: it may have been done |
/// | 500, 502, 504 | again | no: it may have been done |
/// | 2xx with a body that is not JSON | again | no: it is done |
/// | 2xx with JSON of another shape than expected | four times again, seconds apart: time seldom mends it | no: it is done |
/// | everything else | no | no |
///
/// Waiting times without a word from the server, before jitter (which takes off up to half):
///
/// | failed attempts | 1 | 2 | 3 | 4 | 5 | 6 | 7 and more |
/// |---|---|---|---|---|---|---|---|
/// | seconds | 0.5 | 1 | 2 | 4 | 8 | 16 | 30 |
package struct RetryPolicy: Sendable {
  /// How a call ended.
  package enum Outcome: Sendable {
    /// An answer that is complete and good.
    case success
    /// An answer with an error status, and the pause it asked for.
    case refused(status: Int, pause: Duration?)
    /// No complete answer.
    case transport(TransportError)
    /// A good status with a body that is not JSON, or not all of it.
    case invalidBody
    /// A good status with JSON that speaks of something else.
    case unexpectedShape
  }

  /// What to do now.
  package enum Decision: Hashable, Sendable {
    /// Done.
    case succeed
    /// The same again after this time.
    case retry(after: Duration)
    /// Give up.
    case fail
  }

  private let budget: Duration
  private static let longestBackOff: Double = 30

  /// A policy that gives up `budget` after a call first failed.
  package init(budget: Duration) { self.budget = budget }

  /// Decides after the `attempt`-th attempt (from 1), `elapsed` after the first one failed.
  ///
  /// - Parameter random: in 0..<1, for the jitter.
  package func decide(
    _ outcome: Outcome, attempt: Int, elapsed: Duration, kind: APICall.Kind, random: Double
  ) -> Decision {
    let backOff = RetryPolicy.backOff(afterAttempt: attempt, random: random)
    let delay: Duration
    switch outcome {
    case .success: return .succeed
    case .refused(429, let pause?):
      // The exact pause the first time; a server that keeps refusing is given more room.
      delay =
        attempt == 1 ? pause : max(pause, RetryPolicy.backOff(afterAttempt: attempt - 1, random: random))
    case .refused(429, nil): delay = backOff
    case .refused(503, let pause): delay = max(pause ?? .zero, backOff)
    case .refused(let status, _) where kind == .read && [500, 502, 504].contains(status): delay = backOff
    case .transport(let error) where error.isTransient && (kind == .read || !error.mayHaveBeenProcessed):
      delay = backOff
    case .invalidBody where kind == .read: delay = backOff
    case .unexpectedShape where kind == .read && attempt < 5: delay = backOff
    case .refused, .transport, .invalidBody, .unexpectedShape: return .fail
    }
    return elapsed + delay <= budget ? .retry(after: delay) : .fail
  }

  /// Half a second doubled with every attempt up to half a minute, of which chance takes off up to half.
  private static func backOff(afterAttempt attempt: Int, random: Double) -> Duration {
    let full = min(0.5 * Double(1 << min(max(attempt, 1) - 1, 10)), longestBackOff)
    return .seconds(full * (1 - min(max(random, 0), 1) / 2))
  }
}
