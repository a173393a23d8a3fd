import JSONBytes

/// The span of time a report looks at, the end not included.
struct ReportRange: Sendable {
  let start: Timestamp
  let end: Timestamp

  init(start: Timestamp, end: Timestamp) {
    self.start = start
    self.end = max(start, end)
  }

  /// Reads an object with `start` and `end`.
  init?(_ value: JSONValue?) {
    guard let start = value?["start"]?.string.flatMap({ Timestamp($0) }),
      let end = value?["end"]?.string.flatMap({ Timestamp($0) })
    else { return nil }
    self.init(start: start, end: end)
  }

  /// `today`, `last-week`, `this-quarter`, …; nil for other names.
  init?(relative name: String, now: Timestamp, zoneOffset: Int64) {
    let local = now.adding(seconds: zoneOffset)
    let (year, month) = (
      Int(local.dateText.prefix(4)) ?? 1970, Int(local.dateText.dropFirst(5).prefix(2)) ?? 1
    )
    func first(_ index: Int) -> Timestamp {
      let (years, rest) = (index >= 0 ? index / 12 : (index - 11) / 12, ((index % 12) + 12) % 12)
      return Timestamp("\(year + years)-\(rest < 9 ? "0" : "")\(rest + 1)-01") ?? local
    }
    let day: Int64 = 86_400
    let today = local.startOfDay
    let weekday = ((today.microseconds / Timestamp.day + 3) % 7 + 7) % 7
    let week = today.adding(seconds: -weekday * day)
    let quarter = (month - 1) / 3 * 3
    let spans: [String: (Timestamp, Timestamp)] = [
      "today": (today, today.adding(seconds: day)), "yesterday": (today.adding(seconds: -day), today),
      "this-week": (week, week.adding(seconds: 7 * day)), "last-week": (week.adding(seconds: -7 * day), week),
      "this-month": (first(month - 1), first(month)), "last-month": (first(month - 2), first(month - 1)),
      "this-quarter": (first(quarter), first(quarter + 3)),
      "last-quarter": (first(quarter - 3), first(quarter)),
      "this-year": (first(0), first(12)), "last-year": (first(-12), first(0)),
      "all-time": (.earliest, today.adding(seconds: day)),
    ]
    guard let span = spans[name] else { return nil }
    self.init(start: span.0.adding(seconds: -zoneOffset), end: span.1.adding(seconds: -zoneOffset))
  }

  /// The dates a query names, each day counting as a whole; everything up to now without any.
  init(_ call: Call, from start: String, to end: String) {
    let bound = { (name: String) in
      call.parameters[name].flatMap { DateBound($0, zoneOffset: call.zoneOffset) }
    }
    let last = bound(end).map { $0.isDay ? $0.instant.adding(seconds: 86_400) : $0.instant }
    self.init(start: bound(start)?.instant ?? .earliest, end: last ?? call.now)
  }

  func contains(_ instant: Timestamp) -> Bool { instant >= start && instant < end }

  /// The midnights from the first day to the last.
  var days: [Timestamp] {
    var days: [Timestamp] = []
    var day = start
    while day < end, days.count < 4000 {
      days.append(day)
      day = day.adding(seconds: 86_400)
    }
    return days
  }
}
