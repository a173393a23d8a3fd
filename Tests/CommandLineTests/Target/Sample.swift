import CloseSandbox
import JSONBytes
import TestSupport
import Testing

/// A small CRM as a warehouse would send it: keys of its own, children before and after their parents.
enum Sample {
  static let streams = ["leads", "contacts", "opportunities", "tasks", "notes", "calls"]
  /// How many objects of each resource it becomes.
  static let counts = [
    "lead": 2, "contact": 3, "opportunity": 2, "task": 2, "activity/note": 2, "activity/call": 1,
  ]

  static let messages: [Message] =
    streams.map { .schema($0) } + [
      .record("contacts", contact("C1", "L1", "Ann Acme")),
      .record("leads", ["id": "L1", "name": "Acme", "status_label": "Qualified", "url": "acme.com"]),
      .record("leads", ["id": "L2", "name": "Bolt", "description": "nuts", "custom.Source": "Referral"]),
      .state(["bookmark": 1]),
      .record("contacts", contact("C2", "L2", "Bob Bolt")),
      .record("contacts", contact("C3", "L2", "Ben Bolt")),
      .record("opportunities", ["id": 1, "lead_id": "L1", "value": 5000, "status_label": "Proposal Sent"]),
      .record("opportunities", ["id": 2, "lead_id": "L2", "contact_id": "C3", "value": "700"]),
      .record("tasks", ["id": "T1", "lead_id": "L1", "text": "call back", "date": "2026-12-01"]),
      .record(
        "tasks", ["id": "T2", "lead_id": "L2", "text": "send offer", "assigned_to_name": "Ana García"]),
      .record("notes", ["id": "N1", "lead_id": "L1", "note": "likes blue"]),
      .record("notes", ["id": "N2", "lead_id": "L2", "note": "likes red"]),
      .record(
        "calls",
        [
          "id": "P1", "lead_id": "L2", "contact_id": "C2", "direction": "inbound", "duration": 65,
          "phone": "+16505551234", "note": "long talk",
        ]),
      .state(["bookmark": 2]),
    ]

  static func contact(_ id: String, _ lead: String, _ name: String) -> JSONObject {
    let address = name.lowercased().replacing(" ", with: "@") + ".com"
    return [
      "id": .string(id), "lead_id": .string(lead), "name": .string(name),
      "emails": [["email": .string(address), "type": "office"]],
    ]
  }
}

extension Sample {
  /// Checks that each of its objects is there, once.
  static func expect(
    in sandbox: RunningSandbox<Organisation>, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (resource, count) in counts {
      #expect(sandbox.count(resource) == count, "\(resource)", sourceLocation: sourceLocation)
    }
  }

  /// Runs it to its end, without faults, and once more; Close must hold each of its objects once.
  static func expectCompletion(
    by target: Target, in sandbox: RunningSandbox<Organisation>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try sandbox.server.setFaults("")
    let rerun = try await target.run(messages)
    rerun.expectHealthy(sourceLocation: sourceLocation)
    #expect(rerun.output.last == ["bookmark": 2], sourceLocation: sourceLocation)
    expect(in: sandbox, sourceLocation: sourceLocation)
    sandbox.server.resetStatistics()
    try await target.run(messages).expectHealthy(sourceLocation: sourceLocation)
    #expect(sandbox.writes.isEmpty, sourceLocation: sourceLocation)
  }
}
