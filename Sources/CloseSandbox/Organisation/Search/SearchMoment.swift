import JSONBytes

/// A point in time as a query names it, absolute or relative to the moment of the search.
indirect enum SearchMoment: Sendable {
  case now
  case fixed(Timestamp)
  /// A day where the caller is, at its start or its end.
  case localDay(Timestamp, isEnd: Bool)
  case offset(months: Int64, seconds: Int64, from: SearchMoment, dayEnd: DayEnd?)

  enum DayEnd: String, Sendable {
    case start, end
  }

  init(_ value: JSONValue) throws(SearchFault) {
    switch try value.searchText("type") {
    case "now": self = .now
    case "fixed_utc":
      guard let instant = Timestamp(try value.searchText("value")) else {
        throw SearchFault("Invalid ISO 8601 datetime.", at: .key("value"))
      }
      self = .fixed(instant)
    case "fixed_local_date":
      let text = try value.searchText("value")
      guard text.utf8.count == 10, let day = Timestamp(text) else {
        throw SearchFault("Invalid ISO 8601 date.", at: .key("value"))
      }
      guard let which = DayEnd(rawValue: value["which"]?.string ?? "start") else {
        throw SearchFault(SearchFault.invalidChoice, at: .key("which"))
      }
      self = .localDay(day, isEnd: which == .end)
    case "offset": self = try SearchMoment.readOffset(value)
    default: throw SearchFault(SearchFault.invalidChoice, at: .key("type"))
    }
  }

  private static func readOffset(_ value: JSONValue) throws(SearchFault) -> SearchMoment {
    let moment = try value.searchObject("moment")
    let amounts = try value.searchObject("offset")
    let sign: Int64
    switch try value.searchText("direction") {
    case "past": sign = -1
    case "future": sign = 1
    default: throw SearchFault(SearchFault.invalidChoice, at: .key("direction"))
    }
    func amount(_ key: String) -> Int64 { Int64(max(-100_000_000, min(100_000_000, amounts[key]?.int ?? 0))) }
    let months = amount("years") * 12 + amount("months")
    let days = amount("weeks") * 7 + amount("days")
    let seconds = days * 86_400 + amount("hours") * 3600 + amount("minutes") * 60 + amount("seconds")
    return .offset(
      months: sign * months, seconds: sign * seconds,
      from: try within(.key("moment")) { () throws(SearchFault) in try SearchMoment(moment) },
      dayEnd: value["which_day_end"]?.string.flatMap { DayEnd(rawValue: $0) })
  }

  /// The instant this names when searched at `now` by someone that many seconds east of UTC.
  func instant(at now: Timestamp, zoneOffset: Int64) -> Timestamp {
    switch self {
    case .now: return now
    case .fixed(let instant): return instant
    case .localDay(let day, let isEnd):
      return day.adding(seconds: -zoneOffset + (isEnd ? 86_400 : 0))
    case .offset(let months, let seconds, let moment, let dayEnd):
      let start = moment.instant(at: now, zoneOffset: zoneOffset)
      // Calendar months differ in length; a search for "the last 3 months" does not mind.
      let shifted = start.adding(seconds: seconds).adding(seconds: months * 2_629_746)
      guard let dayEnd else { return shifted }
      let day = shifted.adding(seconds: zoneOffset).startOfDay.adding(seconds: -zoneOffset)
      return dayEnd == .start ? day : day.adding(seconds: 86_400)
    }
  }
}
