import JSONBytes

/// A half-open stretch of time: `start` belongs to it, `end` does not; nil means no limit.
struct TimeRange: Hashable, Sendable {
  var start: Timestamp?
  var end: Timestamp?

  func contains(_ instant: Timestamp) -> Bool {
    if let start, instant < start { return false }
    if let end, instant >= end { return false }
    return true
  }

  /// Query parameters that ask for this stretch of `field`.
  func parameters(for field: String) -> [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    if let start { parameters.append(("\(field)__gte", start.description)) }
    if let end { parameters.append(("\(field)__lt", end.description)) }
    return parameters
  }
}

extension Timestamp {
  /// The last whole second at or before this instant; Close drops fractions from some filters.
  var flooredToSecond: Timestamp {
    let whole = microseconds / Timestamp.second * Timestamp.second
    return Timestamp(microseconds: whole > microseconds ? whole - Timestamp.second : whole)
  }

  func adding(days: Int) -> Timestamp { adding(seconds: Int64(days) * 86_400) }
}
