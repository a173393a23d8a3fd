import JSONBytes
import Synchronization
import TestSupport
import Testing

@testable import TargetClose

/// Runs that lose connections and answers at random and end in the middle, until one gets through.
@Suite("Whatever happens")
struct StormTests {
  /// What goes wrong, and when the run ends.
  private final class Weather: Sendable {
    private struct State {
      var generator: SeededGenerator
      var requestsLeft: Int
      var journal: String?
    }

    private let state: Mutex<State>
    private let directory: TemporaryDirectory
    private let share: Int

    /// - Parameters:
    ///   - requests: how many get through before the run ends.
    ///   - share: one in how many goes wrong.
    init(_ generator: SeededGenerator, requests: Int, share: Int, _ directory: TemporaryDirectory) {
      state = Mutex(State(generator: generator, requestsLeft: requests))
      self.share = share
      self.directory = directory
    }

    /// The journal as it was when the run ended; nil when it was not.
    var journal: String? { state.withLock { $0.journal } }

    func fault(_ call: FakeClose.Call) -> FakeClose.Fault? {
      state.withLock { state in
        if state.journal != nil { return .status(401, "") }
        state.requestsLeft -= 1
        if state.requestsLeft <= 0, call.method != "GET" {
          // From here on nothing of this run counts, but perhaps this one request.
          state.journal = (try? directory.read("journal.jsonl")) ?? ""
          return Bool.random(using: &state.generator) ? .answerLost : .status(401, "")
        }
        guard Int.random(in: 0..<share, using: &state.generator) == 0 else { return nil }
        return state.generator.pick(
          [.lost, .answerLost, .brokenBefore, .status(500, ""), .status(503, ""), .status(429, "")])
      }
    }
  }

  private func restart(_ target: TargetHarness, _ journal: String?) throws {
    if let journal { try target.directory.write(journal, to: "journal.jsonl") }
    if target.directory.names.contains("dead_letter.jsonl") {
      try target.directory.write("", to: "dead_letter.jsonl")
    }
  }

  @Test func `every record of a key becomes one object under its parent, as it came last`() async throws {
    for var generator in Fuzzing.cases(25) {
      let close = FakeClose(indexLag: 60)
      let target = try TargetHarness(
        close, ["update_method": "put", "retry_budget_seconds": 30, "max_errors": 1000])
      var records: [String] = []
      for key in 1...6 {
        let lead = Int.random(in: 1...3, using: &generator)
        for version in 1...2 {
          records.append(record("leads", ["id": .string("l\(lead)"), "name": .string("Lead \(lead)")]))
          records.append(
            record(
              "contacts",
              [
                "id": .string("c\(key)"), "lead_id": .string("l\(lead)"),
                "title": .string("\(key) \(version)"),
              ]))
        }
        records.append(
          record("notes", ["id": .string("n\(key)"), "lead_id": .string("l\(lead)"), "note": "Same"]))
      }
      records.shuffle(using: &generator)
      let lines =
        ["leads", "contacts", "notes"].map { schema($0, key: "id") } + records + [state("end")]
      var outcome: TargetHarness.Outcome?
      for attempt in 0..<4 {
        if attempt < 3 {
          let requests = Int.random(in: 2...40, using: &generator)
          let weather = Weather(generator, requests: requests, share: 6, target.directory)
          close.fail { call, _ in weather.fault(call) }
          _ = try await target.write(lines)
          try restart(target, weather.journal)
          _ = generator.next()
        } else {
          close.fail { _, _ in nil }
          outcome = try await target.write(lines)
        }
        close.clock.advance(by: .seconds(Int.random(in: 0...100, using: &generator)))
      }
      #expect(outcome?.exit == 0)
      #expect(outcome?.output.last == "end")
      let leads = close.objects("lead")
      #expect(Set(leads.map { $0["name"] }).count == leads.count)
      #expect(close.objects("contact").count == 6)
      #expect(Set(close.objects("contact").compactMap { $0["title"]?.string?.prefix(1) }).count == 6)
      #expect(close.objects("activity/note").count == 6)
      let ids = Set(leads.map { $0["id"] })
      #expect(
        (close.objects("contact") + close.objects("activity/note")).allSatisfy { ids.contains($0["lead_id"]) }
      )
    }
  }

  @Test func `one company has one lead, one person one contact in it`() async throws {
    for var generator in Fuzzing.cases(25) {
      let close = FakeClose(indexLag: 60)
      let target = try ContactAndLeadCase.target(close).with(["retry_budget_seconds": 30])
      var records: [String] = []
      for person in 1...8 {
        let fields: JSONObject = [
          "lead_external_id": .int(person % 3), "contact_email": .string("p\(person)@x.com"),
          "contact_external_id": .int(person), "contact_name": .string("P\(person)"),
        ]
        var part = fields
        // The e-mail or the user id alone.
        part[person.isMultiple(of: 2) ? "contact_email" : "contact_external_id"] = nil
        records += [record("people", fields), record("people", part)]
      }
      records.shuffle(using: &generator)
      let lines = [schema("people")] + records + [state("end")]
      for _ in 0..<3 {
        let weather = Weather(
          generator, requests: Int.random(in: 2...60, using: &generator), share: 6, target.directory)
        close.fail { call, _ in weather.fault(call) }
        _ = try await target.write(lines)
        try restart(target, weather.journal)
        _ = generator.next()
      }
      close.fail { _, _ in nil }
      let outcome = try await target.write(lines)
      #expect(outcome.exit == 0, "\(outcome.log)")
      #expect(close.objects("lead").count == 3)
      #expect(Set(close.objects("lead").map { $0["custom.cf_number"] }).count == 3)
      #expect(close.objects("contact").count == 8)
      #expect(Set(close.objects("contact").map { $0["name"] }).count == 8)
    }
  }

  @Test func `no STATE goes out before what is in front of it is in Close or kept`() async throws {
    for var generator in Fuzzing.cases(15) {
      let close = FakeClose()
      let target = try TargetHarness(close, ["retry_budget_seconds": 5, "max_errors": 1000])
      let weather = Weather(
        generator, requests: Int.random(in: 1...40, using: &generator), share: 4, target.directory)
      close.fail { call, _ in weather.fault(call) }
      let lines = (1...30).flatMap {
        [record("leads", ["id": .int($0), "name": .string("L\($0)")]), state(.int($0))]
      }
      let outcome = try await target.write([schema("leads", key: "id")] + lines)
      let names = Set(close.objects("lead").compactMap { $0["name"]?.string })
      let kept = Set(try target.deadLetters.compactMap { $0["record"]?["name"]?.string })
      var last = 0
      for state in outcome.output.compactMap(\.int) {
        #expect(state > last)
        last = state
        #expect((1...state).allSatisfy { names.contains("L\($0)") || kept.contains("L\($0)") })
      }
    }
  }
}
