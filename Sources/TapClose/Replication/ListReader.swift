import CloseAPI
import JSONBytes
import Singer

/// Reads one list page by page; what is asked for is the caller's, how pages join is the walk's.
struct ListReader {
  let sync: StreamSync
  let listing: Listing
  private(set) var walk: ListWalk
  private(set) var encoder: PageEncoder
  /// Distinct rows that were on the pages so far, wanted or not.
  private(set) var seenRows = 0
  private(set) var lastEnvelope = PageEnvelope()
  private var key: Int?

  /// - Parameter encoder: nil makes lines of the rows as the user wants them.
  init(_ sync: StreamSync, _ listing: Listing, _ encoder: PageEncoder? = nil) {
    self.sync = sync
    self.listing = listing
    walk = ListWalk(listing.paging)
    self.encoder = encoder ?? sync.newEncoder(of: listing)
  }

  /// Whether the API counts more rows, where it counts them, than were on the pages so far.
  var shortfall: StreamError? {
    guard let total = lastEnvelope.totalResults, total > seenRows else { return nil }
    return StreamError(
      "the API counts \(total) rows but hands out only \(seenRows)", "run again; the bookmark has not moved")
  }

  /// Checks that nothing of a list is left that is read without dates.
  ///
  /// - Throws: `StreamError`.
  func expectWhole() throws(StreamError) {
    if case .splitNeeded = walk.step { throw .tooDeep }
    if case .single = walk, lastEnvelope.hasMore == true { throw .morePages }
    if let shortfall { throw shortfall }
  }

  /// The next page; nil when all pages have been read, or `walk.step` says that the range must be split.
  ///
  /// - Parameters:
  ///   - filter: parameters that narrow the list, given the end that the walk asks for, if it does; left out
  ///     where the page is found by a cursor.
  ///   - isWanted: whether a row that has not come before is sent.
  mutating func nextPage(
    filter: (Timestamp?) -> [(name: String, value: String)] = { _ in [] },
    isWanted: (RecordEncoder.Facts) -> Bool
  ) async throws -> StreamPage? {
    while true {
      guard case .request(let request) = walk.step else {
        if case .stuck = walk.step { throw StreamError.stuck }
        return nil
      }
      let narrowing = request.isByCursor ? [] : filter(request.end)
      var call = listing.call(narrowing + request.paging, label: sync.name)
      call.key = key
      let page: StreamPage
      do {
        let walk = walk
        page = try await sync.fetch(call, with: &encoder) { !walk.hasSeen($0) && isWanted($0) }
      } catch let error as CloseError {
        guard walk.refuse(error) else { throw error }
        continue
      }
      let news = page.rows.count { !walk.hasSeen($0) }
      guard walk.receive(page) else { continue }
      key = page.key
      seenRows += news
      lastEnvelope = page.envelope
      return page
    }
  }
}

extension Listing {
  /// The call for it, with more parameters than its own.
  func call(_ more: [(name: String, value: String)], label: String) -> APICall {
    var call = body.map { APICall.ask(path, $0, label: label) } ?? .get(path, label: label)
    call.query = query + more
    return call
  }
}
