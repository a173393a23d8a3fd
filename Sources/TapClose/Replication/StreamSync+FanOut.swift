import CloseAPI
import JSONBytes
import Singer
import Synchronization

extension StreamSync {
  /// Reads the lists of every parent, several at a time; rows come in the order of the parents.
  ///
  /// A parent that is deleted meanwhile has taken its rows along. One that is refused does not keep back the rows
  /// of the others, but the table is not complete then.
  func readEach(
    _ fanOut: FanOut, isWanted: @escaping @Sendable (RecordEncoder.Facts) -> Bool, _ progress: inout Bookmark
  ) async throws {
    let parents = try await parents(of: fanOut)
    let reached = Mutex(progress)
    let lanes = WindowLanes<StreamPage>(
      budget: 6 << 20,
      sink: WindowLanes.Sink(
        write: { page in
          try write(page)
          reached.withLock { for instant in page.instants { $0.advance(to: instant) } }
        },
        settle: {}))
    let verdict = await withTaskGroup(of: SeriesOutcome.self) { group in
      var listings = parents.lazy.flatMap(fanOut.listings(of:)).makeIterator()
      var (verdict, given) = (SeriesVerdict(), 0)
      func giveNext() {
        guard !verdict.isHopeless, let listing = listings.next() else { return }
        group.addTask { [given] in await read(listing, given, isWanted, into: lanes) }
        given += 1
      }
      for _ in 0..<settings.concurrency { giveNext() }
      while let outcome = await group.next() {
        verdict.add(outcome)
        giveNext()
      }
      return verdict
    }
    if let error = verdict.error { throw error }
    progress = reached.withLock(\.self)
  }

  /// Reads one list; what only this one is to blame for ends just this one.
  private func read(
    _ listing: Listing, _ number: Int, _ isWanted: (RecordEncoder.Facts) -> Bool,
    into lanes: WindowLanes<StreamPage>
  ) async -> SeriesOutcome {
    var outcome = SeriesOutcome(number: number)
    do {
      do {
        try await readAll(listing, isWanted: isWanted) { page in
          try await lanes.deliver(page, size: page.lines.count, of: number)
        }
      } catch  where error.concernsOneSeries {
        if error.saysNotFound { report.note("/\(listing.path) has gone meanwhile", stream: name) }
        outcome.refusal = error
      }
      try await lanes.finish(number)
    } catch {
      await lanes.fail(number)
      outcome.failure = error
    }
    return outcome
  }

  /// The ids of all parents, in the order of their lists.
  private func parents(of fanOut: FanOut) async throws -> [String] {
    var ids: [String] = []
    for listing in fanOut.parents { ids += try await self.ids(of: listing) }
    return ids
  }

  /// The ids of a list, which may have moved some to its front while we were further back: somebody saved them.
  ///
  /// Their own rows need not have changed, so no later run would make up for it. Hence the front is looked at again
  /// until nothing new is there.
  private func ids(of listing: Listing) async throws -> [String] {
    var ids: [String] = []
    var known: Set<String> = []
    var pages = 0
    repeat {
      let isFirst = ids.isEmpty
      var reader = ListReader(self, listing, PageEncoder(RecordEncoder(.keysOnly()), path: listing.records))
      pages = 0
      while let page = try await reader.nextPage(isWanted: { _ in false }) {
        pages += 1
        let news = page.rows.compactMap(\.key).filter { known.insert($0).inserted }
        ids += news
        if !isFirst, news.isEmpty { break }
      }
      if isFirst { try reader.expectWhole() }
    } while pages > 1
    return ids
  }
}

extension SeriesVerdict {
  /// Why the table is not complete; that all parents are gone tells of the endpoint, not of them.
  fileprivate var error: (any Error)? {
    failure?.failure ?? firstOtherRefusal?.refusal ?? (answered == 0 ? firstRefusal?.refusal : nil)
  }
}
