import CloseAPI
import JSONBytes
import Singer
import Synchronization

extension StreamSync {
  /// How one window ended.
  private struct WindowOutcome: Sendable {
    let number: Int
    var rows = 0
    var error: (any Error)?
  }

  /// Reads `range` window by window, several at a time.
  ///
  /// How long a window is depends on those a fixed number before it, never on which answers came first, so
  /// the same rows come in the same order.
  func readInWindows(_ range: TimeRange, _ windows: DateWindows) async throws {
    let lanes = newLanes(windows)
    var planner = WindowPlanner(
      range, now: settings.now, days: days(of: windows), midnights: windows.days != nil)
    let failure = await withTaskGroup(of: WindowOutcome.self) { group in
      var (given, done) = (0, 0)
      var outcomes: [Int: WindowOutcome] = [:]
      func giveNext() {
        guard let window = planner.nextWindow() else { return }
        group.addTask { [given] in await read(window, given, windows, into: lanes) }
        given += 1
      }
      for _ in 0..<settings.concurrency { giveNext() }
      while let outcome = await group.next() {
        outcomes[outcome.number] = outcome
        while let next = outcomes[done], next.error == nil {
          planner.windowHeld(rows: next.rows)
          outcomes[done] = nil
          done += 1
          giveNext()
        }
      }
      return outcomes.values.filter { $0.error != nil }.min { $0.number < $1.number }
    }
    if let error = failure?.error { throw error }
  }

  func days(of windows: DateWindows) -> Int { windows.days ?? settings.dateWindow }

  private func read(
    _ window: TimeRange, _ number: Int, _ windows: DateWindows, into lanes: WindowLanes<StreamPage>
  ) async -> WindowOutcome {
    var reader = WindowReader(self, windows, window)
    do {
      while let step = try await reader.next() {
        switch step {
        case .page(let page): try await lanes.deliver(page, size: page.lines.count, of: number)
        case .settled: try await lanes.settle(number)
        }
      }
      try await lanes.finish(number)
      return WindowOutcome(number: number, rows: reader.rowCount)
    } catch {
      await lanes.fail(number)
      return WindowOutcome(number: number, error: error)
    }
  }

  private func newLanes(_ windows: DateWindows) -> WindowLanes<StreamPage> {
    let progress = Mutex(newBookmark(of: windows))
    return WindowLanes(
      budget: 6 << 20,
      sink: WindowLanes.Sink(
        write: { page in
          try write(page)
          progress.withLock { for instant in page.instants { $0.advance(to: instant) } }
        },
        settle: { try advance(windows.field, to: progress.withLock(\.value)) }))
  }
}
