import JSONBytes

/// The step of `{now-1}` and `{now+1}`.
enum TimeUnit: String, CaseIterable, Sendable {
  case minute, hour, day, week, month

  /// The instant so many units later, or earlier when `count` is negative.
  ///
  /// A month ends on its last day: one after 31 January is 28 or 29 February.
  func adding(_ count: Int, to instant: Timestamp) -> Timestamp {
    switch self {
    case .minute: instant.adding(seconds: 60, times: count)
    case .hour: instant.adding(seconds: 3600, times: count)
    case .day: instant.adding(seconds: 86_400, times: count)
    case .week: instant.adding(seconds: 7 * 86_400, times: count)
    case .month: TimeUnit.adding(months: count, to: instant)
    }
  }

  private static func adding(months count: Int, to instant: Timestamp) -> Timestamp {
    let civil = CivilTime(instant)
    let (total, overflow) = (civil.year * 12 + civil.month - 1).addingReportingOverflow(count)
    guard !overflow, total >= 12, total < 10_000 * 12 else { return count < 0 ? .earliest : .latest }
    let month = "\((total / 12).padded(4))-\((total % 12 + 1).padded(2))"
    let timeOfDay = instant.microseconds - instant.startOfDay.microseconds
    for day in (28...max(civil.day, 28)).reversed() {
      guard let date = Timestamp("\(month)-\(min(day, civil.day).padded(2))") else { continue }
      return date.adding(microseconds: timeOfDay)
    }
    return instant
  }
}

extension Timestamp {
  fileprivate func adding(seconds: Int64, times count: Int) -> Timestamp {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: Int64(count))
    return overflow ? (count < 0 ? .earliest : .latest) : adding(seconds: product)
  }
}
