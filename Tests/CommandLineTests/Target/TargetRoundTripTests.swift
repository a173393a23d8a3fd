import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// One organisation copied into another, by both programs.
@Suite("target-close: from one organisation into another")
struct TargetRoundTripTests {
  static let dictionaries = ["users", "lead_statuses", "opportunity_statuses", "pipelines", "custom_fields"]
  static let streams = ["leads", "contacts", "opportunities", "tasks", "notes", "calls", "emails", "sms"]
  static let resources = [
    "lead", "contact", "opportunity", "task", "activity/note", "activity/call", "activity/email",
    "activity/sms",
  ]

  /// Two organisations with the same users, statuses and fields by name, but other ids; one has no leads.
  private func world() throws -> (source: RunningSandbox<Organisation>, copy: RunningSandbox<Organisation>) {
    (try startSandbox(organisation: { $0.leads = 30 }), try startEmptySandbox(organisation: { $0.seed = 9 }))
  }

  private func expectCopy(
    of source: RunningSandbox<Organisation>, in copy: RunningSandbox<Organisation>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for resource in TargetRoundTripTests.resources {
      let (wanted, found) = (source.named(resource), copy.named(resource))
      #expect(wanted.count > 5, "\(resource)", sourceLocation: sourceLocation)
      #expect(found.count == wanted.count, "\(resource)", sourceLocation: sourceLocation)
      let missing = wanted.filter { !found.contains($0) }
      #expect(missing.isEmpty, "\(resource): \(missing.count)", sourceLocation: sourceLocation)
      if let first = missing.first {
        let near = found.first { $0.prefix(40) == first.prefix(40) } ?? "nothing like it"
        Issue.record("\(resource): wanted\n\(first)\nfound\n\(near)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: [dictionaries + streams, streams.reversed() + dictionaries])
  func `everything arrives once, under the right lead, with users, statuses and fields by name`(
    order: [String]
  )
    async throws
  {
    let (source, copy) = try world()
    let extracted = try await Tap(source).run(order)
    extracted.expectHealthy()
    let target = try Target(copy)
    let run = try await target.run(text: extracted.outcome.stdout)
    run.expectHealthy()
    #expect(run.output.last == extracted.output.lastState)
    #expect(copy.api.sentMessages == 0)
    expectCopy(of: source, in: copy)

    copy.server.resetStatistics()
    let again = try await Tap(source).run(order.reversed())
    for text in [extracted.outcome.stdout, again.outcome.stdout] {
      try await target.run(text: text).expectHealthy()
      #expect(copy.writes.isEmpty)
    }
  }

  @Test func `an activity that comes in two streams becomes one object`() async throws {
    let (source, copy) = try world()
    let order = ["activities", "notes", "calls", "emails", "sms", "leads"]
    let text = try await Tap(source).run(order).outcome.stdout
    let target = try Target(copy)
    // Types that only the one organisation has cannot be written.
    _ = try await target.run(text: text)
    for resource in ["lead", "activity/note", "activity/call", "activity/email", "activity/sms"] {
      #expect(copy.count(resource) == source.count(resource), "\(resource)")
    }
    copy.server.resetStatistics()
    _ = try await target.run(text: text)
    #expect(copy.writes.isEmpty)
    let plan = try await Target(try startEmptySandbox()).run(text: text, arguments: ["--dry-run"])
    let notes = plan.output.filter { $0["resource"] == "note" && $0["action"] == "create" }
    #expect(notes.count == source.count("activity/note"))
  }

  @Test func `what changes in the one is changed in the other, and nothing else`() async throws {
    let (source, copy) = try world()
    let (tap, target) = (try Tap(source, ["search_lag_seconds": 0]), try Target(copy))
    let order = TargetRoundTripTests.dictionaries + TargetRoundTripTests.streams
    let first = try await tap.run(order)
    try await target.run(text: first.outcome.stdout).expectHealthy()
    // Close keeps milliseconds.
    let now = Timestamp(microseconds: source.server.clock.now().microseconds / 1000 * 1000)
    let lead = try #require(source.objects("lead").first?["id"]?.string)
    let admin = source.api.admin.userID
    try source.api.edit { world in
      try world.update(lead, ["name": "Renamed & Söhne"], at: now)
      let contact = try world.create(
        "contact", ["lead_id": .string(lead), "name": "New Person", "title": "CEO"], at: now)
      let task: JSONObject = [
        "lead_id": .string(lead), "text": "greet", "contact_id": .string(contact), "date": "2026-12-01",
        "assigned_to": .string(admin),
      ]
      try world.create("task", task, at: now)
    }
    copy.server.resetStatistics()
    let second = try await tap.run(order, state: first.output.lastState)
    let run = try await target.run(text: second.outcome.stdout)
    run.expectHealthy()
    #expect(run.output.last == second.output.lastState)
    expectCopy(of: source, in: copy)
    let writes = copy.writes.filter { $0.status == 200 }
    #expect(
      writes.map { "\($0.method) \($0.path.split(separator: "/")[0])" }.sorted() == [
        "POST contact", "POST task", "PUT lead",
      ])
    #expect(writes.first { $0.method == "PUT" }?.json == ["name": "Renamed & Söhne"])
  }

  @Test func `a copy that follows the event log changes and loses what the source does`() async throws {
    let (source, copy) = try world()
    let streams = TargetRoundTripTests.streams
    let brakes = JSONObject(streams.map { ($0, ["max_deletes": 100]) })
    let (tap, target) = (try Tap(source), try Target(copy, ["streams": .object(brakes)]))
    let catalog = LogWorld.catalog(TargetRoundTripTests.dictionaries + streams, logBased: streams)
    let first = try await tap.run(catalog: catalog)
    try await target.run(text: first.outcome.stdout).expectHealthy()
    expectCopy(of: source, in: copy)

    let leads = source.objects("lead").compactMap { $0["id"]?.string }
    let task = try #require(
      source.objects("task").first { $0["_type"] == "lead" && $0["lead_id"]?.string != leads[0] })
    let now = source.server.clock.now()
    try source.api.edit { world in
      try world.delete(leads[0], at: now)
      try world.delete(try #require(task["id"]?.string), at: now)
      try world.update(leads[1], ["name": "Renamed & Söhne"], at: now)
    }
    let second = try await tap.run(catalog: catalog, state: first.output.lastState)
    second.expectHealthy(since: first.output.lastState)
    let run = try await target.run(text: second.outcome.stdout)
    run.expectHealthy()
    #expect(run.output.last == second.output.lastState)
    expectCopy(of: source, in: copy)
  }

  @Test func `a copy that is killed again and again is complete in the end`() async throws {
    let (source, copy) = try world()
    let order = TargetRoundTripTests.dictionaries + TargetRoundTripTests.streams
    let text = try await Tap(source).run(order).outcome.stdout
    let target = try Target(copy, Target.killed)
    for (round, hold) in ["slow=600s-per-kB", "hang=600s", "slow=600s-per-kB", "hang=600s"].enumerated() {
      copy.server.resetStatistics()
      try copy.server.setFaults("\(hold),after=\(20 + 30 * round)")
      let process = try target.start(stdin: text)
      #expect(await eventually { copy.server.statistics.requests >= 20 + 30 * round })
      process.send(9)
      _ = await process.outcome()
    }
    try copy.server.setFaults("")
    try await target.run(text: text).expectHealthy()
    expectCopy(of: source, in: copy)
  }

  @Test func `a copy whose answers all get lost is complete all the same`() async throws {
    let (source, copy) = try world()
    let text = try await Tap(source).run(TargetRoundTripTests.dictionaries + TargetRoundTripTests.streams)
      .outcome.stdout
    try copy.server.setFaults(TargetCrashTests.creating("reset-after-processing"))
    let target = try Target(copy)
    try await target.run(text: text).expectHealthy()
    expectCopy(of: source, in: copy)
  }

  @Test func `memory stays flat however many records come`() async throws {
    let sandbox = try startEmptySandbox()
    let block: JSONValue = ["path": "/sandbox_collection/rows/", "batch_size": 500]
    let target = try Target(sandbox, ["streams": ["rows": block]])
    let filler = String(repeating: "0123456789", count: 40)
    func peak(_ count: Int) async throws -> Double {
      let records = (0..<count).map { Message.record("rows", ["id": .int($0), "text": .string(filler)]) }
      let input = try target.directory.write(
        ([.schema("rows")] + records + [.state(1)]).text, to: "rows.singer")
      let config = try target.directory.write(JSONValue.object(target.config).compact, to: "config.json")
      let script = Peer.root.appendingPathComponent("Tests/Scripts/measure.py").path
      let measured = try await runProcess(
        "/usr/bin/env",
        ["python3", script, "target-close", product("target-close"), "--config", config, "--input", input])
      let result = try JSONValue(parsing: measured.stdout)
      #expect(result["status"] == 0)
      return result["memory_mib"]?.double ?? .infinity
    }
    let (few, many) = (try await peak(2_000), try await peak(15_000))
    #expect(many < 64 && many - few < 25, "\(few) MiB, \(many) MiB")
    #expect(try sandbox.rows("rows").count == 15_000)
  }
}

extension RunningSandbox where API == Organisation {
  /// The objects of a resource in words: every id is replaced by the name of what it points to, sorted.
  fileprivate func named(_ resource: String) -> [String] {
    var names: [String: String] = [:]
    let fieldKinds = ["lead", "contact", "opportunity", "shared"].map { "custom_field/\($0)" }
    for kind in ["lead", "contact", "user"] + fieldKinds {
      for object in objects(kind) {
        let fullName = "\(object["first_name"]?.string ?? "") \(object["last_name"]?.string ?? "")"
        names[object["id"]?.string ?? ""] =
          object["display_name"]?.string ?? object["name"]?.string ?? fullName
      }
    }
    func words(_ value: JSONValue) -> JSONValue {
      if let text = value.string { return .string(names[text] ?? text) }
      return value.array.map { .array($0.map(words)) } ?? value
    }
    let fields = TargetRoundTripTests.compared[resource] ?? []
    return objects(resource).filter {
      ["lead", "outgoing_call"].contains($0["_type"]?.string) || resource != "task"
    }
    .map { object in
      var text = fields.map { "\($0)=\(words(object[$0] ?? nil).compact)" }
      for (name, value) in object where name.hasPrefix("custom.") && !value.isNull {
        text.append("\(names[String(name.dropFirst(7))] ?? name)=\(words(value).compact)")
      }
      // Close keeps a note in two forms, and they do not agree on blank lines.
      return text.sorted().joined(separator: " ").replacing("\\n\\n", with: "\\n")
    }.sorted()
  }
}

extension TargetRoundTripTests {
  /// What must be the same in the copy.
  fileprivate static let compared = [
    "lead": ["name", "status_label", "description", "url", "date_created"],
    "contact": ["lead_id", "name", "title", "date_created", "created_by"],
    "opportunity": [
      "lead_id", "contact_id", "user_id", "status_label", "pipeline_name", "value", "value_period",
      "confidence",
      "note", "date_won", "date_created",
    ],
    "task": ["lead_id", "_type", "text", "date", "is_complete", "assigned_to", "date_created"],
    "activity/note": ["lead_id", "contact_id", "user_id", "note", "date_created"],
    "activity/call": [
      "lead_id", "contact_id", "user_id", "direction", "duration", "note", "status", "date_created",
    ],
    "activity/email": [
      "lead_id", "contact_id", "user_id", "subject", "body_text", "to", "status", "date_created",
    ],
    "activity/sms": ["lead_id", "contact_id", "text", "status", "date_created"],
  ]
}
