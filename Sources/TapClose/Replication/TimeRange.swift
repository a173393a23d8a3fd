import JSONBytes
import Singer

/// A half-open stretch of time: `start` belongs to it, `end` does not; nil means no limit.
struct TimeRange: Hashable, Sendable {
  var start: Timestamp?
  var end: Timestamp?

  /// Before anything in Close: it was founded in 2011, though imports may be dated further back.
  static let firstThinkable = Timestamp("2000-01-01") ?? .earliest

  func contains(_ instant: Timestamp) -> Bool {
    if let start, instant < start { return false }
    if let end, instant >= end { return false }
    return true
  }

  /// Rows without a date belong everywhere: better twice than never.
  func contains(_ facts: RecordEncoder.Facts) -> Bool { facts.instant.map(contains) ?? true }

  /// The same stretch with an earlier end.
  func ending(at earlier: Timestamp?) -> TimeRange {
    guard let earlier else { return self }
    return TimeRange(start: start, end: end.map { min($0, earlier) } ?? earlier)
  }

  /// Query parameters that ask for this stretch of `field`.
  ///
  /// Filters may drop fractions, so whole seconds are asked for; the rows are looked at again when they come.
  func parameters(for field: String) -> [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    if let start { parameters.append(("\(field)__gte", start.flooredToSecond.description)) }
    if let end { parameters.append(("\(field)__lt", end.ceiledToSecond.description)) }
    return parameters
  }
}

extension Timestamp {
  /// The last whole second at or before this instant.
  var flooredToSecond: Timestamp {
    let whole = microseconds / Timestamp.second * Timestamp.second
    return Timestamp(microseconds: whole > microseconds ? whole - Timestamp.second : whole)
  }

  /// The first whole second at or after this instant.
  var ceiledToSecond: Timestamp {
    let floor = flooredToSecond
    return floor == self ? self : floor.adding(seconds: 1)
  }

  func adding(days: Int) -> Timestamp { adding(seconds: Int64(days) * 86_400) }
}
