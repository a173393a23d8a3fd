/// A distance between requests found by trial, for limits that no response names.
///
/// A refusal that nothing announced doubles the distance, starting from the pace that led to it; every request
/// that gets through takes 3 % off, so that the limit is tried again some 25 requests later. Where refusals go on
/// at any pace they are about something else: then they teach nothing for the next hundred requests.
struct RatePace: Sendable {
  private var distance: Duration = .zero
  private var lastDeparture: Duration?
  /// When counting began: with the first request, then with the last refusal.
  private var countsFrom: Duration?
  private var passed = 0
  /// How many requests have to get through before a refusal is heeded again.
  private var disregarding = 0
  /// Close allows some twenty requests a second.
  private static let longest = Duration.seconds(2)
  private static let shortest = Duration.milliseconds(1)

  /// How long the next request has to wait.
  func delay(at now: Duration) -> Duration {
    guard let lastDeparture else { return .zero }
    return max(.zero, lastDeparture + distance - now)
  }

  mutating func depart(at now: Duration) {
    lastDeparture = now
    countsFrom = countsFrom ?? now
  }

  mutating func pass() {
    passed += 1
    disregarding = max(0, disregarding - 1)
    distance = distance * 97 / 100
    if distance < RatePace.shortest { distance = .zero }
  }

  /// Takes note of a refusal; those of requests that were under way at the last one say nothing new.
  mutating func refuse(departedAt: Duration, at now: Duration) {
    guard let start = countsFrom, departedAt >= start else { return }
    let observed = (now - start) / (passed + 1)
    countsFrom = now
    passed = 0
    guard disregarding == 0 else { return }
    if distance * 2 > RatePace.longest {
      distance = .zero
      disregarding = 100
    } else {
      distance = min(max(distance * 2, observed), RatePace.longest)
    }
  }
}
