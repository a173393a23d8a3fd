import CloseAPI
import CloseConnection
import JSONBytes
import Singer
import Synchronization

extension StreamSync {
  /// Reads an endpoint the user has described: one series of requests, or one for each row of the lookup.
  ///
  /// Series run in parallel and speak in the order of their rows. Rows of an endpoint may come in any order, so
  /// the bookmark moves when all are out.
  func read(_ custom: CustomStream) async throws {
    let rows = try await lookupRows(of: custom)
    let progress = Mutex(CustomProgress(bookmark: newBookmark()))
    let lanes = WindowLanes<CustomPage>(
      budget: 6 << 20,
      sink: WindowLanes.Sink(
        write: { page in
          try write(page.page)
          progress.withLock { $0.add(page.page) }
        }, settle: {}))
    let verdict = try await readSeries(of: custom, rows, lanes)
    try conclude(verdict)
    let (bookmark, isDated, records) = progress.withLock { ($0.bookmark, $0.isDated, $0.records) }
    guard let key = custom.replicationKey else { return }
    if records > 0, !isDated {
      report.warn(
        "no record has a date-time in replication_key \(key), so all are sent each time; name another field",
        stream: name)
    }
    try advance(key, to: bookmark.value)
  }

  private func readSeries(
    of custom: CustomStream, _ rows: LookupRows, _ lanes: WindowLanes<CustomPage>
  ) async throws -> SeriesVerdict {
    try await withThrowingTaskGroup(of: SeriesOutcome.self) { group in
      var (rows, given) = (rows, 0)
      var verdict = SeriesVerdict()
      func giveNext() throws {
        guard !verdict.isHopeless, let row = try rows.next() else { return }
        group.addTask { [given] in await read(custom, row, given, into: lanes) }
        given += 1
      }
      for _ in 0..<settings.concurrency { try giveNext() }
      while let outcome = try await group.next() {
        verdict.add(outcome)
        try giveNext()
      }
      return verdict
    }
  }

  /// Reads one series; what only its own row is to blame for does not keep the others back.
  private func read(
    _ custom: CustomStream, _ row: JSONObject, _ number: Int, into lanes: WindowLanes<CustomPage>
  ) async -> SeriesOutcome {
    var series = SeriesReader(self, custom, row)
    do {
      do {
        while let page = try await series.nextPage() {
          try await lanes.deliver(page, size: page.page.lines.count, of: number)
        }
      } catch  where custom.lookup != nil && !series.hasBegun && error.concernsOneSeries {
        try await lanes.finish(number)
        return SeriesOutcome(number: number, refusal: error)
      }
      report.encoded(by: series.encoder.records, of: name)
      try await lanes.finish(number)
      return SeriesOutcome(
        number: number, leavesPages: series.walk.leavesPages, sharesKeys: series.sharesKeys)
    } catch {
      await lanes.fail(number)
      return SeriesOutcome(number: number, failure: error)
    }
  }

  /// - Throws: why the table is not complete.
  private func conclude(_ verdict: SeriesVerdict) throws {
    if let failure = verdict.failure?.failure { throw failure }
    if verdict.leavesPages {
      report.warn("the answer announces more pages than \"paging\": \"none\" reads", stream: name)
    }
    if verdict.sharesKeys {
      report.warn(
        "records share their primary_key (\(definition.keyProperties.joined(separator: ", "))), so a loader "
          + "keeps one of them; name fields that tell them apart", stream: name)
    }
    guard let first = verdict.firstRefusal?.refusal else { return }
    if verdict.answered == 0 { throw first }
    let extent = "\(verdict.refused) of \(verdict.refused + verdict.answered) rows of the lookup"
    // What has been deleted since the row was written is not missed.
    if let other = verdict.firstOtherRefusal?.refusal {
      throw StreamError("\(extent) could not be asked for, the first: \(other)", nil)
    }
    report.note("Close has nothing for \(extent), the first: \(first)", stream: name)
  }
}

/// What has been written so far.
private struct CustomProgress {
  var bookmark: Bookmark
  var records = 0
  /// Whether any record had a date to be replicated by.
  var isDated = false

  mutating func add(_ page: StreamPage) {
    records += page.count
    for instant in page.instants {
      isDated = isDated || instant != nil
      bookmark.advance(to: instant)
    }
  }
}
