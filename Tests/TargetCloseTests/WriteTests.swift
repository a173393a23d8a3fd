import JSONBytes
import Testing

@testable import TargetClose

@Suite struct WriteTests {
  @Test func `new records become objects, and the STATE behind them is printed`() async throws {
    let target = try TargetHarness()
    let outcome = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": "1", "name": "Acme"]),
      record("leads", ["id": "2", "name": "Bolt"]), state(["bookmark": 2]))
    #expect(outcome.exit == 0)
    #expect(outcome.output == [["bookmark": 2]])
    #expect(target.close.objects("lead").compactMap { $0["name"]?.string }.sorted() == ["Acme", "Bolt"])
  }
}
