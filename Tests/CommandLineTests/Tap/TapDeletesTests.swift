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

/// Deleted objects come out as tombstones, told by the event log.
@Suite("tap-close: deletions")
struct TapDeletesTests {
  static let on: JSONObject = ["deletes": true]
  static let streams = [
    "leads", "contacts", "tasks", "activities", "notes", "opportunities", "custom_fields",
  ]

  /// A run that leaves a state behind, as of twenty minutes ago.
  func begin(_ world: LogWorld, _ streams: [String] = TapDeletesTests.streams) async throws
    -> JSONValue
  {
    let run = try await world.tap.run(streams)
    run.expectHealthy()
    return LogWorld.moved(run.output.lastState, to: world.ago(1200))
  }

  func delete(_ world: LogWorld, _ id: String, secondsAgo: Int64 = 600) throws {
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.delete(id, at: world.ago(secondsAgo))
    }
  }

  func ids(_ world: LogWorld, _ resource: String) -> [String] {
    world.organisation.edit { $0.ids(of: resource) }
  }

  // MARK: What comes

  @Test func `without the setting nothing is asked of the log and nothing announced`() async throws {
    let world = try LogWorld()
    let run = try await world.tap.run(["leads", "tasks"])
    run.expectHealthy()
    #expect(world.sandbox.server.statistics.count("GET", "event/") == 0)
    #expect(run.output.schemas["leads"]?["schema"]?["properties"]?["_sdc_deleted_at"] == nil)
    #expect(LogWorld.position(run.output.lastState, "leads") == nil)
  }

  @Test func `a schema declares the columns of tombstones just where there are events`() async throws {
    let world = try LogWorld(leads: 1, TapDeletesTests.on)
    let run = try await world.tap.run(["leads", "contacts", "users"])
    run.expectHealthy()
    let columns = run.output.schemas.mapValues { $0["schema"]?["properties"] ?? .null }
    for stream in ["leads", "contacts"] {
      #expect(columns[stream]?["_sdc_deleted_at"]?["type"] == ["null", "string"])
      #expect(columns[stream]?["_sdc_deleted_at"]?["format"] == "date-time")
    }
    #expect(columns["leads"]?["_merged_into"]?["type"] == ["null", "string"])
    #expect(columns["contacts"]?["_merged_into"] == nil)
    #expect(columns["users"]?["_sdc_deleted_at"] == nil)
  }

  @Test func `a deleted lead takes everything below it along, once and behind the rows`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world)
    let lead = try #require(ids(world, "lead").first)
    let before = try #require(world.organisation.edit { $0.object(lead) })
    let children = ["contact", "task", "activity/note", "opportunity"].flatMap { resource in
      ids(world, resource).filter { id in
        world.organisation.edit { $0.object(id)?["lead_id"]?.string } == lead
      }
    }
    #expect(children.count > 1)
    try delete(world, lead)
    let run = try await world.tap.run(TapDeletesTests.streams, state: state)
    run.expectHealthy(since: state)

    let tombstone = try #require(run.output.tombstones("leads").first)
    #expect(run.output.tombstones("leads").map(\.id) == [lead])
    #expect(tombstone.value["name"] == before["name"])
    let deleted = try #require(tombstone.value["_sdc_deleted_at"]?.string)
    #expect(deleted.hasSuffix("Z") && deleted.count == 27)
    #expect(Timestamp(deleted) == world.ago(600))
    #expect(tombstone.value["_merged_into"] == nil)
    let gone = Set(run.output.records.filter(\.isTombstone).map(\.id))
    #expect(gone.isSuperset(of: children))
    for stream in TapDeletesTests.streams {
      let tombstones = run.output.tombstones(stream)
      #expect(Set(tombstones.map(\.id)).count == tombstones.count)
      let rows = run.output.records(stream).filter { !$0.isTombstone }
      #expect(rows.map(\.line).max() ?? 0 < tombstones.map(\.line).min() ?? .max)
    }
    #expect(
      Set(run.output.tombstones("notes").map(\.id)).isSubset(
        of: run.output.tombstones("activities").map(\.id)))

    let next = try await world.tap.run(TapDeletesTests.streams, state: run.output.lastState)
    next.expectHealthy(since: run.output.lastState)
    #expect(next.output.records.filter(\.isTombstone).isEmpty)
  }

  @Test(arguments: [
    ("contacts", "contact"), ("tasks", "task"), ("notes", "activity/note"), ("activities", "activity/call"),
    ("custom_objects", "custom_object"), ("sequence_subscriptions", "sequence_subscription"),
    ("saved_searches", "saved_search"), ("groups", "group"), ("email_templates", "email_template"),
  ])
  func `one object that goes alone`(table: (stream: String, resource: String)) async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world, [table.stream])
    let id = try #require(ids(world, table.resource).last)
    try delete(world, id)
    let run = try await world.tap.run([table.stream], state: state)
    run.expectHealthy(since: state)
    #expect(run.output.tombstones(table.stream).map(\.id) == [id])
  }

  @Test func `definitions of custom fields and statuses go too`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let streams = ["custom_fields", "lead_statuses"]
    let state = try await begin(world, streams)
    let field = try #require(ids(world, "custom_field/contact").first)
    let status = world.organisation.edit { $0.ids(of: "status/lead") }.last { id in
      (try? world.organisation.edit { (world_) throws(SandboxError) in
        try world_.delete(id, at: world.ago(600))
      }) != nil
    }
    try delete(world, field)
    let run = try await world.tap.run(streams, state: state)
    run.expectHealthy(since: state)
    let tombstone = try #require(run.output.tombstones("custom_fields").first)
    #expect(tombstone.id == field && tombstone.value["object_type"] == "contact")
    #expect(run.output.tombstones("lead_statuses").map(\.id) == [status].compactMap(\.self))
  }

  @Test func `the tombstone of a lead merged away tells which one survives`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world)
    let leads = ids(world, "lead")
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.merge(leads[0], into: leads[1], at: world.ago(600))
    }
    let run = try await world.tap.run(TapDeletesTests.streams, state: state)
    run.expectHealthy(since: state)
    #expect(run.output.tombstones("leads").map(\.id) == [leads[0]])
    #expect(run.output.tombstones("leads").first?.value["_merged_into"] == .string(leads[1]))
  }

  @Test func `deselected fields are in no tombstone`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let catalog = try await world.catalog("leads", only: ["name"], method: "INCREMENTAL")
    let first = try await world.tap.run(catalog: catalog)
    let state = LogWorld.moved(first.output.lastState, to: world.ago(1200))
    let leads = ids(world, "lead")
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.merge(leads[0], into: leads[1], at: world.ago(600))
    }
    let run = try await world.tap.run(catalog: catalog, state: state)
    run.expectHealthy(since: state)
    let tombstone = try #require(run.output.tombstones("leads").first)
    #expect(Set(tombstone.value.object?.keys ?? []) == ["id", "name", "date_updated", "_sdc_deleted_at"])
    #expect(
      Set(run.output.schemas["leads"]?["schema"]?["properties"]?.object?.keys ?? [])
        == ["id", "name", "date_updated", "_sdc_deleted_at"])
  }

  @Test func `a key that may not see what there was gives the object's id`() async throws {
    let world = try LogWorld(TapDeletesTests.on, isAdmin: false)
    let state = LogWorld.moved(try await begin(world, ["leads"]), to: world.ago(4 * 3600))
    let lead = try #require(ids(world, "lead").first)
    try delete(world, lead, secondsAgo: 2 * 3600)
    let run = try await world.tap.run(["leads"], state: state)
    run.expectHealthy(since: state)
    #expect(
      run.output.tombstones("leads").map(\.value)
        == [["id": .string(lead), "_sdc_deleted_at": .string(world.ago(2 * 3600).description)]])
  }

  // MARK: When it comes

  @Test func `a row that the index still shows is not resurrected`() async throws {
    let world = try LogWorld(TapDeletesTests.on, options: { $0.indexLag = 3600 })
    let lead = try #require(ids(world, "lead").first)
    try delete(world, lead, secondsAgo: 100)
    var state: JSONValue = [:]
    for _ in 0..<2 {
      let run = try await world.tap.run(["leads"], state: state)
      run.expectHealthy(since: state)
      #expect(run.output.tombstones("leads").map(\.id) == [lead])
      #expect(run.output.records("leads").last { $0.id == lead }?.isTombstone == true)
      state = run.output.lastState
      let position = try #require(LogWorld.position(state, "leads"))
      #expect(position <= Timestamp.now().adding(seconds: -300) && position > world.ago(420))
    }
  }

  @Test func `a table read before without the setting gets all deletions the log knows`() async throws {
    let world = try LogWorld()
    let first = try await world.tap.run(["leads"])
    first.expectHealthy()
    let leads = ids(world, "lead")
    try delete(world, leads[0], secondsAgo: 29 * 86_400)
    try delete(world, leads[1], secondsAgo: 31 * 86_400)
    let run = try await world.tap.run(["leads"], state: first.output.lastState, config: TapDeletesTests.on)
    run.expectHealthy(since: first.output.lastState)
    #expect(run.output.tombstones("leads").map(\.id) == [leads[0]])
    #expect(run.warnings == [])
  }

  @Test func `a position older than the log is told in one warning with two dates`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = LogWorld.moved(try await begin(world), to: world.ago(45 * 86_400))
    let lead = try #require(ids(world, "lead").first)
    try delete(world, lead, secondsAgo: 20 * 86_400)
    let run = try await world.tap.run(TapDeletesTests.streams, state: state)
    run.expectHealthy(since: state)
    #expect(run.warnings.count == 1)
    let warning = run.warnings.first ?? ""
    #expect(warning.contains(world.ago(45 * 86_400).dateText))
    #expect(warning.contains(Timestamp.now().adding(seconds: -30 * 86_400).dateText))
    #expect(run.output.tombstones("leads").map(\.id) == [lead])
    let next = try await world.tap.run(TapDeletesTests.streams, state: run.output.lastState)
    #expect(next.warnings == [])
  }

  @Test func `the dates of a gap are by Close's clock`() async throws {
    let world = try LogWorld(TapDeletesTests.on)
    let state = try await begin(world, ["tasks"])
    world.sandbox.server.clock.advance(seconds: 40 * 86_400)
    let run = try await world.tap.run(["tasks"], state: state)
    #expect(run.exit == 0)
    #expect(run.warnings.count == 1)
    #expect(run.warnings.first?.contains(world.ago(1200).dateText) == true)
    #expect(run.warnings.first?.contains(Timestamp.now().adding(seconds: 10 * 86_400).dateText) == true)
  }

  @Test func `a position of nonsense is refused by name`() async throws {
    let world = try LogWorld(leads: 1, TapDeletesTests.on)
    let run = try await world.tap.run(
      ["leads"], state: ["bookmarks": ["leads": ["log_position": "yesterday"]]])
    #expect(run.exit == 2)
    #expect(run.lastLine.contains("bookmarks.leads.log_position"))
  }

  @Test func `what else a state says survives`() async throws {
    let world = try LogWorld(leads: 1, TapDeletesTests.on)
    let state: JSONValue = [
      "bookmarks": ["leads": ["mine": 7], "other": ["log_position": "x"]], "note": "kept",
    ]
    let run = try await world.tap.run(["leads"], state: state)
    run.expectHealthy()
    #expect(run.output.lastState["bookmarks"]?["leads"]?["mine"] == 7)
    #expect(run.output.lastState["bookmarks"]?["other"] == ["log_position": "x"])
    #expect(run.output.lastState["note"] == "kept")
  }
}
