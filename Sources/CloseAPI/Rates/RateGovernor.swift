/// Decides when a request may leave, and with which key, so that no rate bucket runs empty.
///
/// Close counts requests per key and endpoint group, and all keys of an organisation together may use three
/// times what one key may. Nothing is held back before a response has named a limit. The time is whatever
/// monotonic clock the caller uses.
///
///     switch governor.depart(group, at: now) {
///     case .wait(let time), .closed(let time): sleep, then ask again
///     case .go(let ticket): send, then governor.arrive(ticket, …)
///     }
///
/// See: https://developer.close.com/topics/rate-limits/
package struct RateGovernor: Sendable {
  /// Leave to send one request; it must be handed back with `arrive`.
  package struct Ticket: Hashable, Sendable {
    let group: EndpointGroup
    /// Index of the key to use.
    package let key: Int
    let departedAt: Duration
  }

  /// The answer to a wish to depart.
  package enum Departure: Hashable, Sendable {
    /// Send now.
    case go(Ticket)
    /// The limit is used up: ask again after this time.
    case wait(Duration)
    /// The server refused calls for this long.
    case closed(Duration)
  }

  private let keys: Int
  private let share: Double
  /// Per endpoint group one bucket for each key.
  private var lanes: [EndpointGroup: [RateBucket]] = [:]
  private static let organisationMultiple = 3

  /// A governor for `keys` keys that uses `share` (0–1] of every limit.
  package init(keys: Int = 1, share: Double = 1) {
    self.keys = max(1, keys)
    self.share = share
  }

  /// Asks to send a request, with the key `pinned` when it must be that one.
  package mutating func depart(_ group: EndpointGroup, pinned: Int? = nil, at now: Duration) -> Departure {
    var lane = lanes[group] ?? Array(repeating: RateBucket(share: share), count: keys)
    defer { lanes[group] = lane }
    let candidates = pinned.map { [min(max($0, 0), keys - 1)] } ?? Array(0..<keys)
    let obstacles = candidates.map { lane[$0].obstacle(at: now) }
    let ready = zip(candidates, obstacles).filter { $0.1 == nil }.map(\.0)
    guard let key = ready.min(by: { RateGovernor.prefers(lane[$0], to: lane[$1]) }) else {
      switch obstacles.compactMap({ $0 }).min(by: { $0.delay < $1.delay }) {
      case .closed(let delay): return .closed(delay)
      case .spent(let delay): return .wait(delay)
      case nil: return .wait(.zero)
      }
    }
    if let delay = organisationDelay(lane, at: now) { return .wait(delay) }
    lane[key].depart(at: now)
    return .go(Ticket(group: group, key: key, departedAt: now))
  }

  /// Takes in how a request ended: what its response said about the bucket, and how long to stay away when it
  /// was refused (429).
  package mutating func arrive(
    _ ticket: Ticket, _ reading: RateLimitReading? = nil, refusedFor pause: Duration? = nil, at now: Duration
  ) {
    guard var lane = lanes[ticket.group] else { return }
    lane[ticket.key].arrive(departedAt: ticket.departedAt, reading, at: now)
    if let pause {
      // Refused although this key had something left: a limit that all keys share.
      let isOwnBucketEmpty = reading?.remaining == 0
      for key in isOwnBucketEmpty ? ticket.key...ticket.key : 0...keys - 1 {
        lane[key].close(
          for: pause, departedAt: ticket.departedAt, isExpected: isOwnBucketEmpty, at: now)
      }
    } else {
      lane[ticket.key].pass()
    }
    lanes[ticket.group] = lane
  }

  /// The fuller bucket first; among unknown ones the one less used.
  private static func prefers(_ left: RateBucket, to right: RateBucket) -> Bool {
    let (mine, other) = (left.slots ?? .max, right.slots ?? .max)
    return mine != other
      ? mine > other : (left.inFlight, left.departures) < (right.inFlight, right.departures)
  }

  /// How long the organisation's own limit holds everyone back; only more than three keys can reach it.
  private func organisationDelay(_ lane: [RateBucket], at now: Duration) -> Duration? {
    guard lane.count > RateGovernor.organisationMultiple, let limit = lane.compactMap(\.limit).max() else {
      return nil
    }
    let current = lane.filter { ($0.resetsAt ?? .zero) > now }
    let used = current.reduce(0) { $0 + $1.used }
    guard used >= lane[0].usable(limit * RateGovernor.organisationMultiple) else { return nil }
    return current.filter { $0.used > 0 }.compactMap(\.resetsAt).min().map { $0 - now }
  }
}
