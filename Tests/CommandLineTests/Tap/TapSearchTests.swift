import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// The search: its cursors die, it ends early, it is refused, it does not do as it is told.
@Suite("tap-close: the search and what replaces it")
struct TapSearchTests {
  static let tables = [("leads", "lead"), ("contacts", "contact")]

  private func organisation(
    _ table: String, _ count: Int = 700, _ change: (inout ScriptedOrganisation.Rules) -> Void = { _ in }
  ) throws -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { state in
      change(&state.rules)
      // Pairs share an instant.
      state.add(table, count / 2, from: start, step: 600 * Timestamp.second, prefix: "a")
      state.add(table, count / 2, from: start, step: 600 * Timestamp.second, prefix: "b")
    }
    return organisation
  }

  @Test(arguments: tables, ["expire-cursors,every=2", "expire-cursors", "expire-cursors,times=3"])
  func `cursors that expire lose and double nothing`(table: (String, String), faults: String) async throws {
    let organisation = try organisation(table.1)
    let sandbox = try startSandbox(organisation, configure: { $0.faults = faults })
    let run = try await Tap(sandbox).run([table.0])
    run.expectHealthy()
    #expect(run.output.faults(table.0, wanted: organisation.ids(table.1)) == [])
    #expect(run.warnings == [])
  }

  @Test(arguments: tables, [200, 250, 399])
  func `a search that ends early is taken up again where it ended`(table: (String, String), cap: Int)
    async throws
  {
    let organisation = try organisation(table.1) { $0.searchCap = cap }
    let run = try await Tap(startSandbox(organisation)).run([table.0])
    run.expectHealthy()
    #expect(run.output.faults(table.0, wanted: organisation.ids(table.1)) == [])
  }

  @Test(arguments: tables, [400, 402, 403, 404, 405, 501])
  func `a refused search is replaced, with one warning`(table: (String, String), status: Int) async throws {
    let organisation = try organisation(table.1) { $0.searchStatus = status }
    let tap = try Tap(startSandbox(organisation))
    let run = try await tap.run([table.0])
    run.expectHealthy()
    #expect(run.output.faults(table.0, wanted: organisation.ids(table.1)) == [])
    #expect(run.warnings.count == 1)
    #expect(run.warnings.first?.contains("the search cannot be used") == true)

    let again = try await tap.run([table.0], state: run.output.lastState)
    again.expectHealthy(since: run.output.lastState)
    // The pair at the bookmark.
    #expect(again.output.ids(table.0).sorted() == ["a_349", "b_349"])
    #expect(again.output.lastState == run.output.lastState)
  }

  @Test(arguments: tables)
  func `a search that ignores its condition is replaced, with one warning`(
    table: (String, String)
  ) async throws {
    let organisation = try organisation(table.1) { $0.searchIgnoresFilter = true }
    let state = Tap.state(table.0, try .at("2024-03-03T10:00:00Z"))
    let run = try await Tap(startSandbox(organisation)).run([table.0], state: state)
    run.expectHealthy(since: state)
    // 58 hours of six pairs each have passed.
    #expect(run.output.faults(table.0, wanted: Set((348..<350).flatMap { ["a_\($0)", "b_\($0)"] })) == [])
    #expect(run.warnings.count == 1)
  }

  @Test func `a refused search fails the stream when it was asked for by name`() async throws {
    let organisation = try organisation("lead") { $0.searchStatus = 404 }
    let run = try await Tap(startSandbox(organisation)).run(["leads"], config: ["leads_via": "search"])
    #expect(run.exit == 1)
    #expect(run.output.records.isEmpty)
    #expect(run.lastLine.hasPrefix("CRITICAL leads: the search cannot be used"))
    #expect(run.lastLine.contains("leads_via"))
  }

  @Test func `leads by query are asked for to the minute and sent to the microsecond`() async throws {
    let organisation = ScriptedOrganisation()
    let minute = try Timestamp.at("2024-03-01T10:00:00Z")
    organisation.change { $0.add("lead", 60, from: minute, step: Timestamp.second) }
    let sandbox = try startSandbox(organisation)
    let state = Tap.state("leads", try .at("2024-03-01T10:00:42.500Z"))
    let run = try await Tap(sandbox).run(["leads"], state: state, config: ["leads_via": "query"])
    run.expectHealthy(since: state)
    #expect(run.output.ids("leads") == (43..<60).map { "lead_\($0)" })
    let request = try #require(sandbox.server.requests.last { $0.path == "lead/" })
    #expect(request.parameter("query") == #"date_updated>="2024-03-01T10:00" sort:date_updated"#)
  }
}
