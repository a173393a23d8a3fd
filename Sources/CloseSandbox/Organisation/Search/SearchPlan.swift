import JSONBytes

/// Finds and orders the objects a search asks for, looking at as few as it can.
struct SearchPlan {
  let request: SearchRequest
  let context: SearchContext

  /// A row with the values it is ordered by.
  struct Row: Sendable {
    let record: Record
    let keys: [SortKey]
  }

  /// The date the rows are ordered by, when one of the sorted tables has that order.
  private var tableOrder: (order: Table.Order, isDescending: Bool)? {
    guard let sort = request.sorts.first else { return (.created, true) }
    guard request.sorts.count == 1, case .regular(let name) = sort.field else { return nil }
    switch name {
    case "date_created": return (.created, sort.isDescending)
    case "date_updated": return (.updated, sort.isDescending)
    default: return nil
    }
  }

  // MARK: - One page

  /// At most `limit` records behind the cursor, in order.
  func page(limit: Int) -> [Record] {
    if let (order, isDescending) = tableOrder, narrowed == nil {
      return walk(order, isDescending, limit: limit)
    }
    let rows = sortedMatches()
    guard let cursor = request.cursor else { return rows.prefix(limit).map(\.record) }
    let last = (cursor.values.map { SortKey($0) }, cursor.sequence)
    return rows.lazy.filter { isBefore(last, ($0.keys, $0.record.sequence)) }.prefix(limit).map(\.record)
  }

  /// All matches, in whatever order.
  func matches() -> [Record] {
    let subjects = narrowed ?? Array(table(.created))
    return subjects.filter { $0.kind == request.kind && request.query.matches(.record($0), context) }
  }

  /// What the cursor remembers of a row.
  func cursorValues(of record: Record) -> [JSONValue] {
    if let (order, _) = tableOrder {
      return [.int(Int((order == .created ? record.created : record.updated).microseconds))]
    }
    return request.sorts.map { $0.field.values(of: .record(record), context).first ?? .null }
  }

  // MARK: - Along a sorted table

  private func walk(_ order: Table.Order, _ isDescending: Bool, limit: Int) -> [Record] {
    let rows = table(order)
    var found: [Record] = []
    var index = isDescending ? rows.endIndex - 1 : rows.startIndex
    if let cursor = request.cursor, let date = cursor.values.first?.int {
      let key = Table.Key(date: Timestamp(microseconds: Int64(date)), sequence: cursor.sequence)
      let all = context.store.table(request.kind)[order]
      let position = Table.position(of: key, in: all, order)
      let isThere = position < all.count && Table.key(all[position], order) == key
      index = isDescending ? min(index, position - 1) : max(index, isThere ? position + 1 : position)
    }
    while found.count < limit, index >= rows.startIndex, index < rows.endIndex {
      if request.query.matches(.record(rows[index]), context) { found.append(rows[index]) }
      index += isDescending ? -1 : 1
    }
    return found
  }

  /// The part of the table that the query's own bounds on its date leave.
  private func table(_ order: Table.Order) -> ArraySlice<Record> {
    let name = order == .created ? "date_created" : "date_updated"
    let (start, end) = request.query.bounds(on: name, context)
    return context.store.table(request.kind).range(order, from: start, before: end)
  }

  // MARK: - Any other order

  private func sortedMatches() -> [Row] {
    let rows = matches().map { record in
      Row(record: record, keys: cursorValues(of: record).map { SortKey($0) })
    }
    return rows.sorted { isBefore(($0.keys, $0.record.sequence), ($1.keys, $1.record.sequence)) }
  }

  private func isBefore(_ left: ([SortKey], Int), _ right: ([SortKey], Int)) -> Bool {
    let directions = tableOrder.map { [$0.isDescending] } ?? request.sorts.map(\.isDescending)
    for (index, isDescending) in directions.enumerated() {
      guard index < left.0.count, index < right.0.count, left.0[index] != right.0[index] else { continue }
      return isDescending ? left.0[index] > right.0[index] : left.0[index] < right.0[index]
    }
    return directions.first == true ? left.1 > right.1 : left.1 < right.1
  }

  // MARK: - Exact values

  /// The few objects that an exact value in the query leaves; nil when there is none to go by.
  private var narrowed: [Record]? {
    guard let ids = request.query.candidates(for: request.kind, context) else { return nil }
    return ids.compactMap { context.store[$0] }
  }
}

extension SearchNode {
  /// The half-open range that conditions on a date of the object itself leave.
  func bounds(on name: String, _ context: SearchContext) -> (start: Timestamp?, end: Timestamp?) {
    switch self {
    case .field(.regular(let field), .momentRange(let start, let end)) where field == name:
      return (start.map(context.instant), end.map(context.instant))
    case .and(let nodes):
      return nodes.map { $0.bounds(on: name, context) }.reduce((nil, nil)) { all, next in
        (
          [all.0, next.start].compactMap { $0 }.max(), [all.1, next.end].compactMap { $0 }.min()
        )
      }
    default: return (nil, nil)
    }
  }

  /// The ids that can match at all, by the term index; nil when any object can.
  func candidates(for kind: Kind, _ context: SearchContext) -> Set<String>? {
    guard let terms = context.store.terms else { return nil }
    switch self {
    case .and(let nodes): return nodes.lazy.compactMap { $0.candidates(for: kind, context) }.first
    case .id(let id): return [id]
    case .field(.custom(let id), .term(let values)):
      guard values.allSatisfy({ $0.string != nil }) else { return nil }
      return values.compactMap(\.string).reduce(into: []) { $0.formUnion(terms.ids(id, $1)) }
    case .field(.custom(let id), .text(let text, .exactValue)): return terms.ids(id, text)
    case .field(.regular(let name), .text(let text, .exactValue))
    where name == "name" || name == "display_name":
      return terms.ids(name, text)
    case .related(let type, let node):
      guard kind == .lead || kind == .contact, let name = SearchNode.indexedParts[type],
        let text = node.exactText(of: name)
      else { return nil }
      let contacts = terms.ids(name, text)
      return kind == .contact ? contacts : Set(contacts.compactMap { context.store[$0]?.leadID })
    default: return nil
    }
  }

  private static let indexedParts = [
    "contact_email": "email", "contact_phone": "phone", "contact_url": "url",
  ]

  /// The text that a field must equal for the node to match.
  private func exactText(of name: String) -> String? {
    switch self {
    case .field(.regular(name), .text(let text, .exactValue)): text
    case .field(.regular(name), .term(let values)) where values.count == 1: values[0].string
    case .and(let nodes): nodes.lazy.compactMap { $0.exactText(of: name) }.first
    default: nil
    }
  }

  /// Whether an exact value occurs that the term index can look up.
  var hasExactValue: Bool {
    switch self {
    case .and(let nodes): nodes.contains(where: \.hasExactValue)
    case .id, .field(.custom, .term), .field(.custom, .text(_, .exactValue)): true
    case .field(.regular(let name), .text(_, .exactValue)): name == "name" || name == "display_name"
    case .related(let type, let node):
      SearchNode.indexedParts[type].map { node.exactText(of: $0) != nil } ?? false
    default: false
    }
  }
}
