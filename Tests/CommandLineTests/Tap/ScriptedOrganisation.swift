import CloseSandbox
import JSONBytes
import Synchronization

/// A Close API whose rows, dates and limits a test sets by hand, and may change between two requests.
///
/// Tables go by their path: `lead`, `task`, `activity`, `opportunity`, `event`, `user`, …
final class ScriptedOrganisation: SandboxAPI {
  /// One object: what lists filter and sort by, and whatever else it carries.
  struct Row: Sendable {
    var id: String
    var created: Timestamp
    var updated: Timestamp
    var members = JSONObject()
    /// Settles the order of equal dates.
    var number = 0
  }

  /// What the API allows and how it misbehaves.
  struct Rules: Sendable {
    /// The largest `_skip` of each table.
    var maxSkip: [String: Int] = [:]
    /// The largest `_limit` of each table.
    var maxLimit: [String: Int] = [:]
    /// `{"error": …}` instead of `{"field-errors": …}`.
    var classicErrors = false
    /// Tables whose filters on dates do nothing.
    var deafTables: Set<String> = []
    /// Tables whose lists do not say whether more pages follow.
    var silentTables: Set<String> = []
    /// Tables that are listed by this date whatever is asked for.
    var orders: [String: String] = [:]
    /// How many rows more than there are each table's list counts.
    var miscounts: [String: Int] = [:]
    /// Paths that answer with this status and an object that is no page.
    var refusals: [String: Int] = [:]
    /// Lists do not take a `query`.
    var refusesQueries = false
    /// The status of every search, when it is refused.
    var searchStatus: Int?
    /// Searches return everything, whatever they ask for.
    var searchIgnoresFilter = false
    /// Searches are ordered by `date_created`, whatever they ask for.
    var searchIgnoresOrder = false
    /// Objects after which a search ends, as if there were no more.
    var searchCap = 10_000
    /// The event log refuses all filters but those on dates; otherwise it ignores them.
    var refusesEventFilters = false
    /// The event log ignores the filters on dates too.
    var ignoresEventDates = false
    /// Cursors of the event log are not known any more.
    var forgetsCursors = false
  }

  struct State: Sendable {
    var tables: [String: [Row]] = [:]
    var rules = Rules()
    fileprivate var count = 0
  }

  private let state: Mutex<State>

  init(_ rules: Rules = Rules()) {
    state = Mutex(State(rules: rules))
  }

  var rules: Rules { state.withLock(\.rules) }

  func rows(_ table: String) -> [Row] { state.withLock { $0.tables[table] ?? [] } }

  func ids(_ table: String) -> Set<String> { Set(rows(table).map(\.id)) }

  /// Changes anything at once.
  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

  func respond(to request: SandboxRequest, at now: Timestamp) -> SandboxResponse {
    let state = state.withLock { $0 }
    return state.respond(to: request)
  }
}

extension ScriptedOrganisation.State {
  mutating func add(_ table: String, _ rows: [ScriptedOrganisation.Row]) {
    for var row in rows {
      count += 1
      row.number = count
      tables[table, default: []].append(row)
    }
  }

  /// Adds `count` rows whose dates follow each other in steps of `microseconds`.
  mutating func add(
    _ table: String, _ count: Int, from start: Timestamp, step microseconds: Int64, prefix: String? = nil
  ) {
    add(
      table,
      (0..<count).map { index in
        let date = start.adding(microseconds: Int64(index) * microseconds)
        return ScriptedOrganisation.Row(id: "\(prefix ?? table)_\(index)", created: date, updated: date)
      })
  }

  /// Somebody saves the row at `index`.
  mutating func edit(_ table: String, at index: Int, on date: Timestamp) {
    tables[table]?[index].updated = date
  }

  mutating func delete(_ table: String, at index: Int) { tables[table]?.remove(at: index) }
}
