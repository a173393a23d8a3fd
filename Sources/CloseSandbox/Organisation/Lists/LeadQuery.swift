import JSONBytes

/// The text query of `/lead/`, which Close has given up on but still answers:
/// `date_updated>="2020-01-01T00:00" and not lead_status:"Bad Fit" sort:date_updated`.
///
/// Dates count by the minute, or by the day when no time is given: `>=` from its start, `>` from its end on.
struct LeadQuery: Sendable {
  indirect enum Node: Sendable {
    case all
    case and([Node])
    case or([Node])
    case not(Node)
    case word(String)
    case phrase(String)
    case compare(field: String, comparison: Filter.Comparison, value: String)
    /// `opportunity(status_type:won)`
    case related(String, Node)
  }

  private(set) var node = Node.all
  private(set) var sort: String?
  private(set) var slice: (part: Int, of: Int)?
  let zoneOffset: Int64

  init(_ text: String, zoneOffset: Int64) throws(Refusal) {
    self.zoneOffset = zoneOffset
    var parser = LeadQueryParser(LeadQueryLexer.tokens(text))
    node = try parser.parse()
    sort = parser.sort
    slice = parser.slice
  }

  /// Narrows and orders a selection of leads.
  func apply(to selection: inout RowSelection, world: World, now: Timestamp) throws(Refusal) {
    switch sort.map({ $0.hasPrefix("-") ? String($0.dropFirst()) : $0 }) {
    case "date_updated", "updated": selection.order = .updated
    case "date_created", "created": selection.order = .created
    case "display_name", "name": selection.order = .field("display_name")
    case nil: break
    case let other?: throw .error(400, "Cannot sort by \(other).")
    }
    if let sort { selection.isDescending = sort.hasPrefix("-") }
    // Bounds on dates are found in sorted tables; only the rest is looked at lead by lead.
    var rest: [Node] = []
    let parts = if case .and(let nodes) = node { nodes } else { [node] }
    for part in parts {
      guard case .compare(let field, let comparison, let value) = part, let name = LeadQuery.dates[field]
      else {
        rest.append(part)
        continue
      }
      selection.conditions += try conditions(name, comparison, value)
    }
    let matcher = LeadQueryMatcher(directory: world.directory, now: now, zoneOffset: zoneOffset)
    let remaining = rest.filter { if case .all = $0 { false } else { true } }
    let slice = slice
    guard !remaining.isEmpty || slice != nil else { return }
    let previous = selection.predicate
    selection.predicate = { lead, store in
      if let slice, lead.sequence % slice.of != slice.part - 1 { return false }
      return previous?(lead, store) != false && remaining.allSatisfy { matcher.matches($0, lead, store) }
    }
  }

  private func conditions(
    _ field: String, _ comparison: Filter.Comparison, _ value: String
  ) throws(Refusal) -> [Condition] {
    guard let period = LeadQueryPeriod(value, zoneOffset: zoneOffset) else {
      throw .error(400, "Could not parse the date \"\(value)\" in the query.")
    }
    return period.bounds(comparison).map { comparison, instant in
      Condition(
        Filter(parameter: "query", field: field, test: .date(comparison)), value: .date(DateBound(instant)))
    }
  }

  static let dates = [
    "date_updated": "date_updated", "updated": "date_updated", "date_created": "date_created",
    "created": "date_created",
  ]
}

/// The minute or the day that a date in a query stands for.
struct LeadQueryPeriod: Sendable {
  let start: Timestamp
  let end: Timestamp

  init?(_ text: String, zoneOffset: Int64) {
    guard let instant = Timestamp(text) else { return nil }
    if text.utf8.count == 10 {
      start = instant.adding(seconds: -zoneOffset)
      end = start.adding(seconds: 86_400)
    } else {
      let minute = 60 * Timestamp.second
      let over = ((instant.microseconds % minute) + minute) % minute
      start = instant.adding(microseconds: -over)
      end = start.adding(seconds: 60)
    }
  }

  /// The half-open comparisons that say the same in instants.
  func bounds(_ comparison: Filter.Comparison) -> [(Filter.Comparison, Timestamp)] {
    switch comparison {
    case .equal: [(.greaterOrEqual, start), (.less, end)]
    case .greater: [(.greaterOrEqual, end)]
    case .greaterOrEqual: [(.greaterOrEqual, start)]
    case .less: [(.less, start)]
    case .lessOrEqual: [(.less, end)]
    }
  }

  func holds(_ comparison: Filter.Comparison, for instant: Timestamp) -> Bool {
    bounds(comparison).allSatisfy { comparison, bound in
      comparison == .less ? instant < bound : instant >= bound
    }
  }
}

extension DateBound {
  /// An exact instant.
  init(_ instant: Timestamp) {
    self.instant = instant
    plain = instant
    isDay = false
  }
}
