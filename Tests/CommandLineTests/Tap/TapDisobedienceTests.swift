import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// The API answers otherwise than it is said to, without a word about it.
@Suite("tap-close: an API that does not do as it is told")
struct TapDisobedienceTests {
  typealias Way = TapPagingTests.Way
  /// The search has no `_skip`.
  static let ways = TapDepthTests.ways

  /// Rows ten minutes apart, and what is wrong with the API.
  private func organisation(
    _ table: String, _ count: Int = 350, _ change: (inout ScriptedOrganisation.State) -> Void
  ) throws -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { state in
      state.add(table, count, from: start, step: 600 * Timestamp.second)
      change(&state)
    }
    return organisation
  }

  // MARK: Pages

  @Test(arguments: ways + [Way(stream: "users", table: "user")])
  func `lists that do not say whether more pages follow come complete`(way: Way) async throws {
    let organisation = try organisation(way.table) { $0.rules.silentTables = [way.table] }
    let run = try await Tap(startSandbox(organisation), way.settings).run([way.stream])
    run.expectHealthy()
    #expect(run.output.faults(way.stream, wanted: organisation.ids(way.table)) == [])
  }

  @Test(arguments: ["user/", "task/", "event/", "data/search/", "custom_field/lead/"])
  func `an answer that is no page is no empty page`(path: String) async throws {
    let organisation = try organisation("user", 3) { $0.rules.refusals = [path: 200] }
    let streams = ["users", "tasks", "event_log", "leads", "custom_fields"]
    let tap = try Tap(startSandbox(organisation), ["retry_budget_seconds": 0])
    let run = try await tap.run(streams)
    #expect(run.exit == 1)
    run.expectTruthful()
    #expect(run.lastLine.contains("1 of 5 streams") && run.lastLine.contains(path))
  }

  @Test(arguments: ways.filter { $0.table != "activity" } + [Way(stream: "users", table: "user")], [7, 350])
  func `fewer rows than the API counts are no complete table`(way: Way, count: Int) async throws {
    let organisation = try organisation(way.table, count) { $0.rules.miscounts = [way.table: 1] }
    let run = try await Tap(startSandbox(organisation), way.settings).run([way.stream])
    #expect(run.exit == 1)
    run.expectTruthful()
    #expect(run.lastLine.contains("the API counts"))
  }

  // MARK: Order

  @Test func `activities that come oldest first come complete however deep they are`() async throws {
    let organisation = try organisation("activity") {
      $0.rules.orders = ["activity": "date_created"]
      $0.rules.maxSkip = ["activity": 150]
    }
    let run = try await Tap(startSandbox(organisation)).run(["activities"])
    run.expectHealthy()
    #expect(Set(run.output.ids("activities")) == organisation.ids("activity"))
  }

  @Test(arguments: [("leads", "lead"), ("contacts", "contact")], [20, 7])
  func `a search in another order is replaced before a STATE believes in it`(
    table: (String, String), edits: Int
  ) async throws {
    let late = try Timestamp.at("2024-05-01T00:00:00Z")
    let organisation = try organisation(table.1, 700) { state in
      state.rules.searchIgnoresOrder = true
      for index in stride(from: edits, to: 700, by: 700 / edits) { state.edit(table.1, at: index, on: late) }
    }
    let run = try await Tap(startSandbox(organisation)).run([table.0])
    run.expectHealthy()
    #expect(Set(run.output.ids(table.0)) == organisation.ids(table.1))
    #expect(run.warnings.count == 1 && run.warnings.first?.contains("in the order asked for") == true)
  }

  @Test(arguments: [true, false])
  func `leads come from the whole list when neither search nor query can be used`(
    isRefused: Bool
  ) async throws {
    let organisation = try organisation("lead") { state in
      state.rules.searchStatus = 404
      state.rules.refusesQueries = isRefused
      state.rules.orders = ["lead": ""]
    }
    let run = try await Tap(startSandbox(organisation)).run(["leads"])
    run.expectHealthy()
    #expect(Set(run.output.ids("leads")) == organisation.ids("lead"))
    #expect(run.warnings.count == 2 && run.warnings.last?.contains("the legacy query") == true)

    let pinned = try await Tap(startSandbox(organisation), ["leads_via": "query"]).run(["leads"])
    #expect(pinned.exit == 1)
    pinned.expectTruthful()
    #expect(pinned.lastLine.contains("leads_via"))
  }

  @Test func `more leads changed just now than a search shows come by query`() async throws {
    let organisation = ScriptedOrganisation()
    organisation.change { $0.add("lead", 10_200, from: Timestamp.now().adding(seconds: -60), step: 1000) }
    let run = try await Tap(startSandbox(organisation)).run(["leads"])
    run.expectHealthy()
    #expect(Set(run.output.ids("leads")) == organisation.ids("lead"))
    #expect(run.warnings.count == 1)
  }

  // MARK: Custom fields

  @Test(arguments: [400, 402, 403, 404, 405])
  func `definitions that cannot be read keep no records back`(status: Int) async throws {
    let organisation = try organisation("lead", 3) {
      $0.rules.refusals = ["custom_field_schema/lead/": status, "custom_field/lead/": status]
    }
    let run = try await Tap(startSandbox(organisation)).run(["leads"])
    run.expectHealthy()
    #expect(run.output.ids("leads").count == 3)
    #expect(run.warnings.count == 1 && run.warnings.first?.contains("_undeclared") == true)
  }

  @Test func `a kind of custom fields that is refused keeps no other back`() async throws {
    let organisation = try organisation("custom_field/shared", 3) {
      $0.rules.refusals = ["custom_field/custom_object_type/": 403]
    }
    let run = try await Tap(startSandbox(organisation)).run(["custom_fields"])
    #expect(run.exit == 1)
    #expect(Set(run.output.ids("custom_fields")) == organisation.ids("custom_field/shared"))
    #expect(run.output.lastState["bookmarks"] == [:])
    #expect(run.lastLine.contains("status 403"))
  }

  @Test func `custom fields of no kind at all are no complete table`() async throws {
    let kinds = ["lead", "contact", "opportunity", "activity", "custom_object_type", "shared"]
    let organisation = try organisation("user", 1) {
      for kind in kinds { $0.rules.refusals["custom_field/\(kind)/"] = 404 }
    }
    let run = try await Tap(startSandbox(organisation)).run(["custom_fields"])
    #expect(run.exit == 1)
    #expect(run.lastLine.contains("status 404"))
  }
}
