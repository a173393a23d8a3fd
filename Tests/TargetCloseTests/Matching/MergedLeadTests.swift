import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

/// People merge leads in Close; the source knows nothing of it.
@Suite("A lead that was merged")
struct MergedLeadTests {
  private func target() async throws -> TargetHarness {
    let target = try TargetHarness(FakeClose(), ["update_method": "put"])
    _ = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": 1, "name": "A"]),
      record("leads", ["id": 2, "name": "B"]),
      record("leads", ["id": 3, "name": "C"]))
    target.close.forgetCalls()
    return target
  }

  private func id(_ name: String, _ close: FakeClose) -> String {
    close.objects("lead").first { $0["name"] == .string(name) }?["id"]?.string ?? ""
  }

  @Test("lives on in the other one", arguments: [1, 2])
  func followed(_ merges: Int) async throws {
    let target = try await target()
    let (a, b, c) = (id("A", target.close), id("B", target.close), id("C", target.close))
    target.close.merge(a, into: b)
    if merges == 2 { target.close.merge(b, into: c) }
    let outcome = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": 1, "name": "A", "description": "New"]))
    #expect(outcome.exit == 0)
    let survivor = merges == 1 ? b : c
    #expect(target.close.written.map(\.call) == ["PUT lead/\(survivor)/"])
    // Its id is known from then on, to its children too.
    _ = try await target.write(
      schema("notes", key: "id"), record("notes", ["id": 9, "lead_id": 1, "note": "x"]))
    #expect(target.close.objects("activity/note").map { $0["lead_id"] } == [.string(survivor)])
  }

  @Test func `is not deleted in the place of the other one`() async throws {
    let target = try await target()
    target.close.merge(id("A", target.close), into: id("B", target.close))
    let deleting = target.with(["streams": ["leads": ["max_deletes": 9]]])
    _ = try await deleting.write(
      schema("leads", key: "id"), record("leads", ["id": 1, "_sdc_deleted_at": "2026-01-01T00:00:00Z"]))
    #expect(target.close.written.isEmpty)
    #expect(target.close.objects("lead").count == 2)
  }

  @Test func `is created again when it was just deleted`() async throws {
    let target = try await target()
    target.close.remove(id("A", target.close))
    target.close.merge(id("B", target.close), into: id("C", target.close))
    _ = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": 1, "name": "A", "description": "New"]))
    #expect(target.close.written.map(\.call) == ["POST lead/"])
  }

  @Test func `is created again when this key may not see events`() async throws {
    let target = try await target()
    target.close.merge(id("A", target.close), into: id("B", target.close))
    target.close.fail { call, _ in call.path == "event/" ? .status(403, "{}") : nil }
    let outcome = try await target.write(
      schema("leads", key: "id"), record("leads", ["id": 1, "name": "A", "description": "New"]))
    #expect(outcome.exit == 0)
    #expect(target.close.objects("lead").count == 3)
  }
}
