import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Close keeps events for 30 days and pages them by cursor, newest first.
@Suite("tap-close: the event log")
struct TapEventTests {
  /// Events from `days` days ago up to now, `perDay` a day.
  private func organisation(days: Int, perDay: Int) -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let start = Timestamp.now().adding(seconds: Int64(-days) * 86_400)
    let step = Timestamp.day / Int64(perDay)
    organisation.change { $0.add("event", days * perDay, from: start, step: step) }
    return organisation
  }

  @Test func `without a bookmark the last thirty days are read, without a warning`() async throws {
    let organisation = organisation(days: 40, perDay: 20)
    let before = Timestamp.now()
    let run = try await Tap(startSandbox(organisation)).run(["event_log"])
    run.expectHealthy()
    #expect(run.warnings == [])
    let kept = organisation.rows("event").filter { $0.updated >= before.adding(seconds: -30 * 86_400 + 60) }
    #expect(Set(kept.map(\.id)).isSubset(of: run.output.ids("event_log")))
    #expect(run.output.ids("event_log").count <= kept.count + 1)
  }

  @Test(arguments: [31, 45, 400])
  func `a gap is named by its two dates in one warning`(days: Int) async throws {
    let organisation = organisation(days: 35, perDay: 4)
    let bookmark = Timestamp.now().adding(seconds: Int64(-days) * 86_400)
    let tap = try Tap(startSandbox(organisation))
    for settings in [["start_date": .string(bookmark.description)], [:]] as [JSONObject] {
      let kept = { Timestamp.now().adding(seconds: -30 * 86_400).dateText }
      let dates = [kept()]
      let run = try await tap.run(
        ["event_log"], state: settings.isEmpty ? Tap.state("event_log", bookmark) : [:], config: settings)
      #expect(run.exit == 0)
      #expect(run.warnings.count == 1)
      let warning = run.warnings.first ?? ""
      #expect(warning.contains(bookmark.dateText))
      // The day may have changed in the meantime.
      #expect((dates + [kept()]).contains { warning.contains($0) })
      #expect(run.output.ids("event_log").count >= 119)
    }
  }

  @Test func `days come oldest first, each with a STATE`() async throws {
    let organisation = organisation(days: 12, perDay: 30)
    let sandbox = try startSandbox(organisation)
    let run = try await Tap(sandbox).run(["event_log"])
    run.expectHealthy()
    #expect(run.output.faults("event_log", wanted: organisation.ids("event")) == [])
    #expect(run.output.states.count >= 12)
    let days = run.output.records("event_log").compactMap { $0.date("date_updated")?.startOfDay }
    #expect(zip(days, days.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test(arguments: [(2, 40), (3, 40), (8, 130)])
  func `a cursor that is refused loses nothing`(often: Int, bulk: Int) async throws {
    let organisation = ScriptedOrganisation()
    let start = Timestamp.now().adding(seconds: -20 * 3600)
    organisation.change { state in
      state.add("event", 320, from: start, step: 60 * Timestamp.second)
      // A bulk change.
      state.add("event", bulk, from: start.adding(seconds: 7200), step: 0, prefix: "bulk")
    }
    let sandbox = try startSandbox(organisation) { options in
      options.onRequest = { _, number in
        organisation.change { $0.rules.forgetsCursors = number.isMultiple(of: often) }
      }
    }
    let run = try await Tap(sandbox).run(["event_log"])
    run.expectHealthy()
    #expect(sandbox.server.statistics.count(ofStatus: 400) > 0)
    #expect(run.output.faults("event_log", wanted: organisation.ids("event")) == [])
  }

  @Test func `the last five minutes are read again`() async throws {
    let organisation = ScriptedOrganisation()
    let now = Timestamp.now()
    organisation.change { $0.add("event", 20, from: now.adding(seconds: -1200), step: 60 * Timestamp.second) }
    let tap = try Tap(startSandbox(organisation))
    let first = try await tap.run(["event_log"])
    first.expectHealthy()
    let bookmark = try #require(first.output.states.last?.bookmark("event_log", "date_updated"))
    #expect(bookmark <= now.adding(seconds: -240) && bookmark > now.adding(seconds: -420))
    // One comes to light late.
    organisation.change { state in
      state.add("event", 1, from: now.adding(seconds: -200), step: 0, prefix: "late")
    }
    let second = try await tap.run(["event_log"], state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    #expect(second.output.ids("event_log").contains("late_0"))
    #expect(second.output.ids("event_log").count < 10)
  }

  @Test func `a whole organisation's events come complete, disorder and all`() async throws {
    let sandbox = try startSandbox(organisation: {
      $0.leads = 60
      $0.eventDisorder = true
    })
    let tap = try Tap(sandbox)
    let run = try await tap.run(["event_log"])
    run.expectHealthy()
    sandbox.server.clock.advance(seconds: 600)
    let later = try await tap.run(["event_log"], state: run.output.lastState)
    let everything = try await tap.run(["event_log"])
    let ids = Set(run.output.ids("event_log") + later.output.ids("event_log"))
    #expect(ids.isSuperset(of: everything.output.ids("event_log")))
    #expect(everything.output.ids("event_log").count > 50)
  }
}
