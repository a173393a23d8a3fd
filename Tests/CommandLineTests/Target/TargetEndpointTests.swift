import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// Any endpoint as the destination, here the collections that only the sandbox has.
@Suite("target-close: endpoints of one's choice")
struct TargetEndpointTests {
  private static let schema = Message.schema("rows")

  private static func row(_ id: JSONValue, _ fields: JSONObject = [:]) -> Message {
    .record("rows", (["id": id] as JSONObject).merging(fields))
  }

  /// A target whose stream `rows` goes by these settings.
  private func world(_ settings: JSONObject) throws -> (RunningSandbox<Organisation>, Target) {
    let sandbox = try startEmptySandbox()
    let block = (["path": "/sandbox_collection/rows/"] as JSONObject).merging(settings)
    return (sandbox, try Target(sandbox, ["streams": ["rows": .object(block)], "concurrency": 1]))
  }

  private func values(_ sandbox: RunningSandbox<Organisation>) throws -> [JSONValue] {
    try sandbox.rows("rows").map { $0["values"] ?? nil }
  }

  @Test func `each record is posted as it is, once, and changed where it was created`() async throws {
    let (sandbox, target) = try world([:])
    let texts = [
      #"{"id":0,"text":"Straße 😀 \"x\"\n"}"#,
      #"{"id":1,"number":12345678901234567890,"price":1.10,"list":[1,[2]],"object":{"a":null}}"#,
    ]
    let input =
      [TargetEndpointTests.schema]
      + texts.map { text in
        // Nulls say nothing, and what a tap adds about its own work is nobody else's business.
        let more = #","none":null,"_sdc_batched_at":"2024-01-01T00:00:00Z"}"#
        return .raw(#"{"type":"RECORD","stream":"rows","record":"# + text.dropLast() + more + "}")
      }
    let run = try await target.run(input + [.state(1)])
    run.expectHealthy()
    #expect(run.output == [1])
    #expect(Set(sandbox.writes.map { String(decoding: $0.body, as: UTF8.self) }) == Set(texts))
    #expect(try Set(values(sandbox).map(\.compact)) == Set(texts))
    sandbox.server.resetStatistics()
    try await target.run(input).expectHealthy()
    #expect(sandbox.writes.isEmpty)
    try await target.run([TargetEndpointTests.schema, TargetEndpointTests.row(0, ["text": "new"])])
      .expectHealthy()
    #expect(sandbox.writes.map(\.method) == ["PATCH", "PUT"])
    #expect(try values(sandbox).contains(["id": 0, "text": "new"]) && sandbox.rows("rows").count == 2)
  }

  @Test(arguments: ["7", "a b", "a?b=c&d#e", "100%", "Straße", "a:b@c,d+e", "..."])
  func `a path may hold fields of the record, whatever is in them`(key: String) async throws {
    let (sandbox, target) = try world(["path": "sandbox_collection/rows/{id}", "method": "put"])
    try await target.run([TargetEndpointTests.schema, TargetEndpointTests.row(.string(key), ["n": 1])])
      .expectHealthy()
    #expect(try sandbox.rows("rows") == [["id": .string(key), "values": ["id": .string(key), "n": 1]]])
  }

  @Test(arguments: ["..", ".", "a/b", "../lead", "/"])
  func `no field leads to another path`(key: String) async throws {
    let (sandbox, target) = try world(["path": "/sandbox_collection/rows/{id}/", "method": "PUT"])
    let run = try await target.run([TargetEndpointTests.schema, TargetEndpointTests.row(.string(key))])
    run.expectEnd(1, ["\"id\" cannot be a part of the path"])
    #expect(sandbox.writes.isEmpty)
  }

  @Test func `a body is built from the record, its values keeping their types`() async throws {
    let body: JSONValue = [
      "n": "{amount}", "text": "{name} has {amount}", "tags": ["{tag}", "fixed"],
      "nested": ["all": "{record}"],
      "gone": "{missing}", "literal": 15, "flag": "{flag}",
    ]
    let (sandbox, target) = try world(["body": body, "exclude": "secret"])
    let record: JSONObject = ["amount": 31, "name": "Ann", "tag": "x", "flag": false, "secret": "s"]
    try await target.run([TargetEndpointTests.schema, TargetEndpointTests.row(1, record)]).expectHealthy()
    let all: JSONValue = ["id": 1, "amount": 31, "name": "Ann", "tag": "x", "flag": false]
    #expect(
      try values(sandbox) == [
        [
          "n": 31, "text": "Ann has 31", "tags": ["x", "fixed"], "nested": ["all": all], "literal": 15,
          "flag": false,
        ]
      ])
    let lacking = try await target.run([
      TargetEndpointTests.schema, TargetEndpointTests.row(2, ["amount": 1]),
    ])
    lacking.expectEnd(1, ["\"name\", which \"{name} has {amount}\" needs, is missing"])
  }

