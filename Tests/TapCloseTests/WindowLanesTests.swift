import Synchronization
import Testing

@testable import TapClose

@Suite struct WindowLanesTests {
  /// What came out, in order: pages by name, `|` where everything before is settled.
  private final class Outlet: Sendable {
    private let said = Mutex<[String]>([])
    var text: String { said.withLock { $0.joined(separator: " ") } }

    func lanes(budget: Int = 100) -> WindowLanes<String> {
      WindowLanes(
        budget: budget,
        sink: WindowLanes.Sink(
          write: { page in self.said.withLock { $0.append(page) } },
          settle: { self.said.withLock { $0.append("|") } }))
    }
  }

  @Test func `pages of later windows wait for their turn`() async throws {
    let outlet = Outlet()
    let lanes = outlet.lanes()
    try await lanes.deliver("b1", size: 1, of: 1)
    try await lanes.deliver("a1", size: 1, of: 0)
    try await lanes.finish(1)
    #expect(outlet.text == "a1")
    try await lanes.deliver("a2", size: 1, of: 0)
    try await lanes.finish(0)
    #expect(outlet.text == "a1 a2 | b1 |")
  }

  @Test func `parts of a window are settled when their turn has come`() async throws {
    let outlet = Outlet()
    let lanes = outlet.lanes()
    try await lanes.deliver("b1", size: 1, of: 1)
    try await lanes.settle(1)
    try await lanes.deliver("b2", size: 1, of: 1)
    try await lanes.deliver("a1", size: 1, of: 0)
    try await lanes.settle(0)
    #expect(outlet.text == "a1 |")
    try await lanes.finish(0)
    #expect(outlet.text == "a1 | | b1 | b2")
  }

  @Test func `a window behind a failed one is dropped, the ones before it go on`() async throws {
    let outlet = Outlet()
    let lanes = outlet.lanes()
    try await lanes.deliver("c1", size: 1, of: 2)
    await lanes.fail(1)
    await #expect(throws: CancellationError.self) { try await lanes.deliver("c2", size: 1, of: 2) }
    try await lanes.deliver("a1", size: 1, of: 0)
    try await lanes.finish(0)
    #expect(outlet.text == "a1 |")
  }

  @Test func `windows ahead wait once the budget is used, and go on when the head is done`() async throws {
    let outlet = Outlet()
    let lanes = outlet.lanes(budget: 10)
    try await lanes.deliver("b1", size: 10, of: 1)
    async let second: Void = lanes.deliver("b2", size: 10, of: 1)
    try await lanes.deliver("a1", size: 50, of: 0)
    try await lanes.finish(0)
    try await second
    try await lanes.finish(1)
    #expect(outlet.text == "a1 | b1 b2 |")
  }
}
