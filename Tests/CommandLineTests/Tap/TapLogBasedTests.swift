import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tables read from the event log: a snapshot first, then what the log tells.
@Suite("tap-close: LOG_BASED")
struct TapLogBasedTests {
  static let streams = [
    "leads", "contacts", "tasks", "activities", "notes", "opportunities", "custom_fields",
  ]
  static let catalog = LogWorld.catalog(streams, logBased: streams)
  static let tables = [
    ("leads", "lead"), ("contacts", "contact"), ("tasks", "task"), ("notes", "activity/note"),
    ("opportunities", "opportunity"), ("custom_fields", "custom_field/contact"),
  ]

  /// A first run, with positions as of twenty minutes ago.
  private func begin(
    _ world: LogWorld, _ catalog: JSONValue = TapLogBasedTests.catalog
  ) async throws -> (output: TapOutput, state: JSONValue) {
    let run = try await world.tap.run(catalog: catalog)
    run.expectHealthy()
    #expect(run.warnings == [])
    return (run.output, LogWorld.moved(run.output.lastState, to: world.ago(1200)))
  }

  private func edit(_ world: LogWorld, _ id: String, _ values: JSONObject, secondsAgo: Int64 = 600) throws {
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.update(id, values, at: world.ago(secondsAgo))
    }
  }

  private func ids(_ world: LogWorld, _ resource: String) -> [String] {
    world.organisation.edit { $0.ids(of: resource) }
  }

  /// A target that has loaded these outputs has just what is in Close.
  private func expectEqual(
    _ outputs: [TapOutput], _ world: LogWorld, only streams: Set<String>? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (stream, resource) in TapLogBasedTests.tables where streams?.contains(stream) ?? true {
      let table = outputs.table(stream)
      let live = ids(world, resource)
      let strangers = stream == "custom_fields" ? [] : Set(table.keys).subtracting(live)
      #expect(strangers.isEmpty, "\(stream)", sourceLocation: sourceLocation)
      #expect(Set(live).subtracting(table.keys).isEmpty, "\(stream)", sourceLocation: sourceLocation)
      for id in live {
        let date = world.organisation.edit {
          $0.object(id)?["date_updated"]?.string.flatMap { Timestamp($0) }
        }
        #expect(table[id]?.date("date_updated") == date, "\(id)", sourceLocation: sourceLocation)
      }
    }
  }

  // MARK: Snapshot

  @Test func `the first run is a snapshot with a version`() async throws {
    let world = try LogWorld()
    let run = try await world.tap.run(
      catalog: LogWorld.catalog(TapLogBasedTests.streams + ["users"], logBased: ["leads", "users"]))
    run.expectHealthy()
    #expect(run.warnings.count == 1 && run.warnings.first?.contains("LOG_BASED of stream users") == true)
    #expect(run.output.faults("leads", wanted: ids(world, "lead")) == [])
    let version = try #require(run.output.records("leads").first?.version)
    #expect(run.output.records("leads").allSatisfy { $0.version == version })
    #expect(run.output.records("tasks").allSatisfy { $0.version == nil })
    #expect(run.output.activations.map(\.stream) == ["leads"])
    #expect(run.output.activations.map(\.version) == [version])
    #expect(run.output.activations.first?.line ?? 0 > run.output.records("leads").map(\.line).max() ?? .max)
    let state = run.output.lastState
    #expect(state["bookmarks"]?["leads"]?["version"]?.int == version)
    #expect(state["bookmarks"]?["leads"]?["snapshot_log_position"] == nil)
    let position = try #require(LogWorld.position(state, "leads"))
    #expect(position <= Timestamp.now().adding(seconds: -300) && position > world.ago(420))
    #expect(LogWorld.position(state, "tasks") == nil && LogWorld.position(state, "users") == nil)
    #expect(run.output.schemas["leads"]?["schema"]?["properties"]?["_sdc_deleted_at"] != nil)
    #expect(run.output.schemas["tasks"]?["schema"]?["properties"]?["_sdc_deleted_at"] == nil)
  }

  @Test func `with a start date a first snapshot says nothing of earlier rows`() async throws {
    let world = try LogWorld(["start_date": "2026-01-01T00:00:00Z"])
    let run = try await world.tap.run(catalog: LogWorld.catalog(["leads"], logBased: ["leads"]))
    run.expectHealthy()
    #expect(run.output.activations.isEmpty)
  }

  @Test func `a table that was read otherwise goes on where it stands`() async throws {
    let world = try LogWorld()
    let first = try await world.tap.run(["leads"])
    let lead = try #require(ids(world, "lead").first)
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(lead, at: world.ago(10 * 86_400))
    }
    let catalog = LogWorld.catalog(["leads"], logBased: ["leads"])
    let second = try await world.tap.run(catalog: catalog, state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    #expect(second.output.records("leads").count <= 2)
    #expect(second.output.records("leads").allSatisfy { $0.version == nil })
    #expect(second.output.tombstones("leads").map(\.id) == [lead])
    #expect(second.output.activations.isEmpty)
    #expect(LogWorld.position(second.output.lastState, "leads") != nil)
    try edit(world, ids(world, "lead")[0], ["name": "New"], secondsAgo: 1)
    let third = try await world.tap.run(catalog: catalog, state: second.output.lastState)
    third.expectHealthy(since: second.output.lastState)
    #expect([first.output, second.output, third.output].table("leads").count == ids(world, "lead").count)
    #expect(third.output.latest("leads")[ids(world, "lead")[0]]?.value["name"] == "New")
  }

  @Test func `a table that goes over to the log while that cannot be read loses no deletion`() async throws {
    let world = try LogWorld()
    let first = try await world.tap.run(["leads"])
    let lead = ids(world, "lead")[0]
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(lead, at: world.ago(10 * 86_400))
    }
    let catalog = LogWorld.catalog(["leads"], logBased: ["leads"])
    try world.sandbox.server.setFaults("status=403,path=event")
    let second = try await world.tap.run(catalog: catalog, state: first.output.lastState)
    #expect(second.exit == 1 && second.lastLine.contains("its deletions are not"))
    try world.sandbox.server.setFaults("")
    let third = try await world.tap.run(catalog: catalog, state: second.output.lastState)
    third.expectHealthy(since: second.output.lastState)
    #expect(third.output.tombstones("leads").map(\.id) == [lead])
  }

  @Test func `rows read otherwise in the middle of a snapshot are part of it`() async throws {
    let world = try LogWorld()
    let catalog = LogWorld.catalog(["leads"], logBased: ["leads"])
    try world.sandbox.server.setFaults("status=403,path=event")
    let first = try await world.tap.run(catalog: catalog)
    #expect(first.exit == 1)
    try world.sandbox.server.setFaults("")
    // Activated it was already; a run that is killed before leaves the same state.
    #expect(first.output.lastState["bookmarks"]?["leads"]?["snapshot_activates"] == true)
    let made = try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.create("lead", ["name": "New"], at: Timestamp.now())
    }
    let second = try await world.tap.run(["leads"], state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    let third = try await world.tap.run(catalog: catalog, state: second.output.lastState)
    third.expectHealthy(since: second.output.lastState)
    #expect(third.output.activations.count == 1)
    #expect(second.output.latest("leads")[made]?.version == third.output.activations.first?.version)
    expectEqual([first.output, second.output, third.output], world, only: ["leads"])
  }

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

  // MARK: Too late

  @Test func `when the log does not reach back a new version replaces the old`() async throws {
    let world = try LogWorld()
    let (snapshot, state) = try await begin(world)
    let lost = ids(world, "lead")[3]
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(lost, at: world.ago(35 * 86_400))
    }
    var old = JSONValue.withVersion(1_700_000_000, LogWorld.moved(state, to: world.ago(40 * 86_400)))
    old["bookmarks"]?["leads"]?["mine"] = 7
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: old)
    #expect(run.exit == 0)
    #expect(run.warnings.count == 1)
    let warning = run.warnings.first ?? ""
    #expect(warning.contains(world.ago(40 * 86_400).dateText) && warning.contains("leads"))
    #expect(warning.contains(Timestamp.now().adding(seconds: -30 * 86_400).dateText))
    #expect(run.output.faults("leads", wanted: ids(world, "lead")) == [])
    let version = try #require(run.output.records("leads").first?.version)
    #expect(version > 1_700_000_000)
    #expect(run.output.records("leads").allSatisfy { $0.version == version })
    let activation = try #require(run.output.activations.first { $0.stream == "leads" })
    #expect(activation.version == version)
    #expect(activation.line > run.output.records("leads").map(\.line).max() ?? .max)
    #expect(run.output.lastState["bookmarks"]?["leads"]?["mine"] == 7)
    // The versions of the first snapshot and this one may be of the same second.
    if snapshot.records("leads").first?.version != version {
      #expect([snapshot, run.output].table("leads")[lost] == nil)
    }
    try await expectLoads(run.outcome.stdout)
  }

  @Test func `how far the log reaches back is for Close's clock to say`() async throws {
    let world = try LogWorld()
    let (snapshot, state) = try await begin(world)
    let doomed = ids(world, "lead")[0]
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(doomed, at: Timestamp.now())
    }
    // Versions are told apart by the second.
    let old = JSONValue.withVersion(1_700_000_000, state)
    world.sandbox.server.clock.advance(seconds: 40 * 86_400)
    let run = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: old)
    #expect(run.exit == 0)
    #expect(run.warnings.contains { $0.contains("a new version is read from the start") })
    #expect(run.output.activations.count == TapLogBasedTests.streams.count)
    #expect([snapshot, run.output].table("leads")[doomed] == nil)
    let later = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: run.output.lastState)
    later.expectHealthy(since: run.output.lastState)
    #expect(later.output.activations.isEmpty && later.warnings.isEmpty)
  }

  @Test func `a clock ahead of Close's does not outrun the log`() async throws {
    let world = try LogWorld()
    world.sandbox.server.clock.advance(seconds: -40 * 86_400)
    let catalog = LogWorld.catalog(["leads"], logBased: ["leads"])
    let first = try await world.tap.run(catalog: catalog)
    #expect(first.exit == 0)
    let position = try #require(LogWorld.position(first.output.lastState, "leads"))
    #expect(position < world.ago(40 * 86_400) && position > world.ago(40 * 86_400 + 600))
    world.sandbox.server.clock.advance(seconds: 40 * 86_400)
    let second = try await world.tap.run(catalog: catalog, state: first.output.lastState)
    #expect(second.warnings.count == 1 && second.output.activations.count == 1)
  }

  @Test func `a clock behind Close's opens no gap between the lists and the log`() async throws {
    let world = try LogWorld()
    world.sandbox.server.clock.advance(seconds: 3600)
    let (task, deal) = (ids(world, "task")[0], ids(world, "opportunity")[0])
    for id in [task, deal] { try edit(world, id, [:], secondsAgo: -1800) }
    let catalog = LogWorld.catalog(["tasks", "opportunities"], logBased: ["tasks", "opportunities"])
    let first = try await world.tap.run(catalog: catalog)
    first.expectHealthy()
    world.sandbox.server.clock.advance(seconds: 600)
    let second = try await world.tap.run(catalog: catalog, state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    #expect(second.warnings.isEmpty)
    #expect([first.output, second.output].table("tasks")[task]?.date("date_updated") == world.ago(-1800))
    #expect(
      [first.output, second.output].table("opportunities")[deal]?.date("date_updated") == world.ago(-1800))
  }

  /// target-jsonl and singer-check-tap take it.
  private func expectLoads(_ stream: String) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      #"{"destination_path": "\#(folder.path)", "do_timestamp_file": false}"#, to: "target.json")
    let target = try await runProcess(
      Peer.targetJSONL.path(), ["--config", folder.file("target.json")], stdin: stream)
    #expect(target.exit == 0, "\(target.stderr)")
    #expect(target.lines.last?.isEmpty == false)
    let check = try await runProcess(Peer.singerCheckTap.path(), stdin: stream)
    #expect(check.exit == 0, "\(check.stderr)")
  }

  // MARK: Killed

  @Test(arguments: [2, 5, 9, 13, 20, 30])
  func `a first snapshot that is killed is not taken for done`(answers: Int) async throws {
    let config: JSONObject = ["date_window": 10, "concurrency": 3, "search_lag_seconds": 0]
    let world = try LogWorld(leads: 25, config)
    try world.sandbox.server.setFaults("hang=60s,after=\(answers)")
    let process = try world.tap.start(catalog: TapLogBasedTests.catalog)
    let server = world.sandbox.server
    #expect(await eventually { server.statistics.requests == answers && server.statistics.inFlight > 0 })
    process.send(SIGKILL)
    let first = try output(of: await process.outcome())
    try server.setFaults("")
    let left = first.states.isEmpty ? [:] : first.lastState
    #expect(LogWorld.position(left, "leads") == nil)
    // In the meantime something goes and something changes.
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(world_.ids(of: "lead")[2], at: Timestamp.now())
      try world_.update(world_.ids(of: "lead")[4], ["name": "New"], at: Timestamp.now())
    }
    let second = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: left)
    second.expectHealthy(since: left)
    #expect(Set(second.output.activations.map(\.stream)) == Set(TapLogBasedTests.streams))
    for activation in second.output.activations {
      let versions = Set([first, second.output].flatMap { $0.records(activation.stream).map(\.version) })
      if !left.isEmpty { #expect(versions.count <= 1) }
    }
    #expect(LogWorld.position(second.output.lastState, "leads") != nil)
    expectEqual([first, second.output], world)
    let third = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: second.output.lastState)
    third.expectHealthy(since: second.output.lastState)
    expectEqual([first, second.output, third.output], world)
  }

  @Test(arguments: [1, 2, 3, 5, 9, 12])
  func `killed while it reads the log, the next run tells it all`(requestsLeft: Int) async throws {
    let world = try LogWorld(leads: 25)
    let (snapshot, state) = try await begin(world)
    let edit: JSONValue = ["creates": 3, "edits": 60, "deletes": 3]
    _ = world.organisation.control(path: "edit", body: edit, at: world.ago(600))
    let server = world.sandbox.server
    server.resetStatistics()
    let undisturbed = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: state)
    undisturbed.expectHealthy(since: state)
    let answers = server.statistics.requests - requestsLeft
    server.resetStatistics()
    try server.setFaults("hang=60s,after=\(answers)")
    let process = try world.tap.start(catalog: TapLogBasedTests.catalog, state: state)
    #expect(await eventually { server.statistics.requests == answers && server.statistics.inFlight > 0 })
    process.send(SIGKILL)
    let first = try output(of: await process.outcome())
    let left = first.states.isEmpty ? state : first.lastState
    try server.setFaults("")
    let second = try await world.tap.run(catalog: TapLogBasedTests.catalog, state: left)
    second.expectHealthy(since: left)
    expectEqual([snapshot, first, second.output], world)
  }

  private func output(of outcome: ProcessOutcome) throws -> TapOutput {
    let whole = outcome.stdout.lastIndex(of: "\n").map { outcome.stdout[...$0] } ?? ""
    return try TapOutput(String(whole))
  }
}

extension JSONValue {
  /// A state with this version for all tables.
  fileprivate static func withVersion(_ version: Int, _ state: JSONValue) -> JSONValue {
    var state = state
    for stream in state["bookmarks"]?.object?.keys ?? [] {
      state["bookmarks"]?[stream]?["version"] = .int(version)
    }
    return state
  }

  fileprivate var isEmpty: Bool { object?.isEmpty ?? true }
}
