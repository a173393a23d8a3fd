import CloseSandbox
import JSONBytes
import Synchronization
import TestSupport
import Testing

/// What Close lists whole, or only parent by parent.
@Suite("tap-close: collections")
struct TapCollectionTests {
  // MARK: Everything there is

  @Test func `every table of an organisation has rows, and only fields it declares`() async throws {
    let sandbox = try startSandbox(organisation: { $0.leads = 60 })
    let tap = try Tap(sandbox)
    let discovered = try await tap.start(arguments: ["--discover"]).outcome()
    var catalog = try JSONValue(parsing: discovered.stdout)
    let streams = (catalog["streams"]?.array ?? []).map { stream in
      var stream = stream
      stream["selected"] = true
      return stream
    }
    #expect(streams.count > 60)
    catalog["streams"] = .array(streams)

    let run = try await tap.run(catalog: catalog)
    run.expectHealthy()
    for stream in streams.compactMap({ $0["tap_stream_id"]?.string }) {
      #expect(!run.output.records(stream).isEmpty, "\(stream) is empty")
      let undeclared = run.output.records(stream).compactMap { $0.value["_undeclared"] }
      #expect(undeclared.isEmpty, "\(stream): \(undeclared.first?.compact ?? "")")
      let keys = run.output.schemas[stream]?["key_properties"]?.array?.compactMap(\.string) ?? []
      #expect(keys.count == 1, "\(stream)")
      let values = run.output.records(stream).map { record in keys.map { record.value[$0]?.string ?? "" } }
      #expect(Set(values).count == values.count, "\(stream) has keys twice")
    }

    let again = try await tap.run(catalog: catalog, state: run.output.lastState)
    again.expectHealthy(since: run.output.lastState)
    for stream in ["sequence_subscriptions", "comments", "playbooks", "roles", "webhooks", "custom_objects"] {
      #expect(again.output.records(stream).count <= 1, "\(stream) brings what has not changed")
    }
  }

  @Test func `the key that signs a webhook's calls stays where it is`() async throws {
    let run = try await Tap(startSandbox()).run(["webhooks"])
    run.expectHealthy()
    #expect(!run.output.records("webhooks").isEmpty)
    #expect(!run.outcome.stdout.contains("signature_key"))
  }

  @Test func `members of groups come although only single groups show them`() async throws {
    let run = try await Tap(startSandbox()).run(["groups"])
    run.expectHealthy()
    #expect(run.output.records("groups").contains { $0.value["members"]?.array?.isEmpty == false })
  }

  @Test func `memberships say which organisation they belong to`() async throws {
    let run = try await Tap(startSandbox()).run(["organizations", "memberships", "inactive_memberships"])
    run.expectHealthy()
    let organisations = run.output.ids("organizations")
    for stream in ["memberships", "inactive_memberships"] {
      #expect(!run.output.records(stream).isEmpty)
      for record in run.output.records(stream) {
        #expect(organisations.contains(record.value["organization_id"]?.string ?? ""))
      }
    }
  }

  // MARK: Parent by parent

  /// Sequences with as many subscriptions as `counts` says.
  private func sequences(_ counts: [Int]) throws -> ScriptedOrganisation {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { state in
      state.add("sequence", counts.count, from: start, step: Timestamp.second)
      for (number, count) in counts.enumerated() {
        state.add(
          "sequence_subscription",
          (0..<count).map { index in
            let date = start.adding(seconds: Int64(index * 60))
            return .init(
              id: "sub_\(number)_\(index)", created: date, updated: date,
              members: ["sequence_id": .string("sequence_\(number)")])
          })
      }
    }
    return organisation
  }

