import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// People and their companies in one record, and leads that bring their contacts along.
@Suite("target-close: people with their companies")
struct TargetContactAndLeadTests {
  private static let streams: JSONObject = [
    "identify": [
      "action": "contact_and_lead", "lead_custom_field_id_for_company_id": "External ID",
      "contact_custom_field_id_for_user_id": "User ID",
    ]
  ]

  private static func person(_ user: String, _ company: String, _ more: JSONObject = [:]) -> Message {
    let record: JSONObject = [
      "messageId": .string("\(user)-\(company)"), "lead_external_id": .string(company),
      "lead_name": .string("Company \(company)"), "contact_external_id": .string(user),
      "contact_name": .string("Person \(user)"), "contact_email": .string("\(user)@\(company).com"),
    ]
    return .record("identify", record.merging(more))
  }

  private static let input: [Message] = [
    .schema("identify", keys: ["messageId"]), person("u1", "c1"), person("u2", "c1"), person("u3", "c2"),
    .state(1),
  ]

  private func expectPeople(
    in sandbox: RunningSandbox<Organisation>, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      sandbox.objects("lead").map { $0["name"]?.string ?? "" }.sorted() == ["Company c1", "Company c2"],
      sourceLocation: sourceLocation)
    let leads = Dictionary(
      uniqueKeysWithValues: sandbox.objects("lead").map { ($0["id"]?.string ?? "", $0["name"]?.string ?? "") }
    )
    let people = sandbox.objects("contact").map {
      "\($0["name"]?.string ?? "") of \(leads[$0["lead_id"]?.string ?? ""] ?? "")"
    }
    #expect(
      people.sorted() == ["Person u1 of Company c1", "Person u2 of Company c1", "Person u3 of Company c2"],
      sourceLocation: sourceLocation)
  }

  @Test func `a company becomes a lead once, and each of its people a contact of it`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["streams": .object(TargetContactAndLeadTests.streams)])
    let run = try await target.run(TargetContactAndLeadTests.input)
    run.expectHealthy()
    #expect(run.output == [1])
    expectPeople(in: sandbox)
    // Another journal finds them by the custom fields.
    let other = try Target(sandbox, ["streams": .object(TargetContactAndLeadTests.streams)])
    for again in [target, other] {
      sandbox.server.resetStatistics()
      try await again.run(TargetContactAndLeadTests.input).expectHealthy()
      #expect(sandbox.writes.isEmpty)
    }
    // A new address is added to the old one.
    try await other.run([
      TargetContactAndLeadTests.input[0],
      TargetContactAndLeadTests.person("u1", "c1", ["messageId": "m9", "contact_email": "second@c1.com"]),
    ]).expectHealthy()
    expectPeople(in: sandbox)
    let ann = try #require(sandbox.objects("contact").first { $0["name"] == "Person u1" })
    #expect(ann["emails"]?.array?.compactMap { $0["email"]?.string } == ["u1@c1.com", "second@c1.com"])
  }

  /// Kills a target once so many requests have been answered and the next one is held up.
  private func kill(
    _ process: RunningProcess, of sandbox: RunningSandbox<Organisation>, after answers: Int
  ) async throws {
    let isHeld = await eventually {
      let statistics = sandbox.server.statistics
      return statistics.requests > answers || (statistics.requests == answers && statistics.inFlight > 0)
    }
    #expect(isHeld)
    process.send(9)
    _ = await process.outcome()
    try sandbox.server.setFaults("")
  }

  @Test(arguments: ["hang=600s", "slow=600s-per-kB"], Array(0..<14))
  func `killed between any request and its answer, it doubles neither people nor companies`(
    hold: String, answers: Int
  ) async throws {
    let sandbox = try startEmptySandbox(server: { $0.faults = "\(hold),after=\(answers)" })
    let config: JSONObject = ["streams": .object(TargetContactAndLeadTests.streams), "concurrency": 2]
    let target = try Target(sandbox, Target.killed.merging(config))
    let process = try target.start(stdin: TargetContactAndLeadTests.input.text)
    try await kill(process, of: sandbox, after: answers)
    try await target.run(TargetContactAndLeadTests.input).expectHealthy()
    expectPeople(in: sandbox)
  }

  // MARK: Leads with contacts in them

  private static let nested: [Message] = [
    .schema("leads"),
    .record(
      "leads",
      [
        "id": "L1", "name": "Acme",
        "contacts": [
          ["id": "C1", "name": "Ann", "emails": [["email": "ann@acme.com"]]], ["id": "C2", "name": "Bob"],
        ],
      ]),
    .record("leads", ["id": "L2", "name": "Bolt", "contacts": [["id": "C3", "name": "Cid"]]]), .state(1),
  ]

  @Test(arguments: ["hang=600s", "slow=600s-per-kB"], Array(0..<5))
  func `killed while a lead is created with its contacts, it creates neither twice`(
    hold: String, answers: Int
  )
    async throws
  {
    let sandbox = try startEmptySandbox(server: { $0.faults = "\(hold),after=\(answers)" })
    let target = try Target(sandbox, Target.killed)
    let process = try target.start(stdin: TargetContactAndLeadTests.nested.text)
    try await kill(process, of: sandbox, after: answers)
    // The contacts come as a stream of their own as well.
    let contacts: [Message] = [
      .schema("contacts"), .record("contacts", ["id": "C1", "lead_id": "L1", "name": "Ann", "title": "CEO"]),
      .record("contacts", ["id": "C3", "lead_id": "L2", "name": "Cid"]),
    ]
    try await target.run(TargetContactAndLeadTests.nested).expectHealthy()
    try await target.run(TargetContactAndLeadTests.nested + contacts).expectHealthy()
    #expect(sandbox.count("lead") == 2)
    #expect(sandbox.objects("contact").map { $0["name"]?.string ?? "" }.sorted() == ["Ann", "Bob", "Cid"])
    #expect(sandbox.objects("contact").first { $0["name"] == "Ann" }?["title"] == "CEO")
  }

  @Test func `nested contacts are left to the stream of contacts when there is one`() async throws {
    let sandbox = try startEmptySandbox()
    let input: [Message] =
      [.schema("contacts")] + TargetContactAndLeadTests.nested + [
        .record("contacts", ["id": "C1", "lead_id": "L1", "name": "Ann"])
      ]
    try await Target(sandbox).run(input).expectHealthy()
    #expect(sandbox.objects("contact").map { $0["name"] } == ["Ann"])
  }
}