  @Test func `fields are renamed, left out, added and cleared, and headers sent along`() async throws {
    let (sandbox, target) = try world([
      "fields": ["old": "new"], "exclude": ["secret", "id"],
      "constants": ["source": "erp", "kind": "default"],
      "nulls": "clear", "headers": ["X-Source": "erp", "X-Number": 7],
    ])
    let record: JSONObject = ["old": 1, "secret": "s", "kind": "own", "none": nil]
    try await target.run([TargetEndpointTests.schema, TargetEndpointTests.row(1, record)]).expectHealthy()
    #expect(try values(sandbox) == [["new": 1, "kind": "own", "none": nil, "source": "erp"]])
    let headers = try #require(sandbox.writes.first?.headers)
    #expect(headers["x-source"] == "erp" && headers["x-number"] == "7")
  }

  @Test func `records go in batches of a size, and only with their like`() async throws {
    let (sandbox, target) = try world(["batch_size": 3])
    let rows = (1...7).map { TargetEndpointTests.row(.int($0), ["group": .int($0 % 2)]) }
    let run = try await target.run([TargetEndpointTests.schema] + rows + [.state(7)])
    run.expectHealthy()
    #expect(run.output == [7])
    #expect(sandbox.writes.map { $0.json?.array?.count } == [3, 3, 1])
    #expect(try values(sandbox).compactMap { $0["id"]?.int }.sorted() == Array(1...7))

    let (other, grouped) = try world([
      "batch_size": 3, "group_by": ["group"], "body": ["group": "{group}", "rows": "{records}"],
    ])
    try await grouped.run([TargetEndpointTests.schema] + rows).expectHealthy()
    let bodies = other.writes.compactMap(\.json)
    #expect(bodies.count == 3)
    for body in bodies { #expect(body["rows"]?.array?.allSatisfy { $0["group"] == body["group"] } == true) }
    #expect(bodies.flatMap { $0["rows"]?.array ?? [] }.count == 7)
    for (server, again) in [(sandbox, target), (other, grouped)] {
      server.server.resetStatistics()
      try await again.run([TargetEndpointTests.schema] + rows).expectHealthy()
      #expect(server.writes.isEmpty)
    }
  }

  @Test func `a batch that waits for company goes out after a while`() async throws {
    let (sandbox, target) = try world(["batch_size": 100])
    let process = try target.start()
    process.write([TargetEndpointTests.schema, TargetEndpointTests.row(1), .state(1)].text)
    #expect(await process.nextLine() == "1")
    #expect(try sandbox.rows("rows").count == 1)
    process.closeInput()
    TargetRun(await process.outcome()).expectHealthy()
  }

  @Test func `a refused batch is kept record by record`() async throws {
    let (sandbox, target) = try world(["batch_size": 2])
    try sandbox.server.setFaults("status=400,method=POST,on=2")
    let rows = (1...5).map { TargetEndpointTests.row(.int($0)) }
    let run = try await target.run([TargetEndpointTests.schema] + rows + [.state(1)])
    run.expectEnd(1, ["2 of 5 records could not be written", "status 400"])
    let letters = try target.deadLetters
    #expect(letters.count == 2)
    let kept = Set(letters.compactMap { $0["record"]?["id"]?.int })
    #expect(Set(try values(sandbox).compactMap { $0["id"]?.int }) == Set(1...5).subtracting(kept))
    try await target.run(arguments: ["--replay", target.directory.file("dead.jsonl")]).expectHealthy()
    #expect(try sandbox.rows("rows").count == 5)
  }

  @Test(arguments: [0, 2])
  func `a write that may have been carried out is sent again only where that is allowed`(batch: Int)
    async throws
  {
    let (sandbox, target) = try world(batch > 0 ? ["batch_size": .int(batch)] : [:])
    try sandbox.server.setFaults("reset-after-processing,method=POST")
    let input = [TargetEndpointTests.schema] + (1...2).map { TargetEndpointTests.row(.int($0)) }
    let run = try await target.run(input)
    run.expectEnd(1, ["2 of 2 records could not be written", "may or may not have been"])
    #expect(try sandbox.rows("rows").count == 2)
    try sandbox.server.setFaults("")
    let again = try await target.run(input)
    again.expectEnd(1, ["an earlier attempt at", "repeatable"])
    #expect(try sandbox.rows("rows").count == 2)
    var block: JSONObject = ["path": "/sandbox_collection/rows/", "repeatable": true]
    if batch > 0 { block["batch_size"] = .int(batch) }
    try await target.run(input, config: ["streams": ["rows": .object(block)]]).expectHealthy()
    #expect(try sandbox.rows("rows").count == 4)
  }

  @Test(arguments: ["hang=600s", "slow=600s-per-kB"])
  func `killed in the middle of a batch, it never sends one again by itself`(hold: String) async throws {
    let (sandbox, target) = try world(["batch_size": 2])
    try sandbox.server.setFaults("\(hold),method=POST,after=1")
    let input = [TargetEndpointTests.schema] + (1...6).map { TargetEndpointTests.row(.int($0)) }
    let process = try target.start(stdin: input.text)
    let wanted = hold.hasPrefix("hang") ? 1 : 2
    #expect(
      await eventually { sandbox.writes.count == wanted && sandbox.server.statistics.inFlight == 2 - wanted })
    process.send(9)
    _ = await process.outcome()
    try sandbox.server.setFaults("")
    let run = try await target.run(input)
    run.expectEnd(1, [" of 6 records could not be written", "an earlier attempt at"])
    let ids = try values(sandbox).compactMap { $0["id"]?.int }
    #expect(ids.count == Set(ids).count)
    #expect(Set(ids).union(try target.deadLetters.compactMap { $0["record"]?["id"]?.int }) == Set(1...6))
  }

