import CloseAPI
import CloseConnection
import JSONBytes

/// Reads a stretch of the event log page by page, newest first.
struct LogReader {
  let client: CloseClient
  let gate: RequestGate
  let range: TimeRange
  let filter: [(name: String, value: String)]
  private var walk = CursorWalk(limit: 50)
  /// A cursor belongs to the key that opened it.
  private var key: Int?
  /// Whether everything in the range has been read.
  private(set) var isFinished = false
  /// The date of the last event read.
  private(set) var oldest: Timestamp?
  /// Whether a page of nothing but later events came than were asked for: then the bounds do nothing.
  private(set) var ignoresEnd = false

  init(
    _ client: CloseClient, _ gate: RequestGate, _ range: TimeRange,
    filter: [(name: String, value: String)] = []
  ) {
    self.client = client
    self.gate = gate
    self.range = range
    self.filter = filter
  }

  /// The events of the next page that have not come before; nil when there is none.
  mutating func nextPage() async throws -> [LogEvent]? {
    while !isFinished {
      guard case .request(let cursor, let upTo, let limit) = walk.step else { throw StreamError.stuck }
      let bounds = range.ending(at: upTo?.adding(microseconds: 1)).parameters(for: "date_updated")
      let place = cursor.map { [(name: "_cursor", value: $0)] } ?? bounds
      var call = APICall.get("event/", query: filter + [("_limit", String(limit))] + place)
      call.key = key
      let page: LogPage
      do {
        page = try await gate.enter {
          try await client.page(call) { (response) throws(JSONError) in try LogPage(response) }
        }
      } catch let error as CloseError {
        guard walk.refuse(error) else { throw error }
        continue
      }
      key = page.key
      if cursor == nil { oldest = nil }
      try checkOrder(page)
      let events = page.events.filter { !walk.isEmitted($0.row) }
      walk.receive(page.events.map(\.row), next: page.envelope.cursorNext)
      take(page)
      return events
    }
    return nil
  }

  /// All that is concluded from events rests on their order, give or take what the log may be off by.
  private func checkOrder(_ page: LogPage) throws {
    var previous = oldest ?? .latest
    for event in page.events {
      guard event.date <= previous.adding(seconds: 60) else { throw StreamError.logOrder }
      previous = event.date
    }
  }

  private mutating func take(_ page: LogPage) {
    // A single one may be an event that a change has just joined, and moved to another day.
    if let end = range.end?.adding(seconds: 60), page.envelope.cursorNext != nil, !page.events.isEmpty {
      ignoresEnd = ignoresEnd || page.events.allSatisfy { $0.date > end }
    }
    oldest = page.events.last?.date ?? oldest
    // What came before the range is of no use, wherever the log ends.
    let isPast = range.start.map { oldest ?? .latest < $0 } ?? false
    isFinished = isPast || walk.step == .finished
  }
}

extension StreamError {
  fileprivate static let logOrder = StreamError(
    "the event log does not come newest first",
    "set deletes to false, and replicate by other means than LOG_BASED")
}
