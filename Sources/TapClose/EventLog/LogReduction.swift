import JSONBytes

/// Reduces the events of a stretch of the log, newest first, to the last word on each object.
///
/// The first event met of an object is its last one, so only hashes of ids are kept: some 20 bytes for each object
/// that was deleted, or changed where changes are asked for.
struct LogReduction: Sendable {
  /// A table, and what it wants to be told.
  struct Table: Sendable {
    let definition: StreamDefinition
    /// Events from before do not concern it.
    let since: Timestamp
    /// Whether it wants changes too, and not only deletions.
    let wantsChanges: Bool
  }

  enum Change: Hashable, Sendable {
    /// The object is gone.
    case deletion
    /// The object is as the event says, if it says enough.
    case update
    /// This object has to be looked at again.
    case look(String)
  }

  struct Verdict: Hashable, Sendable {
    /// Index of the table.
    let table: Int
    let change: Change
  }

  private let tables: [Table]
  private var known: [String: [Int]] = [:]
  private var settled: Set<Int> = []

  init(_ tables: [Table]) { self.tables = tables }

  /// What an event, which is older than all before it, means for the tables.
  mutating func take(_ event: LogEvent) -> [Verdict] {
    let concerned = tables(of: event.objectType).filter { tables[$0].since <= event.date }
    guard !concerned.isEmpty, !event.objectID.isEmpty else { return [] }
    let isDeletion = event.action == "deleted"
    let following = concerned.filter { tables[$0].wantsChanges }
    guard isDeletion || !following.isEmpty, settled.insert(event.objectID.hashValue).inserted else {
      return []
    }
    guard isDeletion else {
      // A merge says little of what the surviving lead has taken over.
      let change: Change = event.action == "merged" ? .look(event.objectID) : .update
      return following.map { Verdict(table: $0, change: change) }
    }
    var verdicts = concerned.map { Verdict(table: $0, change: .deletion) }
    if let survivor = event.survivor, survivor != event.objectID, !following.isEmpty,
      settled.insert(survivor.hashValue).inserted
    {
      verdicts += following.map { Verdict(table: $0, change: .look(survivor)) }
    }
    return verdicts
  }

  private mutating func tables(of type: String) -> [Int] {
    if let known = known[type] { return known }
    let found = tables.indices.filter { tables[$0].definition.isTold(by: type) }
    known[type] = found
    return found
  }
}
