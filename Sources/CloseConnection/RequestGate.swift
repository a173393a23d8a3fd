/// Lets at most so many requests of a run be in flight at once, first come, first served.
public actor RequestGate {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// A gate that lets `limit` requests through at a time.
  public init(limit: Int) { free = limit }

  /// Runs `body` when its turn has come.
  public nonisolated func enter<Result>(_ body: () async throws -> Result) async throws -> Result {
    await take()
    do {
      try Task.checkCancellation()
      let result = try await body()
      await give()
      return result
    } catch {
      await give()
      throw error
    }
  }

  private func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func give() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
