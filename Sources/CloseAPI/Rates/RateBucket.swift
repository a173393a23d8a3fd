/// One key's allowance for one endpoint group, as far as responses have told.
///
/// A slot is taken when a request departs, not when its response comes, so requests in flight are never
/// forgotten. What a response reports is lowered by the requests still in flight, because the server may not
/// have counted them yet. When responses may have overtaken each other, the lowest figure and the latest reset
/// hold. So a bucket is never overdrawn, at the price of ending a window a few requests early when many are in
/// flight.
///
/// That holds for servers that count in fixed windows and for those whose buckets fill evenly: with the former
/// every response names the same reset, with the latter the one that found the bucket emptiest names the last.
struct RateBucket: Sendable {
  /// A window of the server's: `slots` more requests until `resetsAt`.
  private struct Window {
    var limit: Int
    var slots: Int
    var startedAt: Duration
    /// When a response last told about it; what left later is told of by newer responses.
    var toldAt: Duration
    var resetsAt: Duration
    /// The longest time to a reset seen, at most the length of a window.
    var length: Duration
  }

  private let share: Double
  private var window: Window?
  private(set) var inFlight = 0
  private(set) var departures = 0
  private var closedUntil: Duration = .zero
  private var pace = RatePace()

  init(share: Double) { self.share = min(max(share, 0.01), 1) }

  /// Requests per window, when known.
  var limit: Int? { window?.limit }

  /// How many requests may leave now; nil means that nothing is known, so any number.
  var slots: Int? { window?.slots }

  /// When the current window ends, when known.
  var resetsAt: Duration? { window?.resetsAt }

  /// How much of the usable allowance of the current window is gone.
  var used: Int { window.map { max(0, usable($0.limit) - $0.slots) } ?? 0 }

  /// The part of `limit` we may use; at least one request, or nothing would ever move.
  func usable(_ limit: Int) -> Int { max(1, Int((Double(limit) * share).rounded(.down))) }

  /// What keeps a request from leaving.
  enum Obstacle {
    /// The server refused calls for this long.
    case closed(Duration)
    /// The window is used up and lasts this long.
    case spent(Duration)

    var delay: Duration {
      switch self {
      case .closed(let delay), .spent(let delay): delay
      }
    }
  }

  /// What keeps a request from leaving now, if anything.
  mutating func obstacle(at now: Duration) -> Obstacle? {
    beginNextWindow(at: now)
    if closedUntil > now { return .closed(closedUntil - now) }
    if let window, window.slots <= 0 { return .spent(window.resetsAt - now) }
    let delay = pace.delay(at: now)
    return delay > .zero ? .spent(delay) : nil
  }

  mutating func depart(at now: Duration) {
    inFlight += 1
    departures += 1
    window?.slots -= 1
    pace.depart(at: now)
  }

  /// Closes the bucket after a refusal of the request that left at `departedAt`; `isExpected` when the response
  /// found the bucket empty, rather than another limit that it does not name.
  mutating func close(for pause: Duration, departedAt: Duration, isExpected: Bool, at now: Duration) {
    closedUntil = max(closedUntil, now + pause)
    if !isExpected { pace.refuse(departedAt: departedAt, at: now) }
  }

  /// Takes note of a request that was not refused.
  mutating func pass() { pace.pass() }

  /// Takes in the response to a request that left at `departedAt`; nil when it told nothing.
  mutating func arrive(departedAt: Duration, _ reading: RateLimitReading?, at now: Duration) {
    inFlight -= 1
    guard let reading, let remaining = reading.remaining, let reset = reading.reset else { return }
    let limit = max(reading.limit ?? window?.limit ?? remaining, 1)
    let slots = remaining - (limit - usable(limit)) - inFlight
    let length = max(window?.length ?? .zero, reset)
    guard var current = window, now < current.resetsAt else {
      window = Window(
        limit: limit, slots: slots, startedAt: departedAt, toldAt: now, resetsAt: now + reset, length: length)
      return
    }
    current.limit = limit
    current.length = length
    // A request from before this window began may have been counted in the one before: its figures say nothing.
    if departedAt >= current.startedAt {
      let isNewest = departedAt >= current.toldAt
      current.slots = isNewest ? slots : min(current.slots, slots)
      current.resetsAt = isNewest ? now + reset : max(current.resetsAt, now + reset)
      current.toldAt = now
    }
    window = current
  }

  /// Refills the bucket when its window is over; requests in flight may be counted in the new one.
  private mutating func beginNextWindow(at now: Duration) {
    guard var next = window, now >= next.resetsAt else { return }
    next.slots = usable(next.limit) - inFlight
    next.startedAt = now
    next.toldAt = now
    next.resetsAt = now + max(next.length, .milliseconds(50))
    window = next
  }
}
