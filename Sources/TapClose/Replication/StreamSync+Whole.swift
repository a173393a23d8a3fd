import CloseAPI
import JSONBytes
import Singer

extension StreamSync {
  /// Reads collections whole and sends what has changed since the bookmark, or everything when there is none.
  func readWhole(_ listings: [Listing]) async throws {
    let key = definition.replicationKey
    let start = key == nil ? nil : start
    var progress = newBookmark()
    var refusals: [(path: String, error: CloseError)] = []
    for listing in listings {
      do {
        try await readAll(listing, isWanted: { $0.instant ?? .latest >= start ?? .earliest }, &progress)
      } catch let error as CloseError where error.intent == .skip {
        // What cannot be read of a table does not keep the rest of it back.
        refusals.append((listing.path, error))
      }
    }
    // Kinds of objects that an organisation does not have are not missed, unless it has none at all.
    let counts = { (error: CloseError) in error.code != .notFound || refusals.count == listings.count }
    if let (_, error) = refusals.first(where: { counts($0.error) }) { throw error }
    for (path, _) in refusals { report.note("this organisation has no /\(path)", stream: name) }
    if let key { try advance(key, to: progress.value) }
  }

  /// Reads every page of a list; the bookmark may move once all are out.
  func readAll(
    _ listing: Listing, isWanted: (RecordEncoder.Facts) -> Bool, _ progress: inout Bookmark
  ) async throws {
    var reader = ListReader(self, listing)
    while let page = try await reader.nextPage(isWanted: isWanted) {
      try write(page)
      for instant in page.instants { progress.advance(to: instant) }
    }
    if case .splitNeeded = reader.walk.step {
      throw StreamError("the list is deeper than the API lets anyone page through", nil)
    }
    if let shortfall = reader.shortfall { throw shortfall }
    report.encoded(by: reader.encoder.records, of: name)
  }

  /// The bookmark as it stands, kept behind the lag of the API's index.
  func newBookmark() -> Bookmark {
    Bookmark(bookmark, ceiling: settings.now.adding(seconds: -Int64(settings.searchLag)))
  }
}
