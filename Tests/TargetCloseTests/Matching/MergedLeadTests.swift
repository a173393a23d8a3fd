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

  @Test("takes its children along, though its own record does not come", arguments: [1, 2])
  func children(_ merges: Int) async throws {
    let target = try await target()
    let close = target.close
    let (a, b, c) = (id("A", close), id("B", close), id("C", close))
    let contacts = [
      schema("contacts", key: "id"), record("contacts", ["id": 5, "lead_id": 1, "name": "Ann"]),
    ]
    _ = try await target.write(contacts)
    close.merge(a, into: b)
    if merges == 2 { close.merge(b, into: c) }
    close.fail { call, _ in
      let lead = call.body["lead_id"]?.string ?? ""
      guard ["POST", "PUT"].contains(call.method), [a, b].contains(lead), close.object(lead) == nil else {
        return nil
      }
      return .status(400, #"{"errors": [], "field-errors": {"lead_id": "Object does not exist."}}"#)
    }
    let outcome = try await target.write(
      schema("contacts", key: "id"), record("contacts", ["id": 5, "lead_id": 1, "title": "CEO"]),
      schema("notes", key: "id"), record("notes", ["id": 8, "lead_id": 1, "note": "x"]),
      record("notes", ["id": 9, "lead_id": 1, "note": "y"]), state(1))
    let survivor: JSONValue = .string(merges == 1 ? b : c)
    #expect(outcome.exit == 0, "\(outcome.log)")
    #expect(outcome.output == [1])
    #expect(close.objects("contact").map { $0["title"] } == ["CEO"])
    #expect(close.objects("contact").map { $0["lead_id"] } == [survivor])
    #expect(close.objects("activity/note").map { $0["lead_id"] } == [survivor, survivor])
    #expect(try target.deadLetters.isEmpty)
  }

  @Test func `that was deleted leaves its children to the dead letters`() async throws {
    let target = try await target()
    let close = target.close
    let a = id("A", close)
    close.remove(a)
    close.fail { call, _ in
      call.body["lead_id"] == .string(a) ? .status(400, #"{"error": "Object does not exist."}"#) : nil
    }
    let outcome = try await target.write(
      schema("notes", key: "id"), record("notes", ["id": 8, "lead_id": 1, "note": "x"]))
    #expect(outcome.exit == 1)
    #expect(close.written.count == 1)
    #expect(try target.deadLetters.map { $0["status"] } == [400])
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