  @Test func `objects are deleted at their path, and missing ones are no trouble`() async throws {
    let (sandbox, target) = try world(["path": "/sandbox_collection/rows/{id}/", "method": "PUT"])
    let input = [TargetEndpointTests.schema, TargetEndpointTests.row("a"), TargetEndpointTests.row("b")]
    try await target.run(input).expectHealthy()
    let deleting: JSONObject = [
      "streams": ["rows": ["path": "/sandbox_collection/rows/{id}/", "method": "DELETE"]]
    ]
    try await target.run(
      [TargetEndpointTests.schema, input[1], TargetEndpointTests.row("c")], config: deleting
    )
    .expectHealthy()
    #expect(try sandbox.rows("rows").map { $0["id"] } == ["b"])
  }

  @Test func `endpoints of Close get the ids of what was written before, and the same care`() async throws {
    let sandbox = try startEmptySandbox()
    let streams: JSONObject = [
      "notes_of_erp": ["path": "/activity/note/", "body": ["lead_id": "{lead_id}", "note": "{text}"]],
      "mails": ["path": "/activity/email/"], "people": ["path": "/contact/"],
    ]
    let target = try Target(sandbox, ["streams": .object(streams)])
    let leads: [Message] = [.schema("leads"), .record("leads", ["id": "L1", "name": "Acme"])]
    try await target.run(leads).expectHealthy()
    let run = try await target.run([
      .schema("notes_of_erp"), .record("notes_of_erp", ["id": 1, "lead_id": "L1", "text": "hello"]),
      .schema("mails"), .record("mails", ["id": 1, "lead_id": "L1", "status": "outbox"]),
      .schema("people"), .record("people", ["id": 1, "name": "Nobody's"]),
    ])
    #expect(run.exit == 1)
    let note = try #require(sandbox.objects("activity/note").first)
    #expect(note["note"] == "hello" && note["lead_id"] == sandbox.objects("lead")[0]["id"])
    let reasons = try target.deadLetters.compactMap { $0["reason"]?.string }.sorted()
    #expect(reasons.count == 2)
    #expect(reasons[0].contains("\"lead_id\" is missing") && reasons[1].contains("allow_sending"))
    #expect(
      sandbox.count("activity/email") == 0 && sandbox.count("contact") == 0 && sandbox.count("lead") == 1)
  }
}
