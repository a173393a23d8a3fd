public import JSONBytes

/// Walks `POST /data/search/` in the order of `date_updated`, however many objects there are.
///
/// A search cursor dies after 30 seconds and after 10,000 objects, so it is never trusted for long: the walk
/// starts a new search a little below the last date it saw and drops what it has met there before. An object
/// that changes meanwhile moves ahead and is met again.
///
/// See developer.close.com: Advanced Filtering.
public struct KeysetWalk: Sendable {
  /// What to do after a page.
  public enum Step: Hashable, Sendable {
    /// Ask for the next page.
    case more
    /// All objects have been seen.
    case done
    /// Objects came that the filter or the order excludes: this search cannot be relied on.
    case disobeyed
    /// More objects share one date than a cursor can walk.
    case plateau(Timestamp)
  }

  /// An object of a page.
  public struct Row: Hashable, Sendable {
    /// Its id.
    public let id: String
    /// Its `date_updated`.
    public let instant: Timestamp

    /// Creates a row.
    public init(id: String, instant: Timestamp) {
      self.id = id
      self.instant = instant
    }
  }

  /// A cursor is not used when it is older than this; Close lets it live for 30 seconds.
  private static let cursorLifetime: Int64 = 25 * Timestamp.second
  /// A new search is started before a cursor walk reaches 10,000 objects.
  private static let cursorDepth = 9_600
  private static let hardDepth = 10_000
  /// How far below the last date a new search starts, should the index round or lag.
  private static let overlap: Int64 = -Timestamp.second

  private let objectType: String
  private let fields: [String]
  private let limit: Int
  private var anchor: Timestamp?
  private var cursor: String?
  private var cursorReceived = Timestamp.earliest
  private var depth = 0
  private var last: Timestamp?
  /// What has come at or above the point where the next search would start.
  private var recent: Set<Row> = []
  private var fruitlessRestarts = 0

  /// Starts a walk.
  ///
  /// - Parameters:
  ///   - objectType: `lead`, `contact`, …
  ///   - start: objects changed before this are left out; nil for none.
  ///   - fields: fields to ask for; the search gives only ids otherwise.
  ///   - limit: objects per page, at most 200.
  public init(objectType: String, from start: Timestamp?, fields: [String], limit: Int = 200) {
    self.objectType = objectType
    self.fields = fields
    self.limit = limit
    anchor = start
  }

  /// The body of the search for the next page.
  public mutating func nextBody(now: Timestamp) -> JSONValue {
    if cursor != nil, now.microseconds - cursorReceived.microseconds > KeysetWalk.cursorLifetime {
      _ = restart()
    }
    var conditions: [JSONValue] = [["type": "object_type", "object_type": .string(objectType)]]
    if let anchor { conditions.append(changedSince(anchor)) }
    var body: JSONValue = [
      "query": ["type": "and", "queries": .array(conditions)],
      "_fields": [objectType: .array(fields.map(JSONValue.string))],
      "sort": [["direction": "asc", "field": dateUpdated]],
      "_limit": .int(limit),
    ]
    if let cursor { body["cursor"] = .string(cursor) }
    return body
  }

  /// Whether this object, as of this date, has come before.
  public func hasSeen(_ row: Row) -> Bool { recent.contains(row) }

  /// Takes in a page and says how to go on.
  public mutating func handle(_ rows: [Row], cursor next: String?, now: Timestamp) -> Step {
    let isObedient = rows.allSatisfy { $0.instant >= (anchor ?? .earliest).adding(seconds: -60) }
    guard isObedient, isAscending(rows) else { return .disobeyed }
    let news = rows.filter { !recent.contains($0) }
    for row in news { last = max(last ?? row.instant, row.instant) }
    recent.formUnion(news)
    if let floor = last?.adding(microseconds: 2 * KeysetWalk.overlap) {
      recent = recent.count > 4 * limit ? recent.filter { $0.instant >= floor } : recent
    }
    depth += rows.count
    if !news.isEmpty { fruitlessRestarts = 0 }
    guard let next, !next.isEmpty, !rows.isEmpty else { return .done }
    cursor = next
    cursorReceived = now
    if depth >= KeysetWalk.cursorDepth, !restart(), depth >= KeysetWalk.hardDepth, let last {
      return .plateau(last)
    }
    return .more
  }

  /// Starts over after the API has refused the cursor; false when it is time to give up.
  public mutating func cursorExpired() -> Bool {
    if restart() { return true }
    fruitlessRestarts += 1
    beginSearch()
    return fruitlessRestarts <= 3
  }

  /// Begins a new search near the last date; false when that would only repeat this one.
  private mutating func restart() -> Bool {
    guard let last else { return false }
    let floor = anchor ?? .earliest
    guard let start = [last.adding(microseconds: KeysetWalk.overlap), last].first(where: { $0 > floor })
    else {
      return false
    }
    anchor = start
    beginSearch()
    return true
  }

  private mutating func beginSearch() {
    cursor = nil
    depth = 0
  }

  /// Rows of one second may come in any order, in case the index knows no fractions.
  private func isAscending(_ rows: [Row]) -> Bool {
    zip(rows, rows.dropFirst()).allSatisfy { $0.instant <= $1.instant.adding(seconds: 1) }
  }

  private var dateUpdated: JSONValue {
    ["type": "regular_field", "object_type": .string(objectType), "field_name": "date_updated"]
  }

  private func changedSince(_ instant: Timestamp) -> JSONValue {
    let moment: JSONValue = [
      "type": "fixed_utc", "value": .string(instant.description.dropLast() + "+00:00"),
    ]
    return [
      "type": "field_condition", "field": dateUpdated,
      "condition": ["type": "moment_range", "on_or_after": moment, "before": nil],
    ]
  }
}
