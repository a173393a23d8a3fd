import CloseAPI
import JSONBytes
import Singer

/// Walks any list, whichever way it pages.
enum ListWalk: Sendable {
  case single(isDone: Bool)
  case offset(OffsetWalk)
  case cursor(CursorWalk)

  init(_ paging: Listing.Paging) {
    switch paging {
    case .single: self = .single(isDone: false)
    // Pages overlap by a row, so that rows leaving the list while we read cannot hide others.
    case .offset(let limit): self = .offset(OffsetWalk(limit: limit, overlap: 1))
    case .cursor(let limit): self = .cursor(CursorWalk(limit: limit))
    }
  }

  /// The page to ask for.
  struct Request {
    let paging: [(name: String, value: String)]
    /// Whether the page is found by its place, so that the filter on the date must be left out.
    var isByCursor = false
    /// Replaces the end of the range asked for.
    var end: Timestamp?
  }

  enum Step {
    case request(Request)
    case finished
    /// Deeper than the endpoint pages.
    case splitNeeded
    case stuck
  }

  var step: Step {
    switch self {
    case .single(let isDone): isDone ? .finished : .request(Request(paging: []))
    case .offset(let walk):
      switch walk.step {
      case .request(let skip, let limit):
        .request(Request(paging: [("_limit", String(limit)), ("_skip", String(skip))]))
      case .finished: .finished
      case .splitNeeded: .splitNeeded
      case .stuck: .stuck
      }
    case .cursor(let walk):
      switch walk.step {
      case .request(let cursor, let upTo, let limit):
        .request(
          Request(
            paging: [("_limit", String(limit))] + (cursor.map { [("_cursor", $0)] } ?? []),
            isByCursor: cursor != nil, end: upTo?.adding(microseconds: 1)))
      case .finished: .finished
      case .stuck: .stuck
      }
    }
  }

  /// Whether this row has come before.
  func hasSeen(_ facts: RecordEncoder.Facts) -> Bool {
    switch self {
    case .single: false
    case .offset(let walk): facts.version.map(walk.isEmitted) ?? false
    case .cursor(let walk): KeyedRow(facts).map(walk.isEmitted) ?? false
    }
  }

  /// Takes in a page; false when it must be thrown away, because the walk reads that place again.
  mutating func receive(_ page: StreamPage) -> Bool {
    switch self {
    case .single:
      self = .single(isDone: true)
      return true
    case .offset(var walk):
      let verdict = walk.receive(
        count: page.rows.count, ids: page.rows.compactMap(\.version), hasMore: page.envelope.hasMore)
      self = .offset(walk)
      return verdict == .accepted
    case .cursor(var walk):
      walk.receive(page.rows.compactMap(KeyedRow.init), next: page.envelope.cursorNext)
      self = .cursor(walk)
      return true
    }
  }

  /// Takes in a refusal; false when the walk has no answer to it.
  mutating func refuse(_ error: CloseError) -> Bool {
    switch self {
    case .single: return false
    case .offset(var walk):
      defer { self = .offset(walk) }
      return walk.refuse(error)
    case .cursor(var walk):
      defer { self = .cursor(walk) }
      return walk.refuse(error)
    }
  }
}

extension RecordEncoder.Facts {
  /// Tells a row from others and from itself before a change, which may have moved it to another place.
  fileprivate var version: String? { key.map { "\($0) \(instant?.microseconds ?? 0)" } }
}

extension KeyedRow {
  init?(_ facts: RecordEncoder.Facts) {
    guard let id = facts.key, let date = facts.instant else { return nil }
    self.init(id: id, date: date)
  }
}
