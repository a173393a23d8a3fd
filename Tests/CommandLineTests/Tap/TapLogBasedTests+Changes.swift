import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

// What has changed comes from the log, once the table has been listed.

extension TapLogBasedTests {
  // MARK: Changes

  @Test func `activities that no event tells of are listed`() async throws {
    let world = try LogWorld()
    let catalog = LogWorld.catalog(["activities"], logBased: ["activities"])
    let (snapshot, state) = try await begin(world, catalog)
    _ = world.organisation.control(path: "edit", body: ["creates": 3], at: Timestamp.now())
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    let table = [snapshot, run.output].table("activities")
    #expect(Set(ids(world, "activity/created")).subtracting(table.keys).isEmpty)
    #expect(run.output.ids("activities").count < 20)
  }

  @Test func `later runs read the log once and bring just what has changed`() async throws {
    let world = try LogWorld()
    let (snapshot, state) = try await begin(world)
    let (lead, task, note) = (ids(world, "lead")[0], ids(world, "task")[0], ids(world, "activity/note")[0])
    let (deal, contact) = (ids(world, "opportunity")[0], ids(world, "contact")[0])
    try edit(world, lead, ["description": "Changed"])
    try edit(world, task, ["text": "Changed"])
    try edit(world, note, ["note": "Changed"])
    try edit(world, deal, ["note": "Changed"])
    try edit(world, contact, ["title": "Changed"])
    let doomed = try #require(ids(world, "lead").last)
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(doomed, at: world.ago(500))
    }
    world.sandbox.server.resetStatistics()
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: state)
    run.expectHealthy(since: state)
    let statistics = world.sandbox.server.statistics
    #expect(statistics.count("GET", "event/") <= 2)
    #expect(statistics.count("GET", "user/") + statistics.count("GET", "custom_field/contact/") == 0)
    for (stream, id, field) in [
      ("leads", lead, "description"), ("tasks", task, "text"), ("notes", note, "note"),
      ("activities", note, "note"), ("opportunities", deal, "note"), ("contacts", contact, "title"),
    ] {
      let record = run.output.latest(stream)[id]
      #expect(record?.value[field] == "Changed", "\(stream)")
      #expect(record?.version == snapshot.records(stream).first?.version, "\(stream)")
      let rows = run.output.records(stream).filter { !$0.isTombstone }
      // Of activities those at the bookmark are listed again.
      #expect(rows.count == 1 || stream == "activities" && rows.count < 5, "\(stream)")
      let lines = rows.map(\.line)
      #expect(lines.max() ?? 0 < run.output.tombstones(stream).map(\.line).min() ?? .max)
    }
    #expect(run.output.tombstones("leads").map(\.id) == [doomed])
    #expect(run.output.activations.isEmpty)
    expectEqual([snapshot, run.output], world)
  }

  @Test(arguments: [1, 2, 3])
  func `busy days come out as they were`(seed: UInt64) async throws {
    let world = try LogWorld(leads: 30, options: { $0.seed = seed })
    var (output, state) = try await begin(world)
    var outputs = [output]
    for _ in 0..<3 {
      let edit: JSONValue = ["creates": 4, "edits": 60, "deletes": 2]
      _ = world.organisation.control(path: "edit", body: edit, at: Timestamp.now())
      let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: state)
      run.expectHealthy(since: state)
      outputs.append(run.output)
      state = run.output.lastState
    }
    expectEqual(outputs, world)
  }

  @Test(arguments: [
    ("custom_objects", "custom_object", "name"), ("groups", "group", "name"),
    ("sequence_subscriptions", "sequence_subscription", "status"), ("saved_searches", "saved_search", "name"),
    ("email_templates", "email_template", "name"), ("lead_statuses", "status/lead", "label"),
    ("custom_fields", "custom_field/lead", "name"), ("custom_activities", "activity/custom", "status"),
  ])
  func `tables of every kind follow the log`(table: (stream: String, resource: String, field: String))
    async throws
  {
    let world = try LogWorld(leads: 30)
    let (snapshot, state) = try await begin(
      world, LogWorld.catalog([table.stream], logBased: [table.stream]))
    let objects = ids(world, table.resource)
    try #require(objects.count > 1)
    for id in objects.prefix(2) { try edit(world, id, [table.field: "changed"]) }
    let catalog = LogWorld.catalog([table.stream], logBased: [table.stream])
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    #expect(Set(run.output.ids(table.stream)) == Set(objects.prefix(2)))
    for record in run.output.records(table.stream) {
      let before = try #require(snapshot.latest(table.stream)[record.id])
      #expect(record.value[table.field] == "changed")
      let (old, new) = (Set(before.value.object?.keys ?? []), Set(record.value.object?.keys ?? []))
      #expect(old == new, "\(old.symmetricDifference(new))")
    }
  }

  @Test func `what an event says is taken when it says enough`() async throws {
    let world = try LogWorld()
    let catalog = try await world.catalog("leads", only: ["name", "description"])
    let (_, state) = try await begin(world, catalog)
    let lead = ids(world, "lead")[0]
    try edit(world, lead, ["description": "Changed"])
    world.sandbox.server.resetStatistics()
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    let statistics = world.sandbox.server.statistics
    #expect(statistics.requests == statistics.count("GET", "event/") + statistics.count("GET", "me/"))
    let record = try #require(run.output.records("leads").first?.value)
    #expect(record["description"] == "Changed")
    #expect(Set(record.object?.keys ?? []) == ["id", "name", "description", "date_updated"])
    #expect(record["date_updated"]?.string?.count == 27)
  }

  @Test func `a key that may not see what events say reads the objects`() async throws {
    let world = try LogWorld(isAdmin: false)
    let catalog = try await world.catalog("leads", only: ["name"])
    let first = try await world.tap.run(catalog: catalog)
    let state = LogWorld.moved(first.output.lastState, to: world.ago(4 * 3600))
    for lead in ids(world, "lead").prefix(3) { try edit(world, lead, ["name": "New"], secondsAgo: 7200) }
    world.sandbox.server.resetStatistics()
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    #expect(run.output.records("leads").map(\.value["name"]) == ["New", "New", "New"])
    #expect(world.sandbox.server.statistics.count("POST", "data/search/") == 1)
  }

  @Test func `after a merge the surviving lead is read again`() async throws {
    let world = try LogWorld()
    let (snapshot, state) = try await begin(world)
    let leads = ids(world, "lead")
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.merge(leads[0], into: leads[1], at: world.ago(600))
    }
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: state)
    run.expectHealthy(since: state)
    #expect(run.output.records("leads").map(\.id) == [leads[1], leads[0]])
    let tombstone = try #require(run.output.tombstones("leads").first)
    #expect(tombstone.id == leads[0] && tombstone.value["_merged_into"] == .string(leads[1]))
    let contacts = run.output.records("leads").first?.value["contacts"]?.array?.count
    #expect(contacts == world.organisation.edit { $0.object(leads[1])?["contacts"]?.array?.count })
    expectEqual([snapshot, run.output], world)
  }

  @Test(arguments: ["leads", "opportunities", "tasks", "activities"])
  func `an object that is gone by then is left out until the log tells`(stream: String) async throws {
    let resource = [
      "leads": "lead", "opportunities": "opportunity", "tasks": "task", "activities": "activity/call",
    ]
    let paths = ["lead/", "data/search/", "opportunity/", "task/", "activity/"]
    let catalog = LogWorld.catalog([stream], logBased: [stream])
    let world = try LogWorld(onRequest: { organisation, request in
      guard paths.contains(where: request.path.hasPrefix), request.headers["x-doom"] == nil else { return }
      organisation.edit { world in
        let doomed = world.ids(of: resource[stream] ?? "").filter { id in
          let object = world.object(id)
          return (object?["description"] ?? object?["note"] ?? object?["text"])?.string == "doomed"
        }
        for id in doomed { try? world.delete(id, at: Timestamp.now()) }
      }
    })
    let (snapshot, state) = try await begin(world, catalog)
    let objects = ids(world, resource[stream] ?? "")
    let field = ["leads": "description", "tasks": "text"][stream] ?? "note"
    try edit(world, objects[0], [field: "doomed"])
    try edit(world, objects[1], [field: "fine"])
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    let rows = run.output.records(stream).filter { !$0.isTombstone }.map(\.id)
    #expect(rows.contains(objects[1]) && !rows.contains(objects[0]))
    #expect(rows.count == 1 || stream == "activities")
    let next = try await world.tap.run(catalog: catalog, state: run.output.lastState)
    next.expectHealthy(since: run.output.lastState)
    #expect(next.output.tombstones(stream).map(\.id) == [objects[0]])
    #expect([snapshot, run.output, next.output].table(stream)[objects[0]] == nil)
  }

  @Test func `an index that lags behind loses nothing`() async throws {
    let world = try LogWorld(options: { $0.indexLag = 600 })
    let (snapshot, state) = try await begin(world)
    let made = try world.organisation.edit { (world_) throws(SandboxError) in
      try (0..<3).map { (number) throws(SandboxError) in
        try world_.create("lead", ["name": .string("New \(number)")], at: world.ago(30))
      }
    }
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: state)
    run.expectHealthy(since: state)
    #expect(Set(made).isSubset(of: run.output.ids("leads")))
    expectEqual([snapshot, run.output], world)
  }

  @Test func `an event that a change moves to another day hides no other`() async throws {
    let organisation = ScriptedOrganisation()
    let start = Timestamp.now().adding(seconds: -5 * 86_400)
    organisation.change { state in
      state.add(
        "event",
        (0..<40).map { index in
          let date = start.adding(seconds: Int64(index) * 10_000)
          var members: JSONObject = [
            "object_type": "lead", "object_id": .string("lead_\(index)"), "action": "deleted",
          ]
          // The last one of the first day is found by its old date, and shown with its new one.
          if index == 8 { members["date_updated"] = .string(Timestamp.now().description) }
          return ScriptedOrganisation.Row(id: "ev_\(index)", created: date, updated: date, members: members)
        })
    }
    let state: JSONValue = ["bookmarks": ["leads": ["log_position": .string(start.description)]]]
    let run = try await Tap(startSandbox(organisation)).run(
      catalog: LogWorld.catalog(["leads"], logBased: ["leads"]), state: state)
    run.expectHealthy()
    #expect(Set(run.output.ids("leads")).count == 40)
  }

  @Test func `a long absence is made up day by day`() async throws {
    let world = try LogWorld(leads: 30)
    let (snapshot, state) = try await begin(world)
    let lead = ids(world, "lead")[0]
    for day in (1...20).reversed() {
      try edit(world, lead, ["description": .string("\(day)")], secondsAgo: Int64(day) * 86_400)
    }
    let old = LogWorld.moved(state, to: world.ago(25 * 86_400))
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: old)
    run.expectHealthy(since: old)
    let positions = run.output.states.compactMap { LogWorld.position($0.value, "leads") }
    #expect(Set(positions).count > 20 && zip(positions, positions.dropFirst()).allSatisfy { $0 <= $1 })
    expectEqual([snapshot, run.output], world)
  }

  @Test func `deletions of other tables come on the same way`() async throws {
    let world = try LogWorld(["deletes": true])
    let catalog = LogWorld.catalog(["leads", "contacts"], logBased: ["leads"])
    let (_, state) = try await begin(world, catalog)
    let contact = ids(world, "contact")[0]
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(contact, at: world.ago(600))
    }
    world.sandbox.server.resetStatistics()
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    #expect(run.output.tombstones("contacts").map(\.id) == [contact])
    #expect(world.sandbox.server.statistics.count("GET", "event/") == 1)
    // Before the tables that follow all changes, deletions are asked for alone.
    var mixed = state
    mixed["bookmarks"]?["contacts"]?["log_position"] = .string(world.ago(20 * 86_400).description)
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(world_.ids(of: "contact")[0], at: world.ago(5 * 86_400))
    }
    let later = try await world.tap.run(catalog: catalog, state: mixed)
    later.expectHealthy(since: mixed)
    #expect(later.output.tombstones("contacts").count == 2)
  }

  @Test(arguments: [["id", "note"], nil] as [[String]?])
  func `what lies before the start date stays out however it changes`(fields: [String]?) async throws {
    let world = try LogWorld([
      "start_date": .string(Timestamp.now().adding(seconds: -90 * 86_400).description)
    ])
    let all = LogWorld.catalog(["notes"], logBased: ["notes"])
    let catalog = if let fields { try await world.catalog("notes", only: fields) } else { all }
    let (snapshot, state) = try await begin(world, catalog)
    let known = Set(snapshot.ids("notes"))
    let notes = ids(world, "activity/note")
    let (old, young) = (notes.first { !known.contains($0) }, notes.first(where: known.contains))
    try edit(world, try #require(old), ["note": "Changed"])
    try edit(world, try #require(young), ["note": "Changed"])
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    #expect(run.output.ids("notes") == [young].compactMap(\.self))
  }

  @Test func `many changed opportunities are not read one by one`() async throws {
    let world = try LogWorld(leads: 60)
    let (snapshot, state) = try await begin(world)
    for deal in ids(world, "opportunity") { try edit(world, deal, ["note": "Changed"]) }
    world.sandbox.server.resetStatistics()
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: state)
    run.expectHealthy(since: state)
    #expect(run.output.records("opportunities").count == ids(world, "opportunity").count)
    #expect(world.sandbox.server.statistics.count("GET", "opportunity/{id}/") == 0)
    expectEqual([snapshot, run.output], world)
  }
}
