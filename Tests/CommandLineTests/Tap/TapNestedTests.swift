import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Tables whose rows stand inside other rows.
@Suite("tap-close: lists as tables of their own")
struct TapNestedTests {
  private static let start = Timestamp(seconds: 1_700_000_000)

  /// Contacts whose members are given as JSON, a second apart.
  private func contacts(_ members: [String]) throws -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let rows = try members.enumerated().map { index, text in
      let date = TapNestedTests.start.adding(seconds: Int64(index))
      return ScriptedOrganisation.Row(
        id: "cont_\(index)", created: date, updated: date,
        members: try #require(try JSONValue(parsing: text).object))
    }
    organisation.change { $0.add("contact", rows) }
    return organisation
  }

  @Test func `each element is a row that says whose it is, where it stood and as of when`() async throws {
    let organisation = try contacts([
      #"{"emails": [{"email": "a@x", "type": "office"}, {"type": "home", "email": "b@x", "new": 1}]}"#,
      #"{"emails": []}"#, #"{"emails": null}"#, "{}", #"{"urls": [], "emails": [{"email": "c@x"}]}"#,
    ])
    let run = try await Tap(startSandbox(organisation)).run(["contact_emails"])
    run.expectHealthy()
    #expect(
      run.output.records.map { $0.value.compact } == [
        #"{"id":"cont_0/0","contact_id":"cont_0","position":0,"date_updated":"2023-11-14T22:13:20.000000Z","email":"a@x","type":"office"}"#,
        #"{"id":"cont_0/1","contact_id":"cont_0","position":1,"date_updated":"2023-11-14T22:13:20.000000Z","type":"home","email":"b@x","_undeclared":{"new":1}}"#,
        #"{"id":"cont_4/0","contact_id":"cont_4","position":0,"date_updated":"2023-11-14T22:13:24.000000Z","email":"c@x"}"#,
      ])
    #expect(
      run.output.states.last?.bookmark("contact_emails", "date_updated")
        == TapNestedTests.start.adding(seconds: 4))
  }

  @Test(arguments: [nil, 400] as [Int?])
  func `only lists of what has changed come again, whichever way contacts are read`(
    searchStatus: Int?
  ) async throws {
    let organisation = try contacts(
      Array(repeating: #"{"emails": [{"email": "a@x"}, {"email": "b@x"}]}"#, count: 250))
    organisation.change { $0.rules.searchStatus = searchStatus }
    let tap = try Tap(startSandbox(organisation))
    let first = try await tap.run(["contact_emails"])
    first.expectHealthy()
    let all = (0..<250).flatMap { ["cont_\($0)/0", "cont_\($0)/1"] }
    #expect(first.output.faults("contact_emails", wanted: all) == [])

    organisation.change {
      $0.tables["contact"]?[7].members["emails"] = [["email": "z@x"]]
      $0.edit("contact", at: 7, on: TapNestedTests.start.adding(seconds: 9000))
    }
    let second = try await tap.run(["contact_emails"], state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    // Those at the bookmark, and what is there now of the one that has changed.
    #expect(Set(second.output.ids) == ["cont_249/0", "cont_249/1", "cont_7/0"])
  }

  @Test func `what is not wanted of a row is left out, its key and date never`() async throws {
    let organisation = try contacts([#"{"emails": [{"email": "a@x", "type": "office"}]}"#])
    let catalog = try JSONValue(
      parsing: """
        {"streams": [{"tap_stream_id": "contact_emails", "metadata": [
          {"breadcrumb": [], "metadata": {"selected": true}},
          {"breadcrumb": ["properties", "position"], "metadata": {"selected": false}},
          {"breadcrumb": ["properties", "date_updated"], "metadata": {"selected": false}},
          {"breadcrumb": ["properties", "type"], "metadata": {"selected": false}}]}]}
        """)
    let run = try await Tap(startSandbox(organisation)).run(catalog: catalog)
    run.expectHealthy()
    #expect(
      run.output.records.map { $0.value.object?.keys } == [["id", "contact_id", "date_updated", "email"]])
  }

  @Test(arguments: [#"{"emails": ["a@x"]}"#, #"{"emails": [[1]]}"#])
  func `an element that is no object is no row, and says so`(members: String) async throws {
    let run = try await Tap(startSandbox(contacts([members]))).run(["contact_emails"])
    #expect(run.exit == 1)
    #expect(run.lastLine.contains("/data/search/") && run.lastLine.contains("at byte"))
  }
}
