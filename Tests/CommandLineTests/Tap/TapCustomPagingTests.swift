import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// How the pages of custom streams join, and what is told when they do not.
@Suite("tap-close: custom streams and their pages")
struct TapCustomPagingTests {
  private static func organisation(_ count: Int) -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let start = Timestamp.now().adding(seconds: -20 * 3600)
    organisation.change { $0.add("widget", count, from: start, step: 100 * Timestamp.second) }
    return organisation
  }

  private static func widgets(_ more: JSONObject = [:]) -> JSONValue {
    .object((["name": "widgets", "path": "widget"] as JSONObject).merging(more))
  }

  @Test(arguments: ["id", ["date_created", "id"]] as [JSONValue])
  func `rows that leave the list while it is read hide no others`(key: JSONValue) async throws {
    let organisation = TapCustomPagingTests.organisation(450)
    let sandbox = try startSandbox(organisation) { options in
      options.onRequest = { request, number in
        guard request.path == "widget/", number > 1 else { return }
        organisation.change { state in
          for _ in 0..<7 { state.delete("widget", at: (state.tables["widget"]?.count ?? 1) - 1) }
        }
      }
    }
    let tap = try Tap(sandbox, streams: TapCustomPagingTests.widgets(["primary_key": key]))
    let run = try await tap.run(["widgets"])
    run.expectHealthy()
    let left = organisation.ids("widget")
    #expect(left.count < 430 && left.isSubset(of: run.output.ids))
    #expect(Set(run.output.ids).count == run.output.ids.count)
  }

  @Test(arguments: [nil, "shared", "id"] as [JSONValue?], [true, false])
  func `every row comes once, with a good key, a bad one or none`(key: JSONValue?, isSilent: Bool)
    async throws
  {
    let organisation = TapCustomPagingTests.organisation(251)
    organisation.change { state in
      if isSilent { state.rules.silentTables = ["widget"] }
      for index in 0..<251 { state.tables["widget"]?[index].members["shared"] = .int(index % 3) }
    }
    let sandbox = try startSandbox(organisation)
    let tap = try Tap(
      sandbox, streams: TapCustomPagingTests.widgets(key.map { ["primary_key": $0] } ?? [:]))
    let run = try await tap.run(["widgets"])
    run.expectHealthy()
    #expect(run.output.faults("widgets", wanted: organisation.ids("widget")) == [])
    #expect(
      run.warnings.count { $0.contains("records share their primary_key (shared)") }
        == (key == "shared" ? 1 : 0))
    #expect(run.output.schemas["widgets"]?["key_properties"] == .array(key.map { [$0] } ?? []))
  }

  @Test(arguments: [9_999, 10_050])
  func `a search that ends at its ceiling is not taken for complete`(count: Int) async throws {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { $0.add("widget", count, from: start, step: Timestamp.second) }
    let tap = try Tap(
      startSandbox(organisation),
      streams: [
        "name": "widgets", "path": "/data/search/", "method": "POST", "paging": "cursor", "primary_key": "id",
        "replication_key": "date_updated",
        "body": [
          "query": ["type": "and", "queries": [["type": "object_type", "object_type": "widget"]]],
          "_limit": 200,
        ],
      ])
    let run = try await tap.run(["widgets"])
    #expect(run.exit == (count < 10_000 ? 0 : 1))
    #expect(run.output.ids.count == min(count, 10_000))
    let bookmark = run.output.states.last?.bookmark("widgets", "date_updated")
    #expect((bookmark == nil) == (count > 10_000))
    if count > 10_000 { #expect(run.lastLine.contains("deeper than the API lets anyone page through")) }
  }

  @Test func `lists inside of rows are paged by the rows`() async throws {
    let organisation = TapCustomPagingTests.organisation(250)
    organisation.change { state in
      for index in 0..<250 {
        state.tables["widget"]?[index].members["parts"] =
          index.isMultiple(of: 5) ? nil : [["n": .int(index * 2)], ["n": .int(index * 2 + 1)]]
      }
    }
    let sandbox = try startSandbox(organisation)
    let tap = try Tap(
      sandbox,
      streams: TapCustomPagingTests.widgets(["records_path": "$.data[*].parts[*]", "primary_key": "n"]))
    let run = try await tap.run(["widgets"])
    run.expectHealthy()
    #expect(run.output.records.count == 400)
    #expect(Set(run.output.records.compactMap { $0.value["n"]?.int }).count == 400)
  }

  /// What the settings say, and what the last line of the log says of it.
  struct Fault: Sendable, CustomTestStringConvertible {
    let settings: JSONObject
    let words: String
    var testDescription: String { words }
  }

  @Test(arguments: [
    Fault(
      settings: ["records_path": "$.rows[*]"],
      words: "records_path $.rows[*] leads to no objects in the answer of /widget/"),
    Fault(settings: ["records_path": "$.has_more"], words: "leads to no objects"),
    Fault(
      settings: ["primary_key": "serial"], words: "a record lacks a text or number in primary_key (serial)"),
    Fault(
      settings: ["records_path": "$.data[*]", "paging": "cursor"],
      words: "more pages follow, which the setting paging"),
    Fault(settings: ["path": "data/widgets", "method": "POST", "records_path": "$"], words: "widgets"),
  ])
  func `an answer of another form is told at once, and other streams go on`(fault: Fault) async throws {
    let organisation = TapCustomPagingTests.organisation(150)
    organisation.change { state in
      state.add("user", 2, from: .now(), step: 1)
      state.rules.refusals["data/widgets/"] = 404
    }
    let sandbox = try startSandbox(organisation)
    let began = ContinuousClock.now
    let run = try await Tap(sandbox, streams: TapCustomPagingTests.widgets(fault.settings)).run([
      "widgets", "users",
    ])
    #expect(ContinuousClock.now - began < .seconds(20))
    #expect(run.exit == 1 && run.output.ids("users").count == 2)
    #expect(run.lastLine.hasPrefix("CRITICAL 1 of 2 streams not complete: widgets: "))
    #expect(run.lastLine.contains(fault.words), "\(run.lastLine)")
    #expect(run.output.types.last == "STATE")
  }

  @Test func `pages get smaller where the API says so`() async throws {
    let organisation = TapCustomPagingTests.organisation(170)
    organisation.change { state in
      state.rules.silentTables = ["widget"]
      state.rules.maxLimit["widget"] = 40
    }
    let run = try await Tap(startSandbox(organisation), streams: TapCustomPagingTests.widgets()).run([
      "widgets"
    ])
    run.expectHealthy()
    #expect(run.output.faults("widgets", wanted: organisation.ids("widget")) == [])
  }

  @Test func `one page is enough where that is said, and told`() async throws {
    let sandbox = try startSandbox(TapCustomPagingTests.organisation(150))
    let stream = TapCustomPagingTests.widgets(["paging": "none", "params": ["_limit": 10]])
    let run = try await Tap(sandbox, streams: stream).run(["widgets"])
    #expect(run.exit == 0 && run.output.records.count == 10)
    #expect(run.warnings.count { $0.contains("more pages than") } == 1)
  }

  @Test func `a list deeper than the API pages is an error with advice`() async throws {
    let organisation = TapCustomPagingTests.organisation(450)
    organisation.change { $0.rules.maxSkip["widget"] = 200 }
    let run = try await Tap(startSandbox(organisation), streams: TapCustomPagingTests.widgets()).run([
      "widgets"
    ])
    #expect(
      run.exit == 1 && run.lastLine.contains("deeper than the API") && run.lastLine.contains("{bookmark}"))
  }
}
