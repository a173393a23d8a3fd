import JSONBytes

/// The objects of one kind in order of creation and in order of their last change.
struct Table: Sendable {
  /// The two dates every object can be ordered by.
  enum Order: Sendable {
    case created, updated
  }

  private(set) var byCreated: [Record] = []
  private(set) var byUpdated: [Record] = []

  var count: Int { byCreated.count }

  /// Takes over many records at once.
  init(_ records: [Record] = []) {
    byCreated = records.sorted { Table.key($0, .created) < Table.key($1, .created) }
    byUpdated = records.sorted { Table.key($0, .updated) < Table.key($1, .updated) }
  }

  subscript(order: Order) -> [Record] { order == .created ? byCreated : byUpdated }

  mutating func insert(_ record: Record) {
    byCreated.insert(record, at: Table.position(of: Table.key(record, .created), in: byCreated, .created))
    byUpdated.insert(record, at: Table.position(of: Table.key(record, .updated), in: byUpdated, .updated))
  }

  mutating func remove(_ record: Record) {
    Table.remove(record, from: &byCreated, .created)
    Table.remove(record, from: &byUpdated, .updated)
  }

  /// The records from `start` (inclusive) to `end` (exclusive), either of which may be open.
  func range(_ order: Order, from start: Timestamp?, before end: Timestamp?) -> ArraySlice<Record> {
    let records = self[order]
    let lower = start.map { Table.position(of: Key(date: $0, sequence: -1), in: records, order) } ?? 0
    let upper =
      end.map { Table.position(of: Key(date: $0, sequence: -1), in: records, order) } ?? records.count
    return records[lower..<max(lower, upper)]
  }

  private static func remove(_ record: Record, from records: inout [Record], _ order: Order) {
    let index = position(of: key(record, order), in: records, order)
    if index < records.count, records[index] === record { records.remove(at: index) }
  }
}

// MARK: - Order

extension Table {
  /// A place in the order: equal dates follow the order in which the objects were made.
  struct Key: Comparable, Sendable {
    let date: Timestamp
    let sequence: Int

    static func < (left: Key, right: Key) -> Bool {
      left.date == right.date ? left.sequence < right.sequence : left.date < right.date
    }
  }

  static func key(_ record: Record, _ order: Order) -> Key {
    Key(date: order == .created ? record.created : record.updated, sequence: record.sequence)
  }

  /// The index of the first record that does not stand before `key`.
  static func position(of key: Key, in records: [Record], _ order: Order) -> Int {
    var lower = 0
    var upper = records.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if Table.key(records[middle], order) < key { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }
}
