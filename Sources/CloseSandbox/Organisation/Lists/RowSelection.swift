import JSONBytes

/// Which rows a list shows, and in which order.
struct RowSelection: Sendable {
  enum Source: Sendable {
    case kind(Kind)
    case activities
  }

  enum Order: Sendable {
    case created, updated
    case field(String)
  }

  var source: Source
  var conditions: [Condition] = []
  /// A further test, for what the table of filters cannot say.
  var predicate: (@Sendable (Record, RecordStore) -> Bool)?
  var order = Order.created
  var isDescending = true

  /// The rows in order; reversed rows are only marked as such, not turned around.
  struct Rows: Sendable {
    var records: ArraySlice<Record>
    var isReversed: Bool

    var count: Int { records.count }

    subscript(position: Int) -> Record {
      isReversed ? records[records.endIndex - 1 - position] : records[records.startIndex + position]
    }
  }

  func rows(in store: RecordStore) -> Rows {
    let (candidates, found) = candidates(in: store)
    let rest = conditions.filter { !isCovered($0, by: found) }
    let matches: ArraySlice<Record> =
      rest.isEmpty && predicate == nil
      ? candidates
      : candidates.filter { record in
        rest.allSatisfy { $0.holds(for: record) } && predicate?(record, store) != false
      }[...]
    return Rows(records: sorted(matches, from: found), isReversed: isDescending)
  }

  // MARK: - Finding

  /// How candidates were found, and hence which conditions they meet already and in which order they come.
  private enum Found {
    case byCreated, byUpdated, bySequence
  }

  private func candidates(in store: RecordStore) -> (ArraySlice<Record>, Found) {
    if let ids = ids { return (ids.compactMap { store[$0] }.filter(isOfSource)[...], .bySequence) }
    if let lead = leadID { return (store.members(of: lead).filter(isOfSource)[...], .bySequence) }
    let table: Table =
      switch source {
      case .kind(let kind): store.table(kind)
      case .activities: store.activities
      }
    let updated = bounds("date_updated")
    if updated.start != nil || updated.end != nil {
      return (table.range(.updated, from: updated.start, before: updated.end), .byUpdated)
    }
    if case .updated = order { return (table.byUpdated[...], .byUpdated) }
    let created = bounds("date_created")
    return (table.range(.created, from: created.start, before: created.end), .byCreated)
  }

  private func isOfSource(_ record: Record) -> Bool {
    switch source {
    case .kind(let kind): record.kind == kind
    case .activities: record.kind.isActivity
    }
  }

  private var ids: [String]? {
    for condition in conditions where condition.filter.field == "id" {
      switch condition.value {
      case .text(let id): return [id]
      case .texts(let ids): return ids.sorted()
      default: break
      }
    }
    return nil
  }

  private var leadID: String? {
    for condition in conditions where condition.filter.field == "lead_id" {
      if case .text(let id) = condition.value { return id }
    }
    return nil
  }

  /// The half-open range that the conditions on a date leave.
  private func bounds(_ field: String) -> (start: Timestamp?, end: Timestamp?) {
    var start: Timestamp?
    var end: Timestamp?
    for condition in conditions where condition.filter.field == field {
      guard case .date(let comparison) = condition.filter.test, case .date(let bound) = condition.value else {
        continue
      }
      let next = bound.instant.adding(microseconds: 1)
      switch comparison {
      case .equal: continue
      case .greater: start = max(start ?? next, next)
      case .greaterOrEqual: start = max(start ?? bound.instant, bound.instant)
      case .less: end = min(end ?? bound.instant, bound.instant)
      case .lessOrEqual: end = min(end ?? next, next)
      }
    }
    return (start, end)
  }

  private func isCovered(_ condition: Condition, by found: Found) -> Bool {
    guard case .date(let comparison) = condition.filter.test, comparison != .equal else { return false }
    switch found {
    case .byCreated: return condition.filter.field == "date_created"
    case .byUpdated: return condition.filter.field == "date_updated"
    case .bySequence: return false
    }
  }

  // MARK: - Sorting

  private func sorted(_ records: ArraySlice<Record>, from found: Found) -> ArraySlice<Record> {
    switch (order, found) {
    case (.created, .byCreated), (.updated, .byUpdated): return records
    case (.created, _): return records.sorted { Table.key($0, .created) < Table.key($1, .created) }[...]
    case (.updated, _): return records.sorted { Table.key($0, .updated) < Table.key($1, .updated) }[...]
    case (.field(let name), _):
      let keyed = records.map { (key: SortKey($0.value(name)), record: $0) }
      return keyed.sorted { ($0.key, $0.record.sequence) < ($1.key, $1.record.sequence) }.map(\.record)[...]
    }
  }
}
