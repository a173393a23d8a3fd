import JSONBytes
import Singer
import TestSupport
import Testing

@testable import TargetClose

@Suite("A run")
struct RunTests {
  private func leads(_ count: Int) -> [String] {
    [schema("leads", key: "id")]
      + (1...count).flatMap {
        [record("leads", ["id": .int($0), "name": .string("L\($0)")]), state(.int($0))]
      }
  }

  @Test(
    "that is told to end finishes what it has begun, and the next one does the rest", arguments: [1, 3, 10])
  func interrupted(_ requests: Int) async throws {
    let close = FakeClose(indexLag: 60)
    let target = try TargetHarness(close)
    let interruption = Interruption()
    close.fail { call, number in
      if call.description == "POST lead/", number == requests { interruption.request(signal: 15) }
      return nil
    }
    let outcome = try await target.write(leads(200), interruption)
    #expect(outcome.exit == 143)
    #expect(try target.deadLetters.isEmpty)
    let names = Set(close.objects("lead").compactMap { $0["name"]?.string })
    #expect(names.count >= requests)
    for state in outcome.output.compactMap(\.int) {
      #expect((1...state).allSatisfy { names.contains("L\($0)") })
    }
    close.fail { _, _ in nil }
    let next = try await target.write(leads(200))
    #expect(next.exit == 0)
    #expect(next.output.last == 200)
    #expect(close.objects("lead").count == 200)
    #expect(close.written.count == 200)
  }

  @Test func `dry, that is told to end, prints no STATE`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let outcome = try await target.dryRun(leads(20))
    #expect(outcome.exit == 0)
    #expect(outcome.output.count == 20)
    #expect(outcome.output.allSatisfy { $0["action"] == "create" })
  }

  @Test func `with the journal of another organisation ends before anything is written`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    try target.directory.write(#"{"journal":1,"organization":"orga_there"}"# + "\n", to: "journal.jsonl")
    let outcome = try await target.write(leads(1))
    #expect(outcome.exit == 2)
    #expect(close.written.isEmpty)
    #expect(outcome.log.last?.contains("set another journal_path") == true)
  }

  @Test func `while another one is on ends before anything is written`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    let journal = try Journal(
      target.directory.file("journal.jsonl"), organisation: FakeClose.organisation, writing: true,
      searchLag: .seconds(60), now: { close.clock.date })
    let outcome = try await target.write(leads(1))
    #expect(outcome.exit == 2)
    #expect(close.written.isEmpty)
    #expect(try await target.dryRun(leads(1)).exit == 0)
    #expect(journal.count == 0)
  }

  @Test func `says at its end what it has done`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Old"}"#, #"lead lead_b {"name": "Same"}"#])
    let target = try TargetHarness(close, ["update_method": "put"])
    let outcome = try await target.write(
      schema("leads"), record("leads", ["name": "New"]),
      record("leads", ["id": "lead_a", "name": "New", "colour": "red"]),
      record("leads", ["id": "lead_b", "name": "Same"]), record("leads", ["status_label": "Cold"]))
    #expect(outcome.exit == 1)
    #expect(
      outcome.log.contains {
        $0.hasPrefix("INFO leads  4 records, 1 created, 1 updated, 1 unchanged, 1 rejected, ")
      })
    #expect(
      outcome.log.contains {
        $0.contains(#"leads: "colour" is no field that can be written; it is left out"#)
      })
    #expect(
      outcome.log.last?.hasPrefix("CRITICAL 1 of 4 records could not be written; they are in ") == true)
    #expect(
      outcome.log.last?.contains(#"the first is line 5: stream leads: there is no lead status "Cold""#)
        == true)
  }

  @Test(
    "to test the settings finds names that are not there",
    arguments: [("Customer number", 0), ("Nonsense", 2)])
  func test(name: String, exit: Int32) async throws {
    let close = FakeClose()
    let target = try WriteCase.target(close, "leads", #"{"match": ["custom.\#(name)"]}"#)
    let outcome = try await target.perform { try await $0.test() }
    #expect(outcome.exit == exit)
    #expect(close.written.isEmpty)
    #expect(outcome.log.contains { $0.contains("the key belongs to organisation Here") })
  }

  @Test func `meets a search that shows an old state, and asks what is there now`() async throws {
    let close = FakeClose()
    close.add([#"lead lead_a {"name": "Acme", "description": "Old"}"#])
    let target = try WriteCase.target(close, "leads", #"{"match": ["name"]}"#)
    // Renamed since: the search still finds it, the object itself says no.
    close.fail { call, _ in
      guard call.path == "data/search/" else { return nil }
      close.change("lead_a", ["name": "Other"])
      return .status(
        200,
        #"{"data": [{"id": "lead_a", "name": "Acme", "date_updated": "2026-01-01T00:00:00Z"}], "cursor": null}"#
      )
    }
    _ = try await target.write(WriteCase.lines("leads", [#"{"name": "Acme"}"#]))
    #expect(close.written == writes(#"POST lead/ {"name": "Acme"}"#))
  }
}
