import CloseAPI
import JSONBytes
import Singer
import Synchronization

extension StreamSync {
  /// Reads a list in date windows, oldest first, several at a time; the bookmark moves window by window.
  ///
  /// A quiet table costs one request: everything since the bookmark is asked for first, and only when that
  /// does not fit on one page the time is cut into windows.
  func read(_ windows: DateWindows) async throws {
    let range = TimeRange(start: firstInstant(of: windows), end: windows.isOpenEnded ? nil : settings.now)
    if let end = range.end, let start = range.start, start >= end { return }

    do {
      try await read(range, windows)
    } catch is FilterIgnored {
      report.warn(
        "the API does not filter by \(windows.field); reading the whole list and sending what is wanted",
        stream: name)
      try await readWithoutFilter(range, windows)
    }
  }

  private func read(_ range: TimeRange, _ windows: DateWindows) async throws {
    var range = range
    var glance = newReader(windows)
    let page = try await glance.nextPage(
      filter: { _ in range.parameters(for: windows.field) }, isWanted: range.contains)
    guard let page, page.obeys(range) else { throw FilterIgnored() }
    if case .finished = glance.walk.step, glance.shortfall == nil {
      try write(page)
      var progress = newBookmark(of: windows)
      for instant in page.instants { progress.advance(to: instant) }
      try advance(windows.field, to: progress.value)
      report.encoded(by: glance.encoder.records, of: name)
    } else {
      if range.start == nil { range.start = try await startOfHistory(windows) }
      try await readInWindows(range, windows)
    }
  }

  /// - Parameter paging: nil pages as the table usually does.
  func newReader(_ windows: DateWindows, _ paging: Listing.Paging? = nil) -> ListReader {
    var listing = windows.listing
    if windows.takesFields, selection.isPartial {
      listing.parameters["_fields"] = selection.requestFields.joined(separator: ",")
    }
    if let paging { listing.paging = paging }
    return ListReader(self, listing)
  }

  /// Where reading starts, given what is read again and how long Close keeps rows.
  private func firstInstant(of windows: DateWindows) -> Timestamp? {
    var first = start
    if let bookmark, windows.rereads == .attribution {
      first = max(
        bookmark.adding(seconds: -Int64(secondsReread(of: windows))), settings.startDate ?? .earliest)
    }
    guard let days = windows.retentionDays else { return first }
    let kept = settings.now.adding(days: -days)
    if let wanted = first, wanted < kept {
      report.warn(
        "Close keeps events for \(days) days: those from \(wanted.dateText) to \(kept.dateText) can no longer be read",
        stream: name)
    }
    return max(first ?? kept, kept)
  }

  /// Seconds of activities before the bookmark that are read again; where the log tells of edits, just those in which
  /// rows may come to light late.
  private func secondsReread(of windows: DateWindows) -> Int {
    followsLog ? min(settings.attributionWindow, lag(of: windows)) : settings.attributionWindow
  }

  private func lag(of windows: DateWindows) -> Int { max(settings.searchLag, windows.latenessSeconds) }

  /// The bookmark as it stands, kept behind the time in which rows may still come to light; what is read again
  /// anyway may be that young.
  func newBookmark(of windows: DateWindows) -> Bookmark {
    let lag = self.lag(of: windows)
    let isCaught = windows.rereads == .attribution && settings.attributionWindow >= lag
    return Bookmark(bookmark, ceiling: isCaught ? settings.now : settings.now.adding(seconds: -Int64(lag)))
  }

  /// The beginning of the stretch of `date_window` days that holds the first row, found by halving.
  ///
  /// These stretches lie where they lie whatever the time is, so that the same rows come in the same order.
  private func startOfHistory(_ windows: DateWindows) async throws -> Timestamp {
    func start(of stretch: Int) -> Timestamp {
      TimeRange.firstThinkable.adding(days: stretch * settings.dateWindow)
    }
    let days = Int((settings.now.microseconds - TimeRange.firstThinkable.microseconds) / Timestamp.day)
    var (empty, inhabited) = (0, max(days, 0) / settings.dateWindow + 1)
    while inhabited - empty > 1 {
      let middle = (empty + inhabited) / 2
      let before = TimeRange(start: nil, end: start(of: middle))
      var reader = newReader(windows, .offset(limit: 1))
      let page = try await reader.nextPage(
        filter: { _ in before.parameters(for: windows.field) }, isWanted: before.contains)
      if page?.rows.isEmpty == false { inhabited = middle } else { empty = middle }
    }
    return start(of: empty)
  }

  /// Reads the whole list; the bookmark moves at the end, for rows may come in any order.
  private func readWithoutFilter(_ range: TimeRange, _ windows: DateWindows) async throws {
    var progress = newBookmark(of: windows)
    try await readAll(windows.listing, isWanted: range.contains, &progress)
    try advance(windows.field, to: progress.value)
  }
}

/// Rows came that the filter on the date excludes: it does not work as we know it.
struct FilterIgnored: Error {}

extension DateWindows {
  /// The event log takes only certain combinations of parameters.
  var takesFields: Bool { if case .offset = listing.paging { true } else { false } }
}

extension StreamPage {
  /// Whether every row lies in `range`, give or take the minute that a coarse filter may be off by.
  func obeys(_ range: TimeRange) -> Bool {
    let generous = TimeRange(start: range.start?.adding(seconds: -60), end: range.end?.adding(seconds: 60))
    return rows.allSatisfy(generous.contains)
  }
}
