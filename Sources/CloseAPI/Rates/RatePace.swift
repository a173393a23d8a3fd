/// A distance between requests found by trial, for limits that no response names.
///
/// A refusal that nothing announced doubles the distance, starting from the pace that led to it; every request
/// that gets through takes 3 % off, so that the limit is tried again some 25 requests later.
struct RatePace: Sendable {
  private var distance: Duration = .zero
  private var lastDeparture: Duration?
  /// When counting began: with the first request, then with the last refusal.
  private var countsFrom: Duration?
  private var passed = 0
  private static let longest = Duration.seconds(30)
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
    distance = distance * 97 / 100
    if distance < RatePace.shortest { distance = .zero }
  }

  /// Takes note of a refusal; those of requests that were under way at the last one say nothing new.
  mutating func refuse(departedAt: Duration, at now: Duration) {
    guard let start = countsFrom, departedAt >= start else { return }
    distance = min(max(distance * 2, (now - start) / (passed + 1)), RatePace.longest)
    countsFrom = now
    passed = 0
  }
}
