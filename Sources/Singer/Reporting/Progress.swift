internal import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Live progress for people who watch a terminal; silent on a pipe, and when records go to the same terminal.
public final class Progress: Sendable {
  private let console: Console
  private let isShown: Bool
  private let state: Mutex<State>
  private static let redrawInterval = Duration.milliseconds(200)

  private struct State {
    var rows: [ProgressRow] = []
    var starts: [ContinuousClock.Instant] = []
    let start: ContinuousClock.Instant
    var lastDrawn: ContinuousClock.Instant?
  }

  /// Progress on `console`; shown when that is a terminal and standard output is none, unless told.
  public init(console: Console, isShown: Bool? = nil, now: ContinuousClock.Instant = .now) {
    self.console = console
    self.isShown = isShown ?? (console.isTerminal && isatty(1) == 0)
    state = Mutex(State(start: now))
  }

  /// Starts a row for `stream`; `total` is the number of records to come, when it is known.
  public func started(_ stream: String, total: Int? = nil, now: ContinuousClock.Instant = .now) {
    update(now) { state in
      state.rows.append(ProgressRow(stream: stream, total: total))
      state.starts.append(now)
    }
  }

  /// Counts records of `stream`; a known `total` replaces the one before.
  public func addRecords(_ count: Int, stream: String, total: Int? = nil, now: ContinuousClock.Instant = .now)
  {
    update(now) { state in
      guard let index = state.rows.lastIndex(where: { $0.stream == stream }) else { return }
      state.rows[index].records += count
      state.rows[index].total = total ?? state.rows[index].total
    }
  }

  /// Ends the row of `stream`.
  public func finished(_ stream: String, succeeded: Bool, now: ContinuousClock.Instant = .now) {
    update(now) { state in
      guard let index = state.rows.lastIndex(where: { $0.stream == stream }) else { return }
      state.rows[index].state = succeeded ? .finished : .failed
    }
  }

  /// Takes the progress off the screen.
  public func clear() {
    if isShown { console.showProgress([]) }
  }

  private func update(_ now: ContinuousClock.Instant, _ change: (inout State) -> Void) {
    guard isShown else { return }
    let lines: [String]? = state.withLock { state in
      change(&state)
      if let lastDrawn = state.lastDrawn, now - lastDrawn < Progress.redrawInterval { return nil }
      state.lastDrawn = now
      for (index, row) in state.rows.enumerated() where row.state == .running {
        state.rows[index].seconds = (now - state.starts[index]).seconds
      }
      return ProgressRow.lines(for: state.rows, seconds: (now - state.start).seconds, width: console.width)
    }
    if let lines { console.showProgress(lines) }
  }
}
