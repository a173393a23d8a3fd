import CloseAPI
import JSONBytes
import Singer

/// Reads one date window page by page, however deep it is.
///
/// Where the API refuses to skip any further, the rest of the window is read as a window of its own: below
/// the last row where rows come newest first, in halves elsewhere. How deep is too deep is never assumed.
struct WindowReader {
  private let sync: StreamSync
  private let windows: DateWindows
  private let window: TimeRange
  /// What is still to be read, the part in hand last.
  private var parts: [TimeRange]
  private(set) var reader: ListReader
  /// Wanted rows so far.
  private(set) var rowCount = 0
  /// Rows of earlier parts near the seam to the part in hand.
  private var seam: Set<String> = []
  private var last: Timestamp?
  private var recounts = 0

  init(_ sync: StreamSync, _ windows: DateWindows, _ window: TimeRange) {
    self.sync = sync
    self.windows = windows
    self.window = window
    parts = [window]
    reader = sync.newReader(windows)
  }

  /// The next page of the window; nil when it has been read completely.
  mutating func nextPage() async throws -> StreamPage? {
    while let part = parts.last {
      let (window, seam, field) = (window, seam, windows.field)
      let page = try await reader.nextPage(
        filter: { end in part.ending(at: end).parameters(for: field) },
        isWanted: { window.contains($0) && !($0.key.map(seam.contains) ?? false) })
      if let page {
        guard page.obeys(part) else { throw FilterIgnored() }
        rowCount += page.count
        remember(page)
        return page
      }
      if case .splitNeeded = reader.walk.step {
        try split(part)
      } else if try isComplete() {
        parts.removeLast()
        startReader()
      }
    }
    return nil
  }

  /// Holds what was read against the API's own count, where it gives one; a shortfall is read again once.
  private mutating func isComplete() throws -> Bool {
    guard parts.count == 1, let total = reader.lastEnvelope.totalResults, total > reader.seenRows else {
      return true
    }
    guard recounts == 0 else {
      throw StreamError(
        "the API counts \(total) rows but hands out only \(reader.seenRows)",
        "run again; the bookmark has not moved")
    }
    recounts += 1
    startReader()
    return false
  }

  private mutating func split(_ part: TimeRange) throws {
    parts.removeLast()
    if windows.isNewestFirst, let last, part.contains(last) {
      let rest = TimeRange(start: part.start, end: last.flooredToSecond.adding(seconds: 1))
      guard rest.end ?? .latest < part.end ?? .latest else { throw StreamError.tooDense(windows.field) }
      parts.append(rest)
    } else {
      let start = part.start ?? TimeRange.firstThinkable
      let end = part.end ?? sync.settings.now.adding(days: 1)
      let middle = Timestamp(microseconds: (start.microseconds + end.microseconds) / 2).flooredToSecond
      guard middle > start, middle < end else { throw StreamError.tooDense(windows.field) }
      parts.append(TimeRange(start: middle, end: part.end))
      parts.append(TimeRange(start: part.start, end: middle))
    }
    startReader()
  }

  private mutating func startReader() {
    sync.report.encoded(by: reader.encoder.records, of: sync.name)
    reader = sync.newReader(windows)
  }

  /// Keeps the ids that the next part may meet again: all where parts are halves of what was begun, those of
  /// the last second where it goes on below the last row.
  private mutating func remember(_ page: StreamPage) {
    guard windows.isNewestFirst else {
      seam.formUnion(page.rows.compactMap(\.key))
      return
    }
    guard let newLast = page.rows.last?.instant else { return }
    let second = newLast.flooredToSecond
    if last?.flooredToSecond != second { seam = [] }
    last = newLast
    seam.formUnion(page.rows.filter { $0.instant?.flooredToSecond == second }.compactMap(\.key))
  }
}

extension StreamError {
  static func tooDense(_ field: String) -> StreamError {
    StreamError("more rows share one second of \(field) than the API lets anyone page through", nil)
  }
}
