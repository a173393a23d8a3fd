public import JSONBytes

/// Reads everything a search finds, oldest change first, however much it is and however long it takes.
///
/// A search cursor dies after 30 seconds and after 10,000 objects. So the walk follows one only while it is
/// fresh, and otherwise starts the search again at the last date seen, leaving out the rows emitted there. Only
/// while a whole walk has not got past a single instant does it follow the cursor further. It ends when a search
/// of more than a page, begun where the last one ended, brings nothing further.
///
///     while case .request(let body) = walk.next(at: now) { … walk.receive(rows, cursor: …, at: now) }
///
/// Time is whatever monotonic clock the caller uses.
///
/// See: https://developer.close.com/resources/advanced-filtering/
public struct KeysetWalk: Sendable {
  /// What to do next.
  public enum Step: Hashable, Sendable {
    /// POST this body to `data/search/`.
    case request(body: JSONValue)
    /// Everything has been read.
    case finished
    /// The search cannot be read to its end.
    case failed(Failure)
  }

  /// Why a search cannot be read to its end.
  public enum Failure: Error, Hashable, Sendable {
    /// As many objects carry this one date as a search can page through, or more.
    case tooManyAtOneInstant(Timestamp)
    /// The server returns objects from before this date although asked not to.
    case filterIgnored(Timestamp)
    /// The server does not return objects in the order asked for.
    case orderIgnored
    /// Cursors expire faster than their pages can be read.
    case cursorKeepsExpiring
  }

  private let search: KeysetSearch
  private var limit: Int
  private var position: KeysetPosition
  /// Where the current cursor's search began.
  private var lowerBound: Timestamp?
  private var cursor: String?
  private var cursorCameAt: Duration = .zero
  private var rowsOfCursor = 0
  private var emptyPages = 0
  private var expiriesInPlace = 0
  private var end: Step?

  private static let longestCursorLife = Duration.seconds(25)
  private static let mostRowsOfCursor = 10_000
  private static let manyRowsOfCursor = 9_800

  /// A walk over `search` in pages of `limit`; objects changed at or after `ceiling` (else `search.before`)
  /// do not tell how far it has come.
  public init(_ search: KeysetSearch, ceiling: Timestamp? = nil, limit: Int = 200) {
    self.search = search
    self.limit = max(limit, 1)
    position = KeysetPosition(ceiling: ceiling ?? search.before)
    lowerBound = search.from
  }

  /// How far the search has been read; nil before the first row.
  public var date: Timestamp? { position.date }

  /// Whether just this version of a row was emitted and is to be left out.
  public func isEmitted(_ row: KeyedRow) -> Bool { position.isEmitted(row) }

  /// What to do at `now`.
  public mutating func next(at now: Duration) -> Step {
    if let end { return end }
    let isSpent = rowsOfCursor >= KeysetWalk.manyRowsOfCursor
    let isOld = now - cursorCameAt >= KeysetWalk.longestCursorLife
    if cursor != nil, isSpent || isOld, canStartAgain { startAgain() }
    return .request(body: search.body(from: lowerBound, limit: limit, cursor: cursor))
  }

  /// Takes in a page: all its rows in order, and its cursor if it has one.
  public mutating func receive(_ rows: [KeyedRow], cursor: String?, at now: Duration) {
    guard end == nil else { return }
    if let failure = fault(in: rows) {
      end = .failed(failure)
      return
    }
    position.advance(over: rows)
    rowsOfCursor += rows.count
    emptyPages = rows.isEmpty ? emptyPages + 1 : 0
    if canStartAgain { expiriesInPlace = 0 }
    self.cursor = cursor.flatMap { $0.isEmpty ? nil : $0 }
    cursorCameAt = now
    let isOver = self.cursor == nil || emptyPages > 2
    if !canStartAgain, rowsOfCursor >= KeysetWalk.mostRowsOfCursor {
      end = .failed(.tooManyAtOneInstant(position.date ?? lowerBound ?? .earliest))
    } else if isOver, canStartAgain, rowsOfCursor >= limit {
      // Either the end of the data or of what one search may show, however much that is.
      startAgain()
    } else if isOver {
      end = .finished
    }
  }

  /// Takes in a refusal of the page; false when the walk has no answer to it and the error stands.
  public mutating func refuse(_ error: CloseError) -> Bool {
    let isSpent = rowsOfCursor >= KeysetWalk.manyRowsOfCursor
    switch error.code {
    case .expiredCursor, .invalidRequest, .notFound:
      guard cursor != nil else { return false }
      if !canStartAgain { expiriesInPlace += 1 }
      if expiriesInPlace > 3 {
        end = .failed(
          isSpent ? .tooManyAtOneInstant(position.date ?? lowerBound ?? .earliest) : .cursorKeepsExpiring)
      } else {
        startAgain()
      }
      return true
    case .limitTooLarge:
      let smaller = error.maximum ?? 100
      guard smaller < limit, smaller > 0 else { return false }
      limit = smaller
      return true
    default: return false
    }
  }

  /// Whether a new search would begin further on than the current one did.
  private var canStartAgain: Bool {
    guard let date = position.date else { return false }
    return lowerBound.map { date > $0 } ?? true
  }

  private mutating func startAgain() {
    lowerBound = position.date ?? lowerBound
    cursor = nil
    rowsOfCursor = 0
    emptyPages = 0
  }

  /// Unknown parameters are ignored without a word, so what comes back is checked.
  private func fault(in rows: [KeyedRow]) -> Failure? {
    if let floor = lowerBound?.adding(seconds: -1), rows.count(where: { $0.date < floor }) * 2 > rows.count {
      return .filterIgnored(lowerBound ?? floor)
    }
    return position.isInOrder(rows.map(\.date)) ? nil : .orderIgnored
  }
}

extension KeysetWalk.Failure: CustomStringConvertible {
  /// One sentence: what is wrong and what to do.
  public var description: String {
    switch self {
    case .tooManyAtOneInstant(let date):
      "10,000 or more objects were changed at exactly \(date), or in these minutes, which is more than a search "
        + "can return; read this stream without the search"
    case .filterIgnored(let date):
      "the search returned objects from before \(date) although it asked for later ones; "
        + "read this stream without the search"
    case .orderIgnored:
      "the search did not return objects in the order asked for; read this stream without the search"
    case .cursorKeepsExpiring:
      "search cursors expired before their next page could be read; lower concurrency or ask for fewer fields"
    }
  }
}
