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
  func begin(
    _ world: LogWorld, _ catalog: JSONValue = TapLogBasedTests.catalog
  ) async throws -> (output: TapOutput, state: JSONValue) {
    let run = try await world.tap.run(catalog: catalog)
    run.expectHealthy()
    #expect(run.warnings == [])
    return (run.output, LogWorld.moved(run.output.lastState, to: world.ago(1200)))
  }

  func edit(_ world: LogWorld, _ id: String, _ values: JSONObject, secondsAgo: Int64 = 600) throws {
    try world.organisation.edit { (world_) throws(SandboxError) in
      try world_.update(id, values, at: world.ago(secondsAgo))
    }
  }

  func ids(_ world: LogWorld, _ resource: String) -> [String] {
    world.organisation.edit { $0.ids(of: resource) }
  }

  /// A target that has loaded these outputs has just what is in Close.
  func expectEqual(
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
}

extension JSONValue {
  var isEmpty: Bool { object?.isEmpty ?? true }
}
