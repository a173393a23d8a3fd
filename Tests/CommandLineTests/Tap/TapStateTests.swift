import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What a run starts from and hands on.
@Suite("tap-close: state")
struct TapStateTests {
  /// Ten users, a day apart; the bookmark of every case below is the date of the seventh.
  private func tenUsers() throws -> Tap {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-03-01T12:00:00Z")
    organisation.change { $0.add("user", 10, from: start, step: Timestamp.day) }
    return try Tap(startSandbox(organisation))
  }

  @Test(arguments: [
    #"{"bookmarks": {"users": {"date_updated": "2024-03-07T12:00:00.000000Z"}}}"#,
    #"{"bookmarks": {"users": {"date_updated": "2024-03-07T12:00:00+00:00"}}, "currently_syncing": "users"}"#,
    #"{"bookmarks": {"users": {"date_updated": "2024-03-07T13:00:00+01:00"}}}"#,
    #"{"bookmarks": {"users": {"date_updated": "2024-03-07 12:00:00"}}}"#,
    #"{"bookmarks": {"users": {"replication_key": "date_updated", "replication_key_value": "2024-03-07T12:00:00Z"}}}"#,
    #"{"type": "STATE", "value": {"bookmarks": {"users": {"date_updated": "2024-03-07T12:00:00Z"}}}}"#,
    #"{"singer_state": {"bookmarks": {"users": {"date_updated": "2024-03-07T12:00:00Z"}}}}"#,
  ])
  func `every usual shape of a bookmark is understood, and means inclusive`(text: String) async throws {
    let run = try await tenUsers().run(["users"], state: try JSONValue(parsing: text))
    #expect(run.exit == 0)
    #expect(run.output.faults("users", wanted: (6..<10).map { "user_\($0)" }) == [])
    let bookmark = run.output.states.last?.bookmark("users", "date_updated")
    #expect(bookmark == Timestamp("2024-03-10T12:00:00Z"))
  }

  @Test(arguments: [
    "{}", #"{"bookmarks": null}"#, #"{"bookmarks": {"users": null}}"#, #"{"bookmarks": {"users": {}}}"#,
    #"{"bookmarks": {"users": {"date_updated": null}}}"#,
    #"{"bookmarks": {"users": {"replication_key": "name", "replication_key_value": "zzz"}}}"#,
  ])
  func `no bookmark means everything`(text: String) async throws {
    let run = try await tenUsers().run(["users"], state: try JSONValue(parsing: text))
    run.expectHealthy()
    #expect(run.output.ids("users").count == 10)
  }

  @Test func `what the tap does not understand goes through every STATE unchanged`() async throws {
    let state = try JSONValue(
      parsing: """
        {"bookmarks": {
           "leads": {"date_updated": "2024-01-31T08:00:00.5Z", "extra": [1.10, null]},
           "tasks": {"replication_key": "date_updated", "replication_key_value": "2023-01-01", "partitions": []},
           "opportunities": null, "from_another_tap": {"deep": {"er": "\u{e4}\\u0000"}},
           "users": {"date_updated": "2024-03-07T12:00:00Z", "mine": true}},
         "version": 3, "vendor": {"a": {}}}
        """)
    let run = try await tenUsers().run(["users"], state: state)
    run.expectHealthy(since: state)
    #expect(run.output.states.count >= 1)
    for passed in run.output.states {
      #expect(passed.value["version"] == 3 && passed.value["vendor"] == state["vendor"])
      for name in ["leads", "tasks", "opportunities", "from_another_tap"] {
        #expect(passed.value["bookmarks"]?[name] == state["bookmarks"]?[name], "\(name)")
      }
      #expect(passed.value["bookmarks"]?["users"]?["mine"] == true)
    }
  }

  @Test func `a bookmark newer than everything stays`() async throws {
    let state = Tap.state("users", try .at("2024-06-01T00:00:00Z"))
    let run = try await tenUsers().run(["users"], state: state)
    run.expectHealthy(since: state)
    #expect(run.output.records.isEmpty)
    #expect(run.output.lastState == state)
  }

  @Test func `a bookmark in the future is named, and the table read from the start`() async throws {
    let organisation = ScriptedOrganisation()
    let old = try Timestamp.at("2024-03-01T12:00:00Z")
    organisation.change { state in
      for table in ["user", "task"] { state.add(table, 2, from: old, step: 0) }
    }
    let tap = try Tap(startSandbox(organisation))
    let future = Timestamp.now().adding(seconds: 86_400)
    let state: JSONValue = [
      "bookmarks": [
        "users": ["date_updated": .string(future.description)],
        "tasks": ["replication_key": "date_updated", "replication_key_value": .string(future.description)],
        "leads": ["date_updated": .string(future.description)],
      ]
    ]
    let run = try await tap.run(["users", "tasks"], state: state)
    run.expectHealthy()
    #expect(run.output.ids.sorted() == ["task_0", "task_1", "user_0", "user_1"])
    #expect(run.warnings.count == 2 && run.warnings.allSatisfy { $0.contains("lies in the future") })
    #expect(run.output.lastState["bookmarks"]?["leads"] == state["bookmarks"]?["leads"])

    organisation.change { state in
      for table in ["user", "task"] { state.edit(table, at: 0, on: .now()) }
    }
    let again = try await tap.run(["users", "tasks"], state: run.output.lastState)
    again.expectHealthy(since: run.output.lastState)
    #expect(Set(again.output.ids).isSuperset(of: ["task_0", "user_0"]))
    #expect(again.warnings == [])
  }

  @Test func `a quiet second run asks little and sends only what is at the bookmarks`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 60 })
    let tap = try Tap(sandbox)
    let first = try await tap.run()
    first.expectHealthy()
    #expect(first.output.records.count > 500)
    sandbox.server.resetStatistics()

    let second = try await tap.run(state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    for path in ["activity/", "event/", "task/", "user/"] {
      #expect(sandbox.server.statistics.count("GET", path) <= 2, "\(path)")
    }
    #expect(sandbox.server.statistics.count("POST", "data/search/") <= 2)
    let lists = sandbox.server.requests.filter { $0.path.hasPrefix("custom_field/") }
    // Six lists, two of which also tell which columns activities have.
    #expect(lists.count <= 8 && sandbox.server.statistics.requests <= 20)
    for (stream, key) in Tap.keys {
      guard var bookmark = first.output.states.last?.bookmark(stream, key) else { continue }
      if stream == "activities" { bookmark = bookmark.adding(seconds: -86_400) }
      let older = second.output.records(stream).filter { $0.date(key) ?? .latest < bookmark }
      #expect(older.isEmpty, "\(stream)")
    }
  }

  @Test func `the same data gives the same bytes in every stream`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 30 })
    let tap = try Tap(sandbox, ["date_window": 7])
    func bytes() async throws -> [String: [String]] {
      let lines = try await tap.run(TapFaultTests.streams).outcome.lines.filter { $0.contains("\"RECORD\"") }
      let pairs = try lines.map { line in
        let cut = try #require(line.firstRange(of: ",\"time_extracted\""))
        return (try JSONValue(parsing: line)["stream"]?.string ?? "", String(line[..<cut.lowerBound]))
      }
      return Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
    }
    let (first, second) = (try await bytes(), try await bytes())
    #expect(first.count == TapFaultTests.streams.count)
    for stream in TapFaultTests.streams { #expect(first[stream] == second[stream], "\(stream)") }
  }
}
