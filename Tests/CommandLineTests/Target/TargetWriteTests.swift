import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// What the main job leaves behind in Close and on standard output.
@Suite("target-close: writing")
struct TargetWriteTests {
  @Test func `records of every kind become objects under the right lead`() async throws {
    let sandbox = try startEmptySandbox()
    let run = try await Target(sandbox).run(Sample.messages)
    run.expectHealthy()
    #expect(run.output.last == ["bookmark": 2])
    for (resource, count) in Sample.counts { #expect(sandbox.count(resource) == count, "\(resource)") }

    let leads = Dictionary(uniqueKeysWithValues: sandbox.objects("lead").map { ($0["name"] ?? nil, $0) })
    let (acme, bolt) = (try #require(leads["Acme"]), try #require(leads["Bolt"]))
    #expect(acme["status_label"] == "Qualified" && acme["url"] == "http://acme.com")
    #expect(bolt["status_label"] == "Potential" && bolt["description"] == "nuts")
    #expect(bolt.contains { $0.key.hasPrefix("custom.cf_") && $0.value == "Referral" })
    func lead(_ resource: String, _ field: String, _ value: JSONValue) -> JSONValue? {
      sandbox.objects(resource).first { $0[field] == value }?["lead_id"]
    }
    #expect(lead("contact", "name", "Ann Acme") == acme["id"])
    #expect(lead("contact", "name", "Ben Bolt") == bolt["id"])
    #expect(lead("opportunity", "status_label", "Proposal Sent") == acme["id"])
    #expect(lead("task", "text", "send offer") == bolt["id"])
    #expect(lead("activity/note", "note", "likes blue") == acme["id"])
    #expect(lead("activity/call", "note", "long talk") == bolt["id"])
    let ben = sandbox.objects("contact").first { $0["name"] == "Ben Bolt" }?["id"]
    #expect(sandbox.objects("opportunity").first { $0["value"] == 700 }?["contact_id"] == ben)
    #expect(sandbox.objects("task").first { $0["text"] == "send offer" }?["assigned_to_name"] == "Ana García")
  }

  @Test func `the same input again sends no write and relays its last state`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    try await target.run(Sample.messages).expectHealthy()
    for _ in 1...2 {
      sandbox.server.resetStatistics()
      let again = try await target.run(Sample.messages)
      again.expectHealthy()
      #expect(again.output.last == ["bookmark": 2])
      #expect(sandbox.writes.isEmpty)
      // The journal alone tells that nothing has changed.
      #expect(sandbox.server.statistics.requests == 1)
    }
  }

  @Test func `without its journal it recognises what is there by the match keys`() async throws {
    let sandbox = try startEmptySandbox()
    let streams: JSONObject = ["streams": ["leads": ["match": "name"], "contacts": ["match": "email"]]]
    let input = Sample.messages.filter { !$0.line.contains("_id\":\"L") || $0.line.contains("contacts") }
    try await Target(sandbox, streams).run(input).expectHealthy()
    sandbox.server.resetStatistics()
    let other = try await Target(sandbox, streams).run(input)
    other.expectHealthy()
    #expect(sandbox.writes.isEmpty)
    #expect(sandbox.count("lead") == 2 && sandbox.count("contact") == 3)
  }

  @Test func `an update sends only what differs, by PUT once PATCH has been refused`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["concurrency": 1])
    let schema = Message.schema("leads")
    let names = (1...3).map { "Lead \($0)" }
    func leads(_ change: JSONObject) -> [Message] {
      names.map { name in
        let lead: JSONObject = [
          "id": .string(name), "name": .string(name), "description": "old", "url": "a.com",
        ]
        return .record("leads", lead.merging(change))
      }
    }
    try await target.run([schema] + leads([:])).expectHealthy()
    sandbox.server.resetStatistics()
    let run = try await target.run([schema] + leads(["description": "new"]))
    run.expectHealthy()
    let updates = sandbox.writes
    #expect(updates.map(\.status) == [405, 200, 200, 200])
    #expect(updates.map(\.method) == ["PATCH", "PUT", "PUT", "PUT"])
    #expect(updates.allSatisfy { $0.json == ["description": "new"] })
    #expect(
      run.log.filter { $0.contains("PATCH") } == [
        "INFO Close answers 405 to PATCH; updates go by PUT from here on"
      ])
    #expect(sandbox.objects("lead").allSatisfy { $0["description"] == "new" && $0["url"] == "http://a.com" })

    sandbox.server.resetStatistics()
    try await target.run([schema] + leads(["description": "newer"]), config: ["update_method": "put"])
      .expectHealthy()
    #expect(sandbox.writes.map(\.method) == ["PUT", "PUT", "PUT"])
    sandbox.server.resetStatistics()
    let pinned = try await target.run(
      [schema] + leads(["description": "no"]), config: ["update_method": "patch"])
    pinned.expectEnd(1, ["3 of 3 records could not be written", "405"])
    #expect(sandbox.writes.allSatisfy { $0.method == "PATCH" })
  }

  @Test func `a state comes as soon as everything before it is in Close, and not before`() async throws {
    let gate = Gate()
    let sandbox = try startEmptySandbox(server: {
      $0.onRequest = { request, _ in
        if request.method == "POST", String(decoding: request.body, as: UTF8.self).contains("slow") {
          gate.wait()
        }
      }
    })
    let target = try Target(sandbox)
    let process = try target.start()
    process.write(
      [
        .schema("leads"), .state(0), .record("leads", ["id": 1, "name": "quick"]),
        .record("leads", ["id": 2, "name": "slow"]), .state(1),
        .record("leads", ["id": 3, "name": "quick too"]),
        .state(2),
      ].text)
    #expect(await process.nextLine() == "0")
    #expect(await eventually { sandbox.count("lead") == 2 && sandbox.server.statistics.inFlight == 1 })
    gate.open()
    // The first of them says less, and goes out only when the third lead's answer takes its time.
    var line = await process.nextLine()
    if line == "1" { line = await process.nextLine() }
    #expect(line == "2")
    #expect(sandbox.count("lead") == 3)
    process.write([.record("leads", ["id": 4, "name": "last"]), .state(3)].text)
    #expect(await process.nextLine() == "3")
    #expect(sandbox.count("lead") == 4)
    process.closeInput()
    let run = TargetRun(await process.outcome())
    run.expectHealthy()
    #expect(run.output.filter { $0 != 1 } == [0, 2, 3], "\(run.log)")
  }

  @Test func `streams nobody knows are skipped with one warning each, and their states relayed`() async throws
  {
    let sandbox = try startEmptySandbox()
    // What `meltano config test` sends.
    let run = try await Target(sandbox).run([
      .schema("meltano_test_stream", properties: ["id": ["type": "integer"], "name": ["type": "string"]]),
      .record("meltano_test_stream", ["id": 1, "name": "x", "created_at": "2024-01-01T00:00:00Z"]),
      .schema("meltano_test_stream"), .record("meltano_test_stream", ["id": 2]),
      .raw(#"{"type": "ACTIVATE_VERSION", "stream": "meltano_test_stream", "version": 1}"#),
      .state(["bookmarks": ["meltano_test_stream": [:]]]),
    ])
    run.expectHealthy()
    #expect(run.output == [["bookmarks": ["meltano_test_stream": [:]]]])
    #expect(run.warnings.count == 1 && run.warnings[0].contains("stream meltano_test_stream is skipped"))
    #expect(sandbox.writes.isEmpty)
  }
}
