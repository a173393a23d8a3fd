import JSONBytes

/// All objects of an organisation as they stand at one moment, with the indexes that find them.
struct RecordStore: Sendable {
  private var records: [String: Record] = [:]
  private var tables: [Table]
  /// Every kind of activity together, for `/activity/`.
  private(set) var activities = Table()
  /// What hangs below each lead, in the order it was made.
  private var members: [String: [Record]] = [:]
  /// E-mails, phones, names and custom field values; built by the first search that needs it.
  private(set) var terms: TermIndex?
  /// Counts changes.
  private(set) var version = 0

  /// Takes over a whole organisation at once.
  init(_ all: [Record] = []) {
    var byKind = Array(repeating: [Record](), count: Kind.allCases.count)
    records.reserveCapacity(all.count)
    for record in all {
      records[record.id] = record
      byKind[Int(record.kind.rawValue)].append(record)
      if let lead = record.leadID { members[lead, default: []].append(record) }
    }
    tables = byKind.map { Table($0) }
    activities = Table(all.filter(\.kind.isActivity))
  }

  /// The object called `id`, of whatever kind.
  subscript(id: String) -> Record? { records[id] }

  /// The object of this kind called `id`.
  func find(_ kind: Kind, _ id: String) -> Record? {
    guard let record = records[id], record.kind == kind else { return nil }
    return record
  }

  func table(_ kind: Kind) -> Table { tables[Int(kind.rawValue)] }

  /// Every object of this kind, oldest first.
  func all(_ kind: Kind) -> [Record] { table(kind).byCreated }

  /// Everything that belongs to a lead, in the order it was made.
  func members(of leadID: String) -> [Record] { members[leadID] ?? [] }

  /// What a lead has of one kind, in the order it was made.
  func members(of leadID: String, _ kind: Kind) -> [Record] { members(of: leadID).filter { $0.kind == kind } }

  /// Every object, in the order they were made.
  var everything: [Record] { records.values.sorted { $0.sequence < $1.sequence } }
}

// MARK: - Changes

extension RecordStore {
  /// One object made (`old` is nil), changed, or deleted (`new` is nil).
  struct Change: Sendable {
    let old: Record?
    let new: Record?
  }

  mutating func apply(_ change: Change) {
    version += 1
    if let old = change.old { remove(old, isReplaced: change.new != nil) }
    if let new = change.new { insert(new) }
  }

  private mutating func insert(_ record: Record) {
    records[record.id] = record
    tables[Int(record.kind.rawValue)].insert(record)
    if record.kind.isActivity { activities.insert(record) }
    if let lead = record.leadID {
      let position = members[lead]?.firstIndex { $0.sequence > record.sequence }
      members[lead, default: []].insert(record, at: position ?? members[lead]?.count ?? 0)
    }
    terms?.insert(record)
  }

  private mutating func remove(_ record: Record, isReplaced: Bool) {
    if !isReplaced { records[record.id] = nil }
    tables[Int(record.kind.rawValue)].remove(record)
    if record.kind.isActivity { activities.remove(record) }
    if let lead = record.leadID {
      members[lead]?.removeAll { $0.id == record.id }
      if members[lead]?.isEmpty == true { members[lead] = nil }
    }
    terms?.remove(record)
  }

  /// Makes the term index when there is none yet.
  mutating func indexTerms() {
    guard terms == nil else { return }
    var index = TermIndex()
    for record in records.values { index.insert(record) }
    terms = index
  }
}
