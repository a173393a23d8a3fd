import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("Parents and children")
struct ParentTests {
  static let lines = [
    schema("leads", key: "id"), schema("contacts", key: "id"), schema("opportunities", key: "id"),
    schema("notes", key: "id"), record("leads", ["id": 1, "name": "Acme"]),
    record("contacts", ["id": 2, "lead_id": 1, "name": "Ann"]),
    record("opportunities", ["id": 3, "lead_id": 1, "contact_id": 2, "value": 5]),
    record("notes", ["id": 4, "lead_id": 1, "contact_id": 2, "note": "Hi"]),
  ]

  @Test("come in any order", arguments: [[4, 5, 6, 7], [7, 6, 5, 4], [5, 7, 4, 6], [6, 4, 7, 5]])
  func anyOrder(_ order: [Int]) async throws {
    let close = FakeClose(indexLag: 60)
    let target = try TargetHarness(close)
    let lines = Array(Self.lines.prefix(4)) + order.map { Self.lines[$0] } + [state("end")]
    let outcome = try await target.write(lines)
    #expect(outcome.exit == 0)
    #expect(outcome.output == ["end"])
    let lead = close.objects("lead").first?["id"]
    let contact = close.objects("contact").first
    #expect(contact?["lead_id"] == lead)
    for resource in ["opportunity", "activity/note"] {
      #expect(close.objects(resource).map { $0["lead_id"] } == [lead])
      #expect(close.objects(resource).map { $0["contact_id"] } == [contact?["id"]])
    }
  }

  @Test func `may go by the same addresses`() async throws {
    let close = FakeClose(indexLag: 60)
    let settings: JSONObject = [
      "streams": ["leads": ["match": ["email"]], "contacts": ["match": ["email"]]]
    ]
    let target = try TargetHarness(close, settings)
    let outcome = try await target.write(
      schema("contacts", key: "id"), schema("leads", key: "id"),
      record("contacts", ["id": 2, "lead_id": 1, "name": "Ann", "email": "ann@acme.com"]),
      record("contacts", ["id": 3, "lead_id": 1, "name": "Ann A.", "email": "ann@acme.com"]),
      record("leads", ["id": 1, "name": "Acme", "contacts": [["emails": [["email": "ann@acme.com"]]]]]),
      state("end"))
    #expect(outcome.exit == 0)
    #expect(outcome.output == ["end"])
    #expect(close.objects("contact").map { $0["lead_id"] } == [close.objects("lead").first?["id"]])
    #expect(close.objects("contact").map { $0["name"] } == ["Ann A."])
  }

  @Test func `come in several runs`() async throws {
    let close = FakeClose(indexLag: 60)
    let target = try TargetHarness(close)
    for line in Self.lines.suffix(4) {
      #expect(try await target.write(Self.lines.prefix(4) + [line]).exit == 0)
    }
    #expect(close.objects("activity/note").map { $0["lead_id"] } == [close.objects("lead").first?["id"]])
  }

  @Test func `hold back the STATE while one waits, and a child without a parent is kept`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let outcome = try await target.write(
      schema("leads", key: "id"), schema("contacts", key: "id"), state("before"),
      record("contacts", ["id": 2, "lead_id": 9, "name": "Ann"]), state("child"),
      record("leads", ["id": 1, "name": "Acme"]), state("lead"))
    #expect(outcome.exit == 1)
    #expect(outcome.output == ["before", "lead"])
    #expect(close.objects("contact").isEmpty)
    #expect(close.objects("lead").count == 1)
    let letters = try target.deadLetters
    #expect(letters.map { $0["reason"] } == [#""lead_id" points to the lead "9", and no such record came"#])
    #expect(letters.map { $0["record"] } == [["id": 2, "lead_id": 9, "name": "Ann"]])
  }

  @Test func `of a parent that is refused are kept too`() async throws {
    let close = FakeClose()
    close.fail { call, _ in call.description == "POST lead/" ? .status(400, #"{"error": "no"}"#) : nil }
    let target = try TargetHarness(close)
    let outcome = try await target.write(Self.lines + [state("end")])
    #expect(outcome.exit == 1)
    #expect(outcome.output == ["end"])
    #expect(try target.deadLetters.count == 4)
    #expect(close.written.map(\.call) == ["POST lead/"])
  }

  @Test func `need only what is required: a note goes without its contact`() async throws {
    let close = FakeClose()
    close.add(["lead lead_a {}"])
    let target = try TargetHarness(close)
    let outcome = try await target.write(
      schema("notes", key: "id"),
      record("notes", ["id": 4, "lead_id": "lead_a", "contact_id": 77, "note": "Hi"]))
    #expect(outcome.exit == 0)
    #expect(close.written == writes(#"POST activity/note/ {"note": "Hi", "lead_id": "lead_a"}"#))
    #expect(outcome.log.contains { $0.contains(#""contact_id" points to something that is not known here"#) })
  }

  @Test func `by Close's id are asked for once`() async throws {
    let close = FakeClose()
    close.add(["lead lead_a {}"])
    let target = try TargetHarness(close)
    _ = try await target.write(
      [schema("notes", key: "id")]
        + (1...9).map { record("notes", ["id": .int($0), "lead_id": "lead_a", "note": "Hi"]) })
    #expect(close.objects("activity/note").count == 9)
    #expect(close.calls.count { $0.path == "lead/lead_a/" } == 1)
  }

  @Test func `by an id that Close does not have are no parents`() async throws {
    let target = try TargetHarness(FakeClose())
    let outcome = try await target.write(
      schema("notes", key: "id"), record("notes", ["id": 1, "lead_id": "lead_gone", "note": "Hi"]))
    #expect(outcome.exit == 1)
    #expect(try target.deadLetters.count == 1)
  }

  @Test func `more than fit into memory wait on the disk`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let children = (1...300).map {
      record("notes", ["id": .int($0), "lead_id": 1, "note": .string("note \($0)")])
    }
    let outcome = try await target.write(
      [schema("notes", key: "id"), schema("leads", key: "id")] + children
        + [record("leads", ["id": 1, "name": "Acme"]), state("end")])
    #expect(outcome.exit == 0)
    #expect(outcome.output == ["end"])
    #expect(close.objects("activity/note").count == 300)
    #expect(target.directory.names.filter { $0.contains("waiting") }.isEmpty)
  }

  @Test func `a key's records stay in order`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let outcome = try await target.write(
      [schema("leads", key: "id")]
        + (1...50).flatMap { round in
          (1...4).map { record("leads", ["id": .int($0), "name": .string("\($0) \(round)")]) }
        })
    #expect(outcome.exit == 0)
    #expect(close.objects("lead").compactMap { $0["name"]?.string }.sorted() == (1...4).map { "\($0) 50" })
  }

  @Test func `a record that goes back to what it was before the run is written again`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let old = record("leads", ["id": 1, "name": "Old"])
    _ = try await target.write(schema("leads", key: "id"), old)
    for _ in 1...20 {
      _ = try await target.write(
        schema("leads", key: "id"), record("leads", ["id": 1, "name": "New"]), old)
      #expect(close.objects("lead").map { $0["name"] } == ["Old"])
    }
  }
}