  @Test(arguments: [[0], [3], [0, 250, 0, 1, 100, 0], Array(repeating: 2, count: 130)])
  func `each parent's rows come, once and in the same order every time`(counts: [Int]) async throws {
    let organisation = try sequences(counts)
    let tap = try Tap(startSandbox(organisation))
    let first = try await tap.run(["sequence_subscriptions"])
    first.expectHealthy()
    #expect(
      first.output.faults("sequence_subscriptions", wanted: organisation.ids("sequence_subscription")) == [])
    #expect(try await tap.run(["sequence_subscriptions"]).output.ids == first.output.ids)
  }

  @Test func `what has changed of any parent comes in the next run, and nothing else`() async throws {
    let organisation = try sequences([120, 5])
    let tap = try Tap(startSandbox(organisation))
    let first = try await tap.run(["sequence_subscriptions"])
    let date = try Timestamp.at("2024-04-01T00:00:00Z")
    organisation.change { state in
      state.edit("sequence_subscription", at: 3, on: date)
      state.edit("sequence_subscription", at: 122, on: date.adding(seconds: -5))
    }
    let second = try await tap.run(["sequence_subscriptions"], state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    #expect(Set(second.output.ids) == ["sub_0_3", "sub_1_2", "sub_0_119"])
    #expect(second.output.states.last?.bookmark("sequence_subscriptions", "date_updated") == date)
  }

  @Test(arguments: [(404, 0), (500, 1), (403, 1), (400, 1)])
  func `a parent that is gone is not missed, and one that fails holds the bookmark`(
    status: Int, exit: Int32
  ) async throws {
    let sandbox = try startSandbox()
    let groups = try await Tap(sandbox).run(["groups"]).output.ids
    let tap = try Tap(
      startSandbox(server: {
        $0.faults = "status=\(status),path=group/\(groups[0])/"
      }), ["retry_budget_seconds": 0])
    let run = try await tap.run(["groups", "sequence_subscriptions"])
    #expect(run.exit == exit)
    run.expectTruthful()
    #expect(Set(run.output.ids("groups")).isSubset(of: groups[1...]))
    // What cannot be read of a table does not keep the rest of it back.
    if status < 500 { #expect(run.output.ids("groups") == Array(groups[1...])) }
    if status == 404 {
      #expect(run.log.contains { $0.contains("/group/\(groups[0])/ has gone meanwhile") })
    } else {
      #expect(run.lastLine.contains("groups: GET /group/{id}/ failed with status \(status)"))
    }
    #expect(!run.output.ids("sequence_subscriptions").isEmpty)
  }

  @Test func `that all parents are gone is told, for it is the endpoint that is missing`() async throws {
    let faults = "status=404,path=report/sent_emails/"
    let run = try await Tap(startSandbox(server: { $0.faults = faults })).run(["sent_email_report"])
    #expect(run.exit == 1)
    #expect(run.lastLine.contains("GET /report/sent_emails/{id}/ failed with status 404"))
  }

  @Test(arguments: [403, 404])
  func `kinds of objects that are refused do not keep back what is set up for others`(
    status: Int
  ) async throws {
    let all = try await Tap(startSandbox()).run(["custom_field_schemas"]).output.ids
    let faults = "status=\(status),path=custom_activity/"
    let run = try await Tap(startSandbox(server: { $0.faults = faults })).run(["custom_field_schemas"])
    #expect(run.exit == 1)
    #expect(run.output.ids == all.filter { !$0.hasPrefix("actitype_") })
    #expect(run.output.ids.contains { $0.hasPrefix("cotype_") })
  }

  @Test func `parents that are counted but not handed out fail the table`() async throws {
    let organisation = try sequences([2, 2])
    organisation.change { $0.rules.miscounts = ["sequence": 1] }
    let run = try await Tap(startSandbox(organisation)).run(["sequence_subscriptions"])
    #expect(run.exit == 1)
    #expect(run.lastLine.contains("counts 3 rows but hands out only 2"))
  }

  @Test func `more pages of a list that is not known to have any fail the table`() async throws {
    let organisation = ScriptedOrganisation()
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { $0.add("user/availability", 130, from: start, step: 0) }
    organisation.change { state in
      for index in 0..<130 {
        state.tables["user/availability"]?[index].members["user_id"] = .string("user_\(index)")
      }
    }
    let run = try await Tap(startSandbox(organisation)).run(["user_availability"])
    #expect(run.exit == 1)
    #expect(run.lastLine.contains("more pages follow"))
  }

  @Test func `a parent that moves to the front while its list is read is not passed over`() async throws {
    let organisation = try sequences(Array(repeating: 1, count: 250))
    let isMoved = Mutex(false)
    let sandbox = try startSandbox(organisation) { server in
      server.onRequest = { call, _ in
        guard call.query.contains(where: { $0.name == "_skip" && $0.value == "99" }) else { return }
        // Somebody saves the one at the end of the list, whose page has not been read.
        organisation.change { $0.tables["sequence"]?[0].created = Timestamp.now() }
        isMoved.withLock { $0 = true }
      }
    }
    let run = try await Tap(sandbox).run(["sequence_subscriptions"])
    run.expectHealthy()
    #expect(isMoved.withLock { $0 } == true)
    #expect(
      run.output.faults("sequence_subscriptions", wanted: organisation.ids("sequence_subscription")) == [])
  }

  @Test func `custom objects come lead by lead where the search is refused`() async throws {
    let organisation = ScriptedOrganisation(.init(searchStatus: 400))
    let start = try Timestamp.at("2024-03-01T00:00:00Z")
    organisation.change { state in
      state.add("lead", 230, from: start, step: Timestamp.second)
      state.add(
        "custom_object",
        (0..<300).map {
          .init(
            id: "custobj_\($0)", created: start, updated: start.adding(seconds: Int64($0)),
            members: ["lead_id": .string("lead_\($0 % 230)")])
        })
    }
    let run = try await Tap(startSandbox(organisation)).run(["custom_objects"])
    run.expectHealthy()
    #expect(run.output.faults("custom_objects", wanted: organisation.ids("custom_object")) == [])
    #expect(run.warnings.contains { $0.contains("the search cannot be used") })
  }

  // MARK: What rows do not say themselves

  @Test func `the kind of object of a custom field is left out when it is not wanted`() async throws {
    let catalog = try JSONValue(
      parsing: """
        {"streams": [{"tap_stream_id": "custom_fields", "metadata": [
          {"breadcrumb": [], "metadata": {"selected": true}},
          {"breadcrumb": ["properties", "object_type"], "metadata": {"selected": false}}]}]}
        """)
    let tap = try Tap(startSandbox())
    let wanted = try await tap.run(["custom_fields"])
    #expect(wanted.output.records.allSatisfy { $0.value["object_type"]?.string != nil })
    let run = try await tap.run(catalog: catalog)
    run.expectHealthy()
    #expect(run.output.records.count == wanted.output.records.count)
    #expect(run.output.records.allSatisfy { $0.value["object_type"] == nil })
  }

  @Test func `an answer of another shape fails soon`() async throws {
    let sandbox = try startSandbox(ScriptedOrganisation(.init(refusals: ["me/": 200])))
    let run = try await Tap(sandbox).run(["memberships"])
    #expect(run.exit == 1)
    #expect(run.lastLine.contains("after 5 attempts") && run.lastLine.contains("/me/"))
  }
}
