import CloseConnection
import Synchronization
import Testing

@Suite("At most so many requests are in flight")
struct RequestGateTests {
  struct Failure: Error {}

  /// How many are inside, now and at most.
  private final class Room: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock(\.most) }
    var isEmpty: Bool { counts.withLock { $0.now == 0 } }
    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
  }

  @Test(arguments: [1, 3])
  func `never more than the limit`(limit: Int) async throws {
    let gate = RequestGate(limit: limit)
    let room = Room()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await gate.enter {
            room.enter()
            for _ in 0..<5 { await Task.yield() }
            room.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(room.isEmpty && room.most >= 1 && room.most <= limit)
  }

  @Test func `a place is given back when a request fails or is not wanted any more`() async throws {
    let gate = RequestGate(limit: 1)
    await #expect(throws: Failure.self) { try await gate.enter { throw Failure() } }
    // It cannot get in before it is cancelled.
    let cancelled = try await gate.enter {
      let task = Task { try await gate.enter { Issue.record("nobody wants this any more") } }
      task.cancel()
      return task
    }
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    #expect(try await gate.enter { 7 } == 7)
  }
}
