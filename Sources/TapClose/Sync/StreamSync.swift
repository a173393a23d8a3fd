import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// What it takes to read one table in this run.
struct StreamSync: Sendable {
  let definition: StreamDefinition
  let selection: StreamSelection
  let client: CloseClient
  /// Keeps all tables together within the number of requests allowed in flight.
  let gate: RequestGate
  let clock: ClientClock
  let output: RunOutput
  let report: RunReport
  let settings: SyncSettings
  /// The bookmark the run starts from.
  let bookmark: Timestamp?
  /// Marks the rows of a table that was once read anew, however it is read now; targets may drop those without.
  var version: Int?
  /// Takes the pages instead of the output, when they are only read to ask for something else.
  var divert: (@Sendable (StreamPage) throws -> Void)?
  /// What the event log has to tell of the table; nil when it is not asked.
  var log: LogFollower?

  var name: String { definition.name }

  /// Reads the table completely; returns when everything is out and the bookmark stands.
  func run() async throws {
    switch definition.replication {
    case .search(let objectType, let substitute): try await search(objectType, or: substitute)
    case .windows(let windows): try await read(windows)
    case .whole(let collection, _): try await readWhole(collection)
    case .custom(let stream): try await read(stream)
    }
  }

  /// Where reading starts: the bookmark, but never before `start_date`.
  var start: Timestamp? {
    guard let bookmark, let startDate = settings.startDate else { return bookmark ?? settings.startDate }
    return max(bookmark, startDate)
  }

  /// - Parameter listing: nil for the answers of the search.
  func newEncoder(of listing: Listing? = nil) -> PageEncoder {
    PageEncoder(definition, selection, listing, version: version)
  }

  /// Asks for a page and encodes it; a page that turns out broken is asked for again.
  func fetch(
    _ call: APICall, with encoder: inout PageEncoder, isWanted: (RecordEncoder.Facts) -> Bool
  ) async throws -> StreamPage {
    var used = encoder
    let page = try await gate.enter {
      try await client.page(call) { (response) throws(JSONError) in
        used = encoder
        return try used.encode(response, isWanted: isWanted)
      }
    }
    encoder = used
    return page
  }

  /// Moves the bookmark, though not beyond what Close's own clock vouches for, in case ours is ahead of it.
  func advance(_ field: String, to instant: Timestamp?) throws {
    guard divert == nil else { return }
    let ahead = client.secondsAhead
    let limit = ahead > 0 ? settings.now.adding(seconds: -ahead - Int64(settings.searchLag)) : .latest
    try output.advance(name, field, to: instant.map { min($0, limit) })
  }

  /// Writes a page's records; the bookmark is moved separately, when it may be.
  func write(_ page: StreamPage) throws {
    if let divert { return try divert(page) }
    try output.writeRecords(page.lines, count: page.count)
    report.wrote(page.count, of: name)
  }
}

/// The run's settings as far as reading a table needs them.
struct SyncSettings: Sendable {
  /// When the run started; bookmarks never go beyond it.
  let now: Timestamp
  var startDate: Timestamp?
  /// Days per activity request window.
  let dateWindow: Int
  /// Seconds of activities before the bookmark that are read again.
  let attributionWindow: Int
  /// Seconds that the API's index may lag behind.
  let searchLag: Int
  /// Windows of one table in flight.
  let concurrency: Int
  let leadsVia: LeadsVia
}

/// How leads (and contacts) are listed by the date of their last change.
enum LeadsVia: String, CaseIterable, Sendable {
  /// `search` first, `query` when the API refuses it.
  case automatic = "auto"
  /// Always `POST /data/search/`.
  case search
  /// Always `GET /lead/?query=…`, with its precision of a minute.
  case query
}
