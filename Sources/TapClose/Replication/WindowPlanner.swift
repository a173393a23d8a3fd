import JSONBytes

/// Cuts a stretch of time into windows, oldest first, longer ones where nothing lies.
///
///     15 days, nothing found in the first two: |15|30 |60     |…; rows found: back to 15
struct WindowPlanner {
  private var next: Timestamp?
  private let anchor: Timestamp
  private let end: Timestamp
  private let isOpenEnded: Bool
  private let days: Int
  private var stretch = 1
  /// Decades of emptiness fit in a few windows of this many times `days`.
  private let longestStretch: Int

  /// - Parameters:
  ///   - range: what to cut; `end` nil makes the last window, which starts at or before `now`, open-ended.
  ///   - midnights: windows are never longer and end at midnight; otherwise they count from the start of `range`.
  init(_ range: TimeRange, now: Timestamp, days: Int, midnights: Bool = false) {
    next = range.start ?? .earliest
    anchor = midnights ? TimeRange.firstThinkable : range.start ?? .earliest
    longestStretch = midnights ? 1 : 256
    end = range.end ?? max(now, range.start ?? .earliest)
    isOpenEnded = range.end == nil
    self.days = max(days, 1)
  }

  /// The next window, nil when all have been handed out.
  mutating func nextWindow() -> TimeRange? {
    guard let start = next else { return nil }
    let length = Int64(days) * Timestamp.day
    let excess = (start.microseconds - anchor.microseconds) % length
    let stop = start.adding(days: days * stretch).adding(
      microseconds: excess < 0 ? -excess - length : -excess)
    if stop > end || stop == .latest {
      next = nil
      guard isOpenEnded || start < end else { return nil }
      return TimeRange(start: start, end: isOpenEnded ? nil : end)
    }
    next = stop
    return TimeRange(start: start, end: stop)
  }

  /// Takes note of how many rows a finished window held.
  mutating func windowHeld(rows: Int) {
    stretch = rows == 0 ? min(stretch * 2, longestStretch) : 1
  }
}
