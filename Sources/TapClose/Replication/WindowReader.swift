import CloseAPI
import JSONBytes
import Singer

/// Reads one date window page by page, however deep it is.
///
/// Where the API refuses to skip any further, the rest of the window is read as a window of its own: below
/// the last row where rows come newest first, in halves elsewhere. How deep is too deep is never assumed.
/// A window that is longer than usual, because those before it were empty, is halved when it turns out full.
struct WindowReader {
  enum Step {
    case page(StreamPage)
    /// All pages up to some moment have been handed out.
    case settled
  }

  private let sync: StreamSync
  private let windows: DateWindows
  private let window: TimeRange
  /// What is still to be read, the part in hand last.
  private var parts: [TimeRange]
  private(set) var reader: ListReader
  /// Wanted rows so far.
  private(set) var rowCount = 0
  /// The latest date among them.
  private var latest = Timestamp.earliest
  /// Rows that the part in hand may bring again, with their dates.
  private var seam: [String: Timestamp] = [:]
  private var last: Timestamp?
  /// Whether the rows come newest first, as far as that shows.
  private var comesNewestFirst: Bool
  private var recounts = 0

  init(_ sync: StreamSync, _ windows: DateWindows, _ window: TimeRange) {
    self.sync = sync
    self.windows = windows
    self.window = window
    parts = [window]
    reader = sync.newReader(windows)
    comesNewestFirst = windows.isNewestFirst
  }

  /// The next page of the window; nil when it has been read completely.
  mutating func next() async throws -> Step? {
    while let part = parts.last {
      let (window, seam, field) = (window, seam, windows.field)
      let page = try await reader.nextPage(
        filter: { end in part.ending(at: end).parameters(for: field) },
        isWanted: { window.contains($0) && !($0.key.map { seam[$0] != nil } ?? false) })
      if let page {
        guard page.obeys(part) else { throw FilterIgnored() }
        if page.rows.count == reader.seenRows, isTooLong(part), halve(part) {
          reader = sync.newReader(windows)
          continue
        }
        rowCount += page.count
        latest = page.instants.reduce(latest) { max($0, $1 ?? $0) }
        remember(page)
        return .page(page)
      }
      if case .splitNeeded = reader.walk.step {
        try split(part)
      } else if try isComplete() {
        parts.removeLast()
        forget(rowsOf: part)
        startReader()
        // Where rows come newest first, later ones than those still to be read may be out already.
        if let next = parts.last?.start, latest < next { return .settled }
      }
    }
    return nil
  }

  /// Holds what was read against the API's own count, where it gives one; a shortfall is read again once.
  private mutating func isComplete() throws -> Bool {
    guard let shortfall = reader.shortfall else { return true }
    guard recounts == 0 else { throw shortfall }
    recounts += 1
    startReader()
    return false
  }

  private mutating func split(_ part: TimeRange) throws {
    guard comesNewestFirst, let last, part.contains(last) else {
      guard halve(part) else { throw StreamError.tooDense(windows.field) }
      startReader()
      return
    }
    let rest = TimeRange(start: part.start, end: last.flooredToSecond.adding(seconds: 1))
    guard rest.end ?? .latest < part.end ?? .latest else { throw StreamError.tooDense(windows.field) }
    parts[parts.count - 1] = rest
    startReader()
  }

  /// Whether more than a page lies in a part longer than a window usually is.
  private func isTooLong(_ part: TimeRange) -> Bool {
    guard case .request = reader.walk.step, let start = part.start else { return false }
    return part.end ?? sync.settings.now > start.adding(days: sync.days(of: windows))
  }

  /// Has the part in hand read in two halves, the older one first; false when it is too short for that.
  private mutating func halve(_ part: TimeRange) -> Bool {
    let start = part.start ?? TimeRange.firstThinkable
    let end = part.end ?? sync.settings.now.adding(days: 1)
    let middle = Timestamp(microseconds: (start.microseconds + end.microseconds) / 2).flooredToSecond
    guard middle > start, middle < end else { return false }
    parts[parts.count - 1] = TimeRange(start: middle, end: part.end)
    parts.append(TimeRange(start: part.start, end: middle))
    return true
  }

  private mutating func startReader() {
    sync.report.encoded(by: reader.encoder.records, of: sync.name)
    reader = sync.newReader(windows)
  }

  /// Keeps the rows that may be met again: all of a part that may yet have to be read in halves, those of the last
  /// second where it goes on below the last row.
  private mutating func remember(_ page: StreamPage) {
    guard windows.isNewestFirst else { return remember(page.rows) }
    guard let newLast = page.rows.last?.instant else { return }
    let seconds = page.rows.compactMap { $0.instant?.flooredToSecond }
    if zip(seconds, seconds.dropFirst()).contains(where: <) { comesNewestFirst = false }
    let second = newLast.flooredToSecond
    if last?.flooredToSecond != second { seam = [:] }
    last = newLast
    remember(page.rows.filter { $0.instant?.flooredToSecond == second })
  }

  private mutating func remember(_ rows: [RecordEncoder.Facts]) {
    for row in rows { if let key = row.key { seam[key] = row.instant ?? .latest } }
  }

  /// Forgets the rows of a part that has been read, but those near its end, where the next one begins.
  private mutating func forget(rowsOf part: TimeRange) {
    guard !windows.isNewestFirst, let end = part.end?.adding(seconds: -2) else { return }
    seam = seam.filter { $0.value >= end }
  }
}

extension StreamError {
  static func tooDense(_ field: String) -> StreamError {
    StreamError("more rows share one second of \(field) than the API lets anyone page through", nil)
  }
}
