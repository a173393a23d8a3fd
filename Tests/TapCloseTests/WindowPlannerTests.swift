import JSONBytes
import Testing

@testable import TapClose

@Suite struct WindowPlannerTests {
  let now = Timestamp("2024-03-01T12:00:00Z") ?? .latest

  private func windows(_ range: TimeRange, days: Int, holding rows: Int = 1) -> [TimeRange] {
    var planner = WindowPlanner(range, now: now, days: days)
    var windows: [TimeRange] = []
    while let window = planner.nextWindow(), windows.count < 1000 {
      windows.append(window)
      planner.windowHeld(rows: rows)
    }
    return windows
  }

  @Test func `windows touch, the last one is open-ended`() {
    let cut = windows(TimeRange(start: Timestamp("2024-02-01"), end: nil), days: 15)
    #expect(cut.map(\.start) == ["2024-02-01", "2024-02-16"].map { Timestamp($0) })
    #expect(cut.map(\.end) == [Timestamp("2024-02-16"), nil])
  }

  @Test func `a closed range ends where it should`() {
    let range = TimeRange(start: Timestamp("2024-01-01"), end: Timestamp("2024-01-20"))
    #expect(windows(range, days: 15).map(\.end) == ["2024-01-16", "2024-01-20"].map { Timestamp($0) })
    let exact = TimeRange(start: Timestamp("2024-01-01"), end: Timestamp("2024-01-31"))
    #expect(windows(exact, days: 15).map(\.end) == ["2024-01-16", "2024-01-31"].map { Timestamp($0) })
  }

  @Test func `a bookmark in the future still gets its open window`() {
    let range = TimeRange(start: Timestamp("2031-01-01"), end: nil)
    #expect(windows(range, days: 15) == [range])
  }

  @Test func `empty decades take few windows`() {
    let cut = windows(TimeRange(start: Timestamp("2000-01-01"), end: nil), days: 15, holding: 0)
    #expect(cut.count < 15)
    #expect(zip(cut, cut.dropFirst()).allSatisfy { $0.end == $1.start })
  }

  @Test func `rows bring the usual length back`() throws {
    var planner = WindowPlanner(TimeRange(start: Timestamp("2020-01-01"), end: nil), now: now, days: 10)
    for rows in [0, 0, 5] {
      _ = planner.nextWindow()
      planner.windowHeld(rows: rows)
    }
    let next = planner.nextWindow()
    let window = try #require(next)
    #expect(window.start?.adding(days: 10) == window.end)
  }

  @Test func `windows may end at midnights`() {
    let range = TimeRange(start: Timestamp("2024-02-27T09:30:00Z"), end: nil)
    var planner = WindowPlanner(range, now: now, days: 1, midnights: true)
    var ends: [Timestamp?] = []
    for _ in 0..<4 {
      ends.append(planner.nextWindow()?.end)
      planner.windowHeld(rows: 0)
    }
    #expect(ends == ["2024-02-28", "2024-02-29", "2024-03-01"].map { Timestamp($0) } + [nil])
  }
}
