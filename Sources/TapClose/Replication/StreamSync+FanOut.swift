import CloseAPI
import JSONBytes
import Singer
import Synchronization

extension StreamSync {
  /// Reads the lists of every parent, several at a time; rows come in the order of the parents.
  ///
  /// A parent that is deleted meanwhile has taken its rows along.
  func readEach(
    _ fanOut: FanOut, isWanted: @escaping @Sendable (RecordEncoder.Facts) -> Bool, _ progress: inout Bookmark
  ) async throws {
    let listings = try await parents(of: fanOut).flatMap(fanOut.listings(of:))
    let reached = Mutex(progress)
    let lanes = WindowLanes<StreamPage>(
      budget: 6 << 20,
      sink: WindowLanes.Sink(
        write: { page in
          try write(page)
          reached.withLock { for instant in page.instants { $0.advance(to: instant) } }
        },
        settle: {}))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in listings.indices {
        if number >= settings.concurrency { try await group.next() }
        group.addTask { try await read(listings[number], number, isWanted, into: lanes) }
      }
      try await group.waitForAll()
    }
    progress = reached.withLock(\.self)
  }

  private func read(
    _ listing: Listing, _ number: Int, _ isWanted: (RecordEncoder.Facts) -> Bool,
    into lanes: WindowLanes<StreamPage>
  ) async throws {
    do {
      try await readAll(listing, isWanted: isWanted) { page in
        try await lanes.deliver(page, size: page.lines.count, of: number)
      }
    } catch let error as CloseError where error.code == .notFound {
      report.note("/\(listing.path) has gone meanwhile", stream: name)
    } catch {
      await lanes.fail(number)
      throw error
    }
    try await lanes.finish(number)
  }

  /// The ids of all parents, in the order of their lists.
  private func parents(of fanOut: FanOut) async throws -> [String] {
    var ids: [String] = []
    for listing in fanOut.parents { ids += try await self.ids(of: listing) }
    return ids
  }

  private func ids(of listing: Listing) async throws -> [String] {
    var reader = ListReader(self, listing, PageEncoder(RecordEncoder(.keysOnly()), path: listing.records))
    var ids: [String] = []
    var known: Set<String> = []
    while let page = try await reader.nextPage(isWanted: { _ in false }) {
      for id in page.rows.compactMap(\.key) where known.insert(id).inserted { ids.append(id) }
    }
    guard case .finished = reader.walk.step else { throw StreamError.tooDeep }
    return ids
  }
}
