/// One key's allowance for one endpoint group, as far as responses have told.
///
/// A slot is taken when a request departs, not when its response comes, so requests in flight are never
/// forgotten. What a response reports is lowered by the requests still in flight, because the server may not
/// have counted them yet; within a window the lowest such figure holds. So a bucket is never overdrawn, at the
/// price of ending a window a few requests early when many are in flight.
struct RateBucket: Sendable {
  /// A window of the server's: `slots` more requests until `resetsAt`.
  private struct Window {
    var limit: Int
    var slots: Int
    var startedAt: Duration
    var resetsAt: Duration
    /// The window was begun by us, on the assumption that the last one is over.
    var isAssumed: Bool
    /// The longest time to a reset seen, at most the length of a window.
    var length: Duration
  }

  private let share: Double
  private var window: Window?
  private(set) var inFlight = 0
  private(set) var departures = 0
  private var closedUntil: Duration = .zero

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

  /// How long a request has to wait before it may leave; nil when it may leave now.
  mutating func delay(at now: Duration) -> Duration? {
    beginNextWindow(at: now)
    if closedUntil > now { return closedUntil - now }
    guard let window, window.slots <= 0 else { return nil }
    return window.resetsAt - now
  }

  mutating func depart() {
    inFlight += 1
    departures += 1
    window?.slots -= 1
  }

  mutating func close(until end: Duration) { closedUntil = max(closedUntil, end) }

  /// Takes in the response to a request that left at `departedAt`; nil when it told nothing.
  mutating func arrive(departedAt: Duration, _ reading: RateLimitReading?, at now: Duration) {
    inFlight -= 1
    guard let reading, let remaining = reading.remaining, let reset = reading.reset else { return }
    let limit = max(reading.limit ?? window?.limit ?? remaining, 1)
    let slots = remaining - (limit - usable(limit)) - inFlight
    let length = max(window?.length ?? .zero, reset)
    guard var current = window, now < current.resetsAt else {
      window = Window(
        limit: limit, slots: slots, startedAt: departedAt, resetsAt: now + reset, isAssumed: false,
        length: length)
      return
    }
    current.limit = limit
    current.length = length
    // A request from before this window began may have been counted in the one before: its figures say nothing.
    if departedAt >= current.startedAt {
      current.slots = min(current.slots, slots)
      current.resetsAt = current.isAssumed ? now + reset : min(current.resetsAt, now + reset)
      current.isAssumed = false
    }
    window = current
  }

  /// Refills the bucket when its window is over; requests in flight may be counted in the new one.
  private mutating func beginNextWindow(at now: Duration) {
    guard var next = window, now >= next.resetsAt else { return }
    next.slots = usable(next.limit) - inFlight
    next.startedAt = now
    next.resetsAt = now + max(next.length, .milliseconds(50))
    next.isAssumed = true
    window = next
  }
}
