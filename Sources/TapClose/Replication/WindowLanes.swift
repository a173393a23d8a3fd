/// Lets windows that are read in parallel speak in order: window after window, page after page.
///
/// The oldest unfinished window (the head) writes at once. Those ahead of it keep their pages here until it is
/// their turn; when all kept pages together outgrow `budget`, they wait. The head never waits, so there is no
/// deadlock, and memory stays bounded however many rows a window holds.
actor WindowLanes<Page: Sendable> {
  /// Where pages go, in order.
  struct Sink: Sendable {
    let write: @Sendable (Page) throws -> Void
    /// Called when everything up to some moment has been written: at the end of a window, or between its parts.
    let settle: @Sendable () throws -> Void
  }

  private let budget: Int
  private let sink: Sink
  private var head = 0
  /// What is to be said later; no page settles what came before.
  private var kept: [Int: [(page: Page?, size: Int)]] = [:]
  private var keptSize = 0
  private var finished: Set<Int> = []
  /// The first window that failed; those behind it have nothing more to say.
  private var failed = Int.max
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// - Parameter budget: bytes that may be kept for windows ahead of the head.
  init(budget: Int, sink: Sink) {
    self.budget = budget
    self.sink = sink
  }

  /// Hands over a page of `window`.
  ///
  /// - Throws: what the sink throws, and `CancellationError` once an earlier window has failed.
  func deliver(_ page: Page, size: Int, of window: Int) async throws {
    while window > head, window < failed, keptSize > 0, keptSize + size > budget {
      await withCheckedContinuation { waiting.append($0) }
    }
    guard window < failed else { throw CancellationError() }
    if window == head {
      try sink.write(page)
    } else {
      kept[window, default: []].append((page, size))
      keptSize += size
    }
  }

  /// Says that what `window` has delivered so far is all there is up to some moment.
  func settle(_ window: Int) throws {
    if window == head {
      try sink.settle()
    } else {
      kept[window, default: []].append((nil, 0))
    }
  }

  /// Marks the end of `window`; the next one becomes the head and says what it has kept.
  func finish(_ window: Int) throws {
    finished.insert(window)
    defer { wakeAll() }
    while finished.remove(head) != nil {
      try sink.settle()
      head += 1
      for (page, size) in kept.removeValue(forKey: head) ?? [] {
        keptSize -= size
        if let page { try sink.write(page) } else { try sink.settle() }
      }
    }
  }

  /// Marks `window` as failed: earlier windows go on, later ones are dropped.
  func fail(_ window: Int) {
    failed = min(failed, window)
    wakeAll()
  }

  private func wakeAll() {
    let woken = waiting
    waiting.removeAll()
    for continuation in woken { continuation.resume() }
  }
}
