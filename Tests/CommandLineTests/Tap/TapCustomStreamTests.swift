import CloseSandbox
import JSONBytes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Endpoints that only the config knows.
@Suite("tap-close: custom streams")
struct TapCustomStreamTests {
  // MARK: What Close has beyond its lists

  static let subscriptions: JSONValue = [
    "name": "people_in_sequences", "path": "/sequence_subscription/",
    "params": ["sequence_id": "{lookup.id}"],
    "lookup": ["stream": "all_sequences"], "primary_key": "id", "replication_key": "date_updated",
  ]
  static let sequences: JSONValue = ["name": "all_sequences", "path": "sequence", "primary_key": ["id"]]

  @Test func `subscriptions are read sequence by sequence`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 60 })
    let tap = try Tap(sandbox, streams: TapCustomStreamTests.subscriptions, TapCustomStreamTests.sequences)
    let run = try await tap.run(["people_in_sequences"])
    run.expectHealthy()
    let sequences = try sandbox.answer("sequence/")["data"]?.array?.compactMap { $0["id"]?.string } ?? []
    var wanted: [String] = []
    for sequence in sequences {
      let page = try sandbox.answer(
        "sequence_subscription/", query: [("sequence_id", sequence), ("_limit", "100")])
      wanted += page["data"]?.array?.compactMap { $0["id"]?.string } ?? []
    }
    #expect(sequences.count > 1 && wanted.count > 5)
    #expect(run.output.faults("people_in_sequences", wanted: wanted) == [])
    #expect(run.output.schemas.keys.sorted() == ["people_in_sequences"])
    for record in run.output.records { #expect(record.value["_lookup_id"] == record.value["sequence_id"]) }
    #expect(run.output.states.last?.bookmark("people_in_sequences", "date_updated") != nil)
    // The parent is read for its ids in the name of its child, and says nothing itself.
    #expect(run.log.contains { $0.hasPrefix("INFO people_in_sequences  \(wanted.count) records, ") })
    #expect(!run.log.contains { $0.contains("all_sequences") })
  }

  @Test func `all rows of a built-in stream are looked up, whatever its bookmark says`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 30 })
    let tap = try Tap(
      sandbox,
      streams: [
        "name": "notes_by_lead", "path": "activity/note", "params": ["lead_id": "{lookup.id}"],
        "parent": "leads",
        "primary_key": ["lead_id", "id"],
      ])
    let state = Tap.state("leads", .now())
    let run = try await tap.run(["notes_by_lead"], state: state)
    run.expectHealthy(since: state)
    let notes = try sandbox.answer("activity/note/", query: [("_limit", "100")])["data"]?.array ?? []
    #expect(notes.count > 10)
    #expect(run.output.faults("notes_by_lead", wanted: notes.compactMap { $0["id"]?.string }) == [])
    #expect(run.output.lastState["bookmarks"] == state["bookmarks"])
    #expect(run.output.schemas["notes_by_lead"]?["key_properties"] == ["lead_id", "id"])
    let searches = sandbox.requests(to: "data/search/")
    #expect(searches.last?.json?["_fields"]?["lead"] == ["id", "date_updated"])
    // The same rows in the same order, however many requests are in flight.
    let again = try await tap.run(["notes_by_lead"], config: ["concurrency": 1])
    #expect(again.output.ids == run.output.ids)
  }

  @Test func `a report is asked for with dates of today`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 60 })
    let tap = try Tap(
      sandbox,
      streams: [
        "name": "template_stats", "path": .string("/report/sent_emails/\(sandbox.api.organizationID)/"),
        "params": ["date_start": "{now-2}", "date_end": "{now+1}"], "date_format": "yyyy-MM-dd",
        "time_unit": "month",
        "records_path": "$.sent_email_stats[*]", "primary_key": "name", "paging": "none",
      ])
    let before = Timestamp.now()
    let run = try await tap.run()
    #expect(run.output.schemas.count == 7)
    run.expectHealthy()
    let request = try #require(sandbox.server.requests.last { $0.path.hasPrefix("report/") })
    let start = try #require(request.parameter("date_start"))
    #expect(start.count == 10 && start < before.adding(seconds: -50 * 86_400).dateText)
    #expect(try #require(request.parameter("date_end")) > Timestamp.now().dateText)
    #expect(request.parameter("_limit") == nil)
    let rows = try #require(
      try sandbox.answer(request.path, query: request.query)["sent_email_stats"]?.array)
    #expect(run.output.records("template_stats").map(\.value) == rows)
  }

  @Test func `a question may be a POST, and what stands beside the records comes with them`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 40 })
    let metric: JSONValue = "calls.outbound.all.count"
    let tap = try Tap(
      sandbox,
      streams: [
        "name": "calls_by_day", "method": "POST", "path": "/report/activity/",
        "body": [
          "type": "overview", "metrics": [metric], "datetime_range": ["start": "{now-2}", "end": "{now}"],
        ],
        "time_unit": "week", "primary_key": "datetime", "replication_key": "datetime",
        "metadata_path": "$.aggregations.totals",
      ], config: ["search_lag_seconds": 0])
    let run = try await tap.run(["calls_by_day"])
    run.expectHealthy()
    #expect(run.output.records.count >= 14)
    #expect(sandbox.requests(to: "report/activity/").last?.json?["metrics"] == [metric])
    let totals = run.output.records.compactMap {
      $0.value["_metadata"]?["totals"]?["calls.outbound.all.count"]?.int
    }
    let counts = run.output.records.compactMap { $0.value["calls.outbound.all.count"]?.int }
    #expect(totals.allSatisfy { $0 == counts.reduce(0, +) } && totals.count == counts.count)
    #expect(
      run.output.states.last?.bookmark("calls_by_day", "datetime")
        == run.output.records.last?.date("datetime"))
  }

  @Test func `cursors are followed in the query and in the body`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 70 })
    let tap = try Tap(
      sandbox,
      streams: ["name": "log", "path": "event", "paging": "cursor", "primary_key": "id"],
      [
        "name": "found", "path": "data/search", "method": "POST", "paging": "cursor", "primary_key": "id",
        "body": [
          "_limit": 20, "_fields": ["lead": ["id", "name"]],
          "query": ["type": "object_type", "object_type": "lead"],
        ],
      ])
    let run = try await tap.run(["log", "found", "event_log"])
    run.expectHealthy()
    #expect(run.output.faults("log", wanted: run.output.ids("event_log")) == [])
    #expect(run.output.ids("log").count > 100)
    #expect(Set(run.output.ids("found")).count == 70 && run.output.ids("found").count == 70)
    #expect(sandbox.requests(to: "event/").contains { $0.parameter("_cursor") != nil })
    // What a search calls its objects is a field like any other here.
    #expect(run.output.records("found").allSatisfy { $0.value["__object_type"] == "lead" })
  }

  // MARK: Bookmarks

  static let rows: JSONValue = [
    "name": "rows", "path": "sandbox_collection/rows", "records_path": "$.data[*].values",
    "primary_key": "key",
    "replication_key": "changed", "params": ["since": "{bookmark}"], "date_format": "yyyy-MM-dd HH:mm",
  ]

  @Test func `only what is new is sent, in whatever order it comes`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    try sandbox.add(
      [.row("b", minutes: -20), .row("future", minutes: 60), .row("a", minutes: -30)], to: "rows")
    let tap = try Tap(sandbox, streams: TapCustomStreamTests.rows)
    let first = try await tap.run(["rows"])
    first.expectHealthy()
    #expect(first.output.records.compactMap { $0.value["key"] } == ["b", "future", "a"])
    let bookmark = try #require(first.output.states.last?.bookmark("rows", "changed"))
    #expect(bookmark == first.output.records[0].date("changed"))
    #expect(sandbox.requests(to: "sandbox_collection/rows/").first?.parameter("since") == "1970-01-01 00:00")

    try sandbox.add(
      [.row("young", minutes: -1), .row("old", minutes: -25), .row("c", minutes: -10), ["key": "undated"]],
      to: "rows")
    let second = try await tap.run(["rows"], state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    #expect(second.output.records.compactMap { $0.value["key"] } == ["b", "future", "young", "c", "undated"])
    // The API's index may lag: what is younger than search_lag_seconds does not count.
    let c = second.output.records.first { $0.value["key"] == "c" }?.date("changed")
    #expect(second.output.states.last?.bookmark("rows", "changed") == c)
    let since = bookmark.description.replacing("T", with: " ").prefix(16)
    #expect(sandbox.requests(to: "sandbox_collection/rows/").last?.parameter("since") == String(since))

    let start = try await tap.run(["rows"], config: ["start_date": .string(Timestamp.now().description)])
    #expect(start.output.records.compactMap { $0.value["key"] } == ["future", "undated"])
    #expect(start.output.lastState["bookmarks"]?["rows"] == nil)
  }

  @Test func `a date nobody has is told`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 1 })
    try sandbox.add([["key": "a", "changed": 5], ["key": "b"]], to: "rows")
    let run = try await Tap(sandbox, streams: TapCustomStreamTests.rows).run(["rows"])
    #expect(run.exit == 0 && run.output.records.count == 2)
    #expect(run.warnings.contains { $0.contains("no record has a date-time in replication_key changed") })
    // Five is no date, and is kept where no loader trips over it.
    #expect(run.output.records[0].value == ["key": "a", "_undeclared": ["changed": 5]])
  }

  @Test(arguments: [SIGKILL, SIGTERM], [1, 2, 7])
  func `cut off half-way, the next run has everything`(signal: Int32, answers: Int) async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 25 })
    let stream: JSONValue = [
      "name": "notes_by_lead", "path": "activity/note", "params": ["lead_id": "{lookup.id}"],
      "parent": "leads", "primary_key": "id", "replication_key": "date_updated",
    ]
    let tap = try Tap(sandbox, streams: stream, config: ["search_lag_seconds": 0])
    let whole = try await tap.run(["notes_by_lead"])
    whole.expectHealthy()
    sandbox.server.resetStatistics()
    try sandbox.server.setFaults("hang=60s,after=\(answers)")
    let process = try tap.start(["notes_by_lead"])
    #expect(await eventually { sandbox.server.statistics.inFlight > 0 })
    process.send(signal)
    let outcome = await process.outcome()
    #expect(outcome.exit == (signal == SIGKILL ? -SIGKILL : 143))
    let lines = outcome.stdout.lastIndex(of: "\n").map { outcome.stdout[...$0] } ?? ""
    let cut = try TapOutput(String(lines))
    // Rows come in any order, so nothing is promised before all are out.
    #expect(cut.lastState["bookmarks"]?["notes_by_lead"] == nil)
    try sandbox.server.setFaults("")
    let next = try await tap.run(["notes_by_lead"], state: cut.lastState)
    #expect(Set(next.output.ids) == Set(whole.output.ids) && next.output.ids.count > 10)
  }
}
