import JSONBytes

/// `_group_by` of `/opportunity/`: by user, or by a period of the day a deal was won.
struct OpportunityGrouping: Sendable {
  enum Field: String, Sendable {
    case user = "user_id"
    case week = "date_won__week"
    case month = "date_won__month"
    case quarter = "date_won__quarter"
    case year = "date_won__year"
  }

  let field: Field
  let isDescending: Bool

  /// Nil for what opportunities cannot be grouped by.
  init?(_ text: String) {
    isDescending = text.hasPrefix("-")
    guard
      let field = Field(
        rawValue: text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text)
    else { return nil }
    self.field = field
  }

  /// What a group is called and sorted by; empty for opportunities that were not won.
  func key(of opportunity: Record) -> String {
    guard field != .user else { return opportunity.text("user_id") ?? "" }
    guard let day = opportunity.text("date_won"), let date = Timestamp(day) else { return "" }
    let year = String(day.prefix(4))
    let month = Int(day.dropFirst(5).prefix(2)) ?? 1
    switch field {
    case .year: return year
    case .quarter: return "\(year)-Q\((month - 1) / 3 + 1)"
    case .month: return String(day.prefix(7))
    default:
      let (weekYear, week) = OpportunityGrouping.week(of: date)
      return "\(weekYear)-W\(week < 10 ? "0" : "")\(week)"
    }
  }

  /// The parts of the key that stand beside it in a group.
  func parts(of key: String, userName: String?) -> JSONObject {
    let pieces = key.split(separator: "-").map(String.init)
    let number = pieces.count > 1 ? Int(pieces[1].drop { !$0.isNumber }) : nil
    let year = pieces.first.flatMap { Int($0) }.map { JSONValue.int($0) } ?? .null
    let value = number.map { JSONValue.int($0) } ?? .null
    switch field {
    case .user: return ["user_id": .string(key), "user_name": .text(userName)]
    case .year: return ["year": year]
    case .quarter: return ["year": year, "quarter": value]
    case .month: return ["year": year, "month": value]
    case .week: return ["weekyear": year, "week": value]
    }
  }

  /// The ISO week: the one that holds the Thursday.
  private static func week(of date: Timestamp) -> (year: Int, week: Int) {
    let days = date.startOfDay.microseconds / Timestamp.day
    let weekday = ((days + 3) % 7 + 7) % 7
    let thursday = date.startOfDay.adding(seconds: (3 - weekday) * 86_400)
    let year = Int(thursday.dateText.prefix(4)) ?? 1970
    let newYear = Timestamp(thursday.dateText.prefix(4) + "-01-01") ?? thursday
    return (year, Int((thursday.microseconds - newYear.microseconds) / Timestamp.day / 7) + 1)
  }
}
