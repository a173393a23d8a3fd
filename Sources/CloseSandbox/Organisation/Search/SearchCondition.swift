import JSONBytes

/// What a query asks of one field.
enum SearchCondition: Sendable {
  case boolean(Bool)
  case currentUser
  case exists
  case text(String, SearchText.Mode)
  case term([JSONValue])
  case reference([String])
  case numberRange([(Filter.Comparison, Double)])
  /// From the first moment on, up to but not including the second.
  case momentRange(SearchMoment?, SearchMoment?)

  init(_ value: JSONValue) throws(SearchFault) {
    switch try value.searchText("type") {
    case "boolean":
      guard let flag = value["value"]?.bool else {
        throw SearchFault(SearchFault.required, at: .key("value"))
      }
      self = .boolean(flag)
    case "current_user": self = .currentUser
    case "exists": self = .exists
    case "text":
      let text = try value.searchText("value")
      guard let mode = SearchText.Mode(rawValue: value["mode"]?.string ?? "full_words") else {
        throw SearchFault(SearchFault.invalidChoice, at: .key("mode"))
      }
      self = .text(text, mode)
    case "term": self = .term(try value.searchList("values"))
    case "reference":
      _ = try value.searchText("reference_type")
      self = .reference(try value.searchList("object_ids").compactMap(\.string))
    case "number_range": self = .numberRange(try SearchCondition.numbers(value))
    case "moment_range":
      self = .momentRange(
        try SearchCondition.moment("on_or_after", value), try SearchCondition.moment("before", value))
    default: throw SearchFault(SearchFault.invalidChoice, at: .key("type"))
    }
  }

  private static func numbers(_ value: JSONValue) throws(SearchFault) -> [(Filter.Comparison, Double)] {
    var bounds: [(Filter.Comparison, Double)] = []
    for (key, comparison) in [
      ("gt", Filter.Comparison.greater), ("gte", .greaterOrEqual), ("lt", .less), ("lte", .lessOrEqual),
    ] {
      guard let bound = value[key], !bound.isNull else { continue }
      guard let number = bound.double else { throw SearchFault("Value must be of int type.", at: .key(key)) }
      bounds.append((comparison, number))
    }
    return bounds
  }

  private static func moment(_ key: String, _ value: JSONValue) throws(SearchFault) -> SearchMoment? {
    guard let moment = value[key], !moment.isNull else { return nil }
    guard moment.object != nil else { throw SearchFault("Value must be of dict type.", at: .key(key)) }
    return try within(.key(key)) { () throws(SearchFault) in try SearchMoment(moment) }
  }

  /// Whether one of a field's values meets the condition.
  func holds(for values: [JSONValue], _ context: SearchContext) -> Bool {
    switch self {
    case .exists: return values.contains { !$0.isNull && $0 != "" }
    case .boolean(let flag): return values.contains(.bool(flag)) || (!flag && values.isEmpty)
    case .currentUser: return values.contains(.string(context.userID))
    case .text(let text, let mode):
      return values.contains { $0.string.map { SearchText.matches($0, text, mode) } ?? false }
    case .term(let terms): return values.contains { terms.contains($0) }
    case .reference(let ids): return values.contains { $0.string.map(ids.contains) ?? false }
    case .numberRange(let bounds):
      return values.contains { value in
        guard let number = value.double else { return false }
        return bounds.allSatisfy { comparison, bound in
          switch comparison {
          case .greater: number > bound
          case .greaterOrEqual: number >= bound
          case .less: number < bound
          case .lessOrEqual: number <= bound
          case .equal: number == bound
          }
        }
      }
    case .momentRange(let start, let end):
      let lower = start.map(context.instant)
      let upper = end.map(context.instant)
      return values.contains { value in
        guard let date = value.string.flatMap({ Timestamp($0) }) else { return false }
        return lower.map { date >= $0 } != false && upper.map { date < $0 } != false
      }
    }
  }
}
