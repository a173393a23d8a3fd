public import JSONBytes

/// Pages through the event log, newest first, by cursor.
///
/// When the log refuses a cursor, the walk starts again below the oldest event seen and leaves out those
/// emitted before. The new bound lies a second above that event in case the filter is coarser than the dates.
///
/// See: https://developer.close.com/resources/events/
public struct CursorWalk: Sendable {
  /// What to do next.
  public enum Step: Hashable, Sendable {
    /// Ask for this page; `upTo`, when not nil, replaces the caller's own upper bound (inclusive). With a
    /// cursor the date filters are left out.
    case request(cursor: String?, upTo: Timestamp?, limit: Int)
    /// All events have been read.
    case finished
    /// Cursors lead nowhere: they are refused again and again, or bring no events.
    case stuck
  }

  /// What to do next.
  public private(set) var step: Step
  private var limit: Int
  private var cursor: String?
  private var upTo: Timestamp?
  private var oldest: Timestamp?
  /// The versions of events that may come again, by the hashes of their ids: of one bulk change there may be very
  /// many.
  private var recent: [Int: Timestamp] = [:]
  /// How many are kept before those that cannot come again are looked for.
  private var mostRecent = CursorWalk.fewRecent
  private static let fewRecent = 1000
  private var refusals = 0
  private var idlePages = 0
  private static let mostRefusals = 3
  /// Generous, because thousands of events of one bulk change can share the second that is read again.
  private static let mostIdlePages = 300

  /// A walk in pages of `limit` events; the log gives no more than 50.
  public init(limit: Int = 50) {
    self.limit = max(limit, 1)
    step = .request(cursor: nil, upTo: nil, limit: self.limit)
  }

  /// Whether just this version of an event was emitted and is to be left out.
  public func isEmitted(_ row: KeyedRow) -> Bool { recent[row.id.hashValue] == row.date }

  /// Takes in a page: all its events in order, and its `cursor_next`.
  public mutating func receive(_ rows: [KeyedRow], next: String?) {
    guard case .request = step else { return }
    let fresh = rows.count { !isEmitted($0) }
    idlePages = fresh > 0 ? 0 : idlePages + 1
    if fresh > 0 { refusals = 0 }
    for row in rows {
      recent[row.id.hashValue] = row.date
      oldest = min(oldest ?? row.date, row.date)
    }
    if recent.count > mostRecent, let ceiling = oldest?.adding(seconds: 2) {
      recent = recent.filter { $0.value <= ceiling }
      mostRecent = max(2 * recent.count, CursorWalk.fewRecent)
    }
    guard let next, !next.isEmpty else {
      step = .finished
      return
    }
    // A cursor that leads to itself would lead us in circles.
    if next == cursor, fresh == 0 { idlePages = .max / 2 }
    cursor = next
    proceed()
  }

  /// Takes in a refusal of the page; false when the walk has no answer to it and the error stands.
  public mutating func refuse(_ error: CloseError) -> Bool {
    switch error.code {
    case .expiredCursor where cursor != nil:
      cursor = nil
      upTo = oldest?.adding(seconds: 1)
      refusals += 1
    case .limitTooLarge:
      let smaller = error.maximum ?? 50
      guard smaller < limit, smaller > 0 else { return false }
      limit = smaller
    default: return false
    }
    proceed()
    return true
  }

  private mutating func proceed() {
    let isStuck = refusals > CursorWalk.mostRefusals || idlePages > CursorWalk.mostIdlePages
    step = isStuck ? .stuck : .request(cursor: cursor, upTo: upTo, limit: limit)
  }
}
