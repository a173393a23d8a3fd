import CloseSandbox
import JSONBytes
import Synchronization
import TestSupport
import Testing

/// A whole organisation at work, and its index behind.
@Suite("tap-close: a busy organisation")
struct TapBusyTests {
  static let tables = [
    ("leads", "lead"), ("contacts", "contact"), ("tasks", "task"), ("opportunities", "opportunity"),
    ("notes", "activity/note"),
  ]

  @Test(arguments: [1, 2] as [UInt64], [JSONObject(), ["leads_via": "query"]])
  func `with people at work during the first run, two runs have everything as it is`(
    seed: UInt64, settings: JSONObject
  ) async throws {
    var options = OrganisationOptions()
    options.leads = 260
    options.seed = seed
    options.activitiesPerLead = 2
    let organisation = try Organisation(options: options, now: .now())
    let isBusy = Mutex(true)
    let sandbox = try startSandbox(organisation) { server in
      server.onRequest = { _, _ in
        guard isBusy.withLock(\.self) else { return }
        _ = organisation.control(
          path: "edit", body: ["creates": 1, "edits": 3, "deletes": 1], at: Timestamp.now())
      }
    }
    let tap = try Tap(sandbox, settings.merging(["date_window": 90]))
    let streams = TapBusyTests.tables.map(\.0)
    let first = try await tap.run(streams)
    first.expectHealthy()
    isBusy.withLock { $0 = false }
    let second = try await tap.run(streams, state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)

    for (stream, table) in TapBusyTests.tables {
      let latest = first.output.latest(stream).merging(second.output.latest(stream)) { $1 }
      let objects = organisation.edit { world in world.ids(of: table).compactMap { world.object($0) } }
      #expect(objects.count > 30)
      let wrong = objects.filter { object in
        let record = latest[object["id"]?.string ?? ""]
        // Edits of notes made long ago are beyond the attribution window.
        return record == nil
          || stream != "notes" && record?.date("date_updated") != object.date("date_updated")
      }
      #expect(wrong.isEmpty, "\(stream): \(wrong.count) of \(objects.count)")
    }
  }

  @Test(arguments: [JSONObject(), ["leads_via": "query"], ["activities_window_seconds": 0]])
  func `what the index shows late is not lost`(settings: JSONObject) async throws {
    var options = OrganisationOptions()
    options.leads = 10
    options.indexLag = 45
    let organisation = try Organisation(options: options, now: Timestamp.now().adding(seconds: -86_400))
    // Made a minute, then half a minute ago: lists know only the first of each pair.
    let now = Timestamp.now()
    let ids = try organisation.edit { world in
      try [60, 30].flatMap { age in
        let date = now.adding(seconds: -Int64(age))
        let lead = try world.create("lead", ["name": "Late"], at: date)
        return [
          lead, try world.create("activity/note", ["lead_id": .string(lead), "note": "late"], at: date),
          try world.create("task", ["lead_id": .string(lead), "text": "late", "_type": "lead"], at: date),
        ]
      }
    }
    let sandbox = try startSandbox(organisation)
    let tap = try Tap(sandbox, settings)
    let streams = ["leads", "activities", "tasks"]
    let first = try await tap.run(streams)
    first.expectHealthy()
    #expect(ids.prefix(3).allSatisfy { first.output.ids.contains($0) })
    #expect(ids.suffix(3).allSatisfy { !first.output.ids.contains($0) })
    sandbox.server.clock.advance(seconds: 60)
    let second = try await tap.run(streams, state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    #expect(ids.suffix(3).allSatisfy { second.output.ids.contains($0) })
  }

  @Test(arguments: [("leads", "lead"), ("tasks", "task"), ("users", "user")])
  func `what the index shows late is not lost to a clock that is ahead of Close's either`(
    stream: String, table: String
  ) async throws {
    let organisation = ScriptedOrganisation()
    let closeNow = Timestamp.now().adding(seconds: -900)
    organisation.change {
      $0.add(table, 10, from: closeNow.adding(seconds: -3600), step: 400 * Timestamp.second)
    }
    let tap = try Tap(startSandbox(organisation) { $0.clock = closeNow })
    let first = try await tap.run([stream])
    first.expectHealthy()
    #expect(first.warnings.count == 1)
    #expect(first.warnings.first?.contains("seconds ahead of Close's") == true)

    organisation.change { $0.add(table, 1, from: closeNow.adding(seconds: -100), step: 0, prefix: "late") }
    let second = try await tap.run([stream], state: first.output.lastState)
    #expect(Set(first.output.ids(stream) + second.output.ids(stream)) == organisation.ids(table))
    #expect(second.output.ids(stream).count < 5)
  }
}

extension JSONObject {
  fileprivate func date(_ key: String) -> Timestamp? { self[key]?.string.flatMap { Timestamp($0) } }
}
