import CloseAPI
import JSONBytes
import Singer

extension StreamSync {
  /// Reads a collection whole and sends what has changed since the bookmark, or everything when there is none.
  func readWhole(_ collection: Collection) async throws {
    let key = definition.replicationKey
    let start = key == nil ? nil : start
    var progress = newBookmark()
    let isWanted = { @Sendable (facts: RecordEncoder.Facts) in
      facts.instant ?? .latest >= start ?? .earliest
    }
    try await read(collection, isWanted: isWanted, &progress)
    if let key { try advance(key, to: progress.value) }
  }

  private func read(
    _ collection: Collection, isWanted: @escaping @Sendable (RecordEncoder.Facts) -> Bool,
    _ progress: inout Bookmark
  ) async throws {
    switch collection {
    case .lists(let listings): try await readLists(listings, isWanted: isWanted, &progress)
    case .perParent(let fanOut): try await readEach(fanOut, isWanted: isWanted, &progress)
    case .joined(let collections): try await readJoined(collections, isWanted: isWanted, &progress)
    }
  }

  private func readJoined(
    _ collections: [Collection], isWanted: @escaping @Sendable (RecordEncoder.Facts) -> Bool,
    _ progress: inout Bookmark
  ) async throws {
    var refusal: (any Error)?
    for collection in collections {
      do {
        try await read(collection, isWanted: isWanted, &progress)
      } catch  where error.concernsOneSeries {
        refusal = refusal ?? error
      }
    }
    if let refusal { throw refusal }
  }

  private func readLists(
    _ listings: [Listing], isWanted: (RecordEncoder.Facts) -> Bool, _ progress: inout Bookmark
  ) async throws {
    var refusals: [(path: String, error: any Error)] = []
    for listing in listings {
      do {
        try await readAll(listing, isWanted: isWanted, &progress)
      } catch  where error.concernsOneSeries {
        // What cannot be read of a table does not keep the rest of it back.
        refusals.append((listing.path, error))
      }
    }
    // Kinds of objects that an organisation does not have are not missed, unless it has none at all.
    let counts = { (error: any Error) in !error.saysNotFound || refusals.count == listings.count }
    if let (_, error) = refusals.first(where: { counts($0.error) }) { throw error }
    for (path, _) in refusals { report.note("this organisation has no /\(path)", stream: name) }
  }

  /// Reads every page of a list; the bookmark may move once all are out.
  func readAll(
    _ listing: Listing, isWanted: (RecordEncoder.Facts) -> Bool, _ progress: inout Bookmark
  ) async throws {
    var reached = progress
    try await readAll(listing, isWanted: isWanted) { page in
      try write(page)
      for instant in page.instants { reached.advance(to: instant) }
    }
    progress = reached
  }

  /// Hands every page of a list to `take`.
  func readAll(
    _ listing: Listing, isWanted: (RecordEncoder.Facts) -> Bool, take: (StreamPage) async throws -> Void
  ) async throws {
    var reader = ListReader(self, listing)
    while let page = try await reader.nextPage(isWanted: isWanted) { try await take(page) }
    try reader.expectWhole()
    report.encoded(by: reader.encoder.records, of: name)
  }

  /// The bookmark as it stands, kept behind the lag of the API's index.
  func newBookmark() -> Bookmark {
    Bookmark(bookmark, ceiling: settings.now.adding(seconds: -Int64(settings.searchLag)))
  }
}
