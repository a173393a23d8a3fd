import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// The API refuses to skip as far as there are rows.
@Suite("tap-close: lists too deep to page")
struct TapDepthTests {
  typealias Way = TapPagingTests.Way
  /// The search has no `_skip`.
  static let ways = TapPagingTests.ways.filter { $0.table != "contact" }.filter {
    $0.table != "lead" || !$0.settings.isEmpty
  }

  private func organisation(
    _ table: String, maxSkip: Int, classic: Bool, _ fill: (inout ScriptedOrganisation.State) -> Void
  ) -> ScriptedOrganisation {
    var rules = ScriptedOrganisation.Rules()
    rules.maxSkip[table] = maxSkip
    rules.classicErrors = classic
    let organisation = ScriptedOrganisation(rules)
    organisation.change(fill)
    return organisation
  }

  @Test(arguments: ways, [true, false])
  func `a window of any depth comes complete, each row once`(way: Way, classic: Bool) async throws {
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    let organisation = organisation(way.table, maxSkip: 300, classic: classic) {
      $0.add(way.table, 1500, from: start, step: 600 * Timestamp.second)
    }
    let run = try await Tap(startSandbox(organisation), way.settings).run([way.stream])
    run.expectHealthy()
    #expect(run.output.faults(way.stream, wanted: organisation.ids(way.table)) == [])
    #expect(run.warnings == [])
  }

  @Test(arguments: ways)
  func `a crowded hour in the middle of a quiet year comes complete`(way: Way) async throws {
    let crowded = try Timestamp.at("2024-06-15T12:00:00Z")
    let organisation = organisation(way.table, maxSkip: 200, classic: false) { state in
      state.add(way.table, 50, from: crowded.adding(seconds: -15_000_000), step: 7 * Timestamp.day)
      state.add(way.table, 900, from: crowded, step: 4 * Timestamp.second, prefix: "crowd")
    }
    let run = try await Tap(startSandbox(organisation), way.settings).run([way.stream])
    run.expectHealthy()
    #expect(run.output.faults(way.stream, wanted: organisation.ids(way.table)) == [])
  }

  @Test(arguments: ways)
  func `more rows at one instant than can be paged fail the stream and keep the bookmark`(
    way: Way
  ) async throws {
    let instant = try Timestamp.at("2024-06-15T12:00:00Z")
    let organisation = organisation(way.table, maxSkip: 200, classic: false) { state in
      state.add(way.table, 900, from: instant, step: 0)
      state.add("user", 3, from: instant, step: 0)
    }
    let run = try await Tap(startSandbox(organisation), way.settings).run([way.stream, "users"])
    #expect(run.exit == 1)
    #expect(run.output.ids("users").count == 3)
    run.expectTruthful()
    let bookmark = run.output.states.last?.bookmark(way.stream, Tap.keys[way.stream] ?? "")
    #expect(bookmark ?? .earliest <= instant)
    #expect(
      run.lastLine.contains(way.stream) && run.lastLine.contains("than the API lets anyone page through"))
  }
}
