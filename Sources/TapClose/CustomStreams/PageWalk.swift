import CloseAPI
import JSONBytes
import Singer

/// Walks the pages of an endpoint whose manners are known from the settings only.
///
/// Offset pages overlap by a row where rows have keys, so that one that leaves the list hides no other. A row is
/// left out only when just the same bytes came before, so a key that is not one loses nothing.
struct PageWalk: Sendable {
  /// The page to ask for; nothing in it for the first page of what is not paged by offset.
  struct Request: Hashable, Sendable {
    var skip: Int?
    var limit: Int?
    var cursor: String?
  }

  enum Step: Hashable, Sendable {
    case request(Request)
    case finished
    /// Deeper than the endpoint pages.
    case tooDeep
    case stuck
  }

  private(set) var step = Step.request(Request())
  private let paging: CustomStream.Paging
  /// Whether pages that are not read are a fault.
  private let isStrict: Bool
  /// Rows after which the API ends a list as if there were no more.
  private let ceiling: Int?
  /// Nil unless the pages are found by `_skip`.
  private var offset: OffsetWalk?
  private var overlaps: Bool
  /// Rows not long ago, to recognise them by when a place is read again.
  private var recent = RecentRows()
  private var lastDigests: [Int] = []
  private var repeats = 0
  private var cursor: String?
  /// Elements of the list so far, each counted once.
  private var seen = 0
  /// Whether more pages were announced than the settings want.
  private(set) var leavesPages = false
  private static let mostRepeats = 3

  /// - Parameters:
  ///   - limit: rows a page is asked for.
  ///   - hasKeys: whether the rows stand in one list and have keys.
  ///   - isStrict: whether all pages are wanted even where only one is asked for.
  ///   - ceiling: rows after which the API ends a list as if there were no more.
  init(
    _ paging: CustomStream.Paging, limit: Int, hasKeys: Bool, isStrict: Bool = true, ceiling: Int? = nil
  ) {
    self.paging = paging
    self.isStrict = isStrict
    self.ceiling = ceiling
    overlaps = hasKeys && limit > 1
    if paging == .offset {
      let walk = OffsetWalk(limit: limit, overlap: overlaps ? 1 : 0)
      offset = walk
      step = PageWalk.step(of: walk)
    }
  }

  /// Whether just this row came not long ago, on a page before.
  func isRepeat(_ digest: Int) -> Bool { overlaps && recent.contains(digest) }

  /// Takes in a page; false when it must be thrown away, because the walk reads that place again or goes in circles.
  ///
  /// - Throws: `StreamError` when the answer contradicts the settings.
  mutating func receive(_ page: CustomPage) throws(StreamError) -> Bool {
    switch paging {
    case .none:
      leavesPages = page.page.envelope.announcesMore
      if leavesPages, isStrict { throw .unreadPages }
      step = .finished
      return true
    case .offset:
      if page.page.envelope.hasMore == nil, page.page.envelope.anyCursor != nil { throw .unreadPages }
      guard receiveOffset(page) else { return false }
    case .cursor:
      try receiveCursor(page)
    }
    if step == .finished, page.isCounted, let total = page.page.envelope.totalResults, total > seen {
      throw .tooFew(total)
    }
    return true
  }

  private mutating func receiveOffset(_ page: CustomPage) -> Bool {
    guard var walk = offset, case .request(let request) = step else { return false }
    if overlaps, page.sharesKeys {
      // A key that does not tell rows apart tells nothing of where they stand either.
      overlaps = false
      walk = OffsetWalk(limit: request.limit ?? 1, skip: request.skip ?? 0)
    }
    let versions = overlaps ? page.page.rows.map(\.version) : []
    let news = overlaps ? page.digests.count { !recent.contains($0) } : page.elements
    let isSame = !page.digests.isEmpty && page.digests == lastDigests
    repeats = isSame ? repeats + 1 : 0
    // An endpoint that does not page answers the same to any `_skip`.
    if isSame, page.page.envelope.hasMore == nil {
      step = .finished
      return overlaps
    }
    // Who hands out more than asked for does not page at all.
    let hasMore = page.page.envelope.hasMore ?? (page.elements == request.limit && news > 0)
    let verdict = walk.receive(count: page.elements, ids: versions, hasMore: hasMore)
    offset = walk
    step = repeats >= PageWalk.mostRepeats ? .stuck : PageWalk.step(of: walk)
    guard verdict == .accepted else { return false }
    seen += news
    lastDigests = page.digests
    if overlaps { recent.insert(page.digests) }
    return true
  }

  private mutating func receiveCursor(_ page: CustomPage) throws(StreamError) {
    seen += page.elements
    guard let next = page.page.envelope.anyCursor else {
      if page.page.envelope.hasMore == true { throw .unreadPages }
      step = seen >= ceiling ?? .max ? .tooDeep : .finished
      return
    }
    repeats = next == cursor || page.elements == 0 ? repeats + 1 : 0
    cursor = next
    step = repeats > PageWalk.mostRepeats ? .stuck : .request(Request(cursor: next))
  }

  /// Takes in a refusal; false when the walk has no answer to it.
  mutating func refuse(_ error: CloseError) -> Bool {
    guard var walk = offset, walk.refuse(error) else { return false }
    offset = walk
    step = PageWalk.step(of: walk)
    return true
  }

  private static func step(of walk: OffsetWalk) -> Step {
    switch walk.step {
    case .request(let skip, let limit): .request(Request(skip: skip, limit: limit))
    case .finished: .finished
    case .splitNeeded: .tooDeep
    case .stuck: .stuck
    }
  }
}

/// Digests of the last rows.
private struct RecentRows: Sendable {
  private var known: Set<Int> = []
  private var pages: [[Int]] = []
  private static let capacity = 4_000

  func contains(_ digest: Int) -> Bool { known.contains(digest) }

  mutating func insert(_ digests: [Int]) {
    pages.append(digests)
    known.formUnion(digests)
    guard pages.count > 1, pages.reduce(0, { $0 + $1.count }) > RecentRows.capacity else { return }
    pages.removeFirst()
    known = Set(pages.joined())
  }
}

extension RecordEncoder.Facts {
  /// Tells a row from others, and from itself before a change that may have moved it.
  fileprivate var version: String { "\(instant?.microseconds ?? 0) \(key ?? "")" }
}

extension PageEnvelope {
  /// Where the next page is, whatever the endpoint calls it.
  fileprivate var anyCursor: String? {
    [cursorNext, cursor].compactMap(\.self).first { !$0.isEmpty }
  }

  /// Whether there is more than this page.
  fileprivate var announcesMore: Bool { hasMore == true || anyCursor != nil }
}

extension StreamError {
  fileprivate static let unreadPages = StreamError(
    "the answer says that more pages follow, which the setting paging does not reach",
    "set paging to offset where the answer has has_more, to cursor where it has cursor or cursor_next")

  fileprivate static func tooFew(_ total: Int) -> StreamError {
    StreamError(
      "the API counts \(total) rows but hands out fewer",
      "set paging, or run again; the bookmark has not moved")
  }
}
