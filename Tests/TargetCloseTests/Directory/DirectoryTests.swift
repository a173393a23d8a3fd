import CloseConnection
import JSONBytes
import Testing

@testable import TargetClose

@Suite("A name is looked up")
struct DirectoryTests {
  private static let directory: Directory = {
    var directory = Directory()
    directory.add(
      [
        Directory.Entry(id: "user_1", names: ["Ann Miller", "ann@x.com"]),
        Directory.Entry(id: "user_2", names: ["ann miller"]), Directory.Entry(id: "user_3", names: ["Bob"]),
        Directory.Entry(id: "user_4", names: ["BOB "]), Directory.Entry(id: "user_5", names: ["Zoe", "Bob"]),
      ], to: .users)
    directory.add(
      [
        Directory.Entry(id: "stat_1", names: ["Open"], group: "pipe_1"),
        Directory.Entry(id: "stat_2", names: ["Open"], group: "pipe_2"),
        Directory.Entry(id: "stat_3", names: ["Won"], group: "pipe_2"),
      ], to: .opportunityStatuses)
    return directory
  }()

  @Test(
    "by id, by name, then by name in another case",
    arguments: [
      ("user_3", Directory.Finding.found("user_3")), ("Ann Miller", .found("user_1")),
      ("ann miller", .found("user_2")),
      ("ANN MILLER", .ambiguous), ("Ann@X.com", .found("user_1")), ("Bob", .ambiguous),
      ("zoe", .found("user_5")),
      ("user_9", .unknown), ("", .unknown),
    ])
  func users(text: String, finding: Directory.Finding) {
    #expect(Self.directory.find(text, in: .users) == finding)
  }

  @Test(
    "in a pipeline, else in the first that has it",
    arguments: [
      ("Open", nil, Directory.Finding.found("stat_1")), ("Open", "pipe_2", .found("stat_2")),
      ("Won", "pipe_1", .unknown),
      ("Won", nil, .found("stat_3")), ("stat_3", "pipe_1", .found("stat_3")),
      ("open", "pipe_2", .found("stat_2")),
    ] as [(String, String?, Directory.Finding)])
  func statuses(text: String, group: String?, finding: Directory.Finding) {
    #expect(Self.directory.find(text, in: .opportunityStatuses, group: group) == finding)
  }

  @Test func `in a table nobody has read is not there`() {
    #expect(Self.directory.find("x", in: .pipelines) == .unknown)
    #expect(!Self.directory.has(.pipelines))
    #expect(Self.directory.names(in: .users).first == "Ann Miller")
  }

  @Test func `once in a run, and only when something asks`() async throws {
    let close = FakeClose()
    let target = try TargetHarness(close)
    _ = try await target.write(
      [schema("leads", key: "id")]
        + (1...20).map { record("leads", ["id": .int($0), "status_label": "Hot", "custom.Size": .int($0)]) })
    #expect(close.calls.count { $0.path == "status/lead/" } == 1)
    #expect(close.calls.count { $0.path == "custom_field_schema/lead/" } == 1)
    #expect(!close.calls.contains { $0.path == "user/" || $0.path == "pipeline/" })
  }
}

@Suite("What a record points to")
struct ParentRuleTests {
  /// The value, the id known for it, whether the record is foreign, the rule.
  static let table: [(String, String?, Bool?, ParentRule)] = [
    ("17", "lead_1", nil, .use("lead_1")), ("lead_far", "lead_1", true, .use("lead_1")),
    ("lead_a", "lead_1", false, .use("lead_1")), ("lead_a", nil, false, .use("lead_a")),
    ("lead_a", nil, nil, .ask("lead_a")), ("17", nil, nil, .wait), ("lead_", nil, nil, .wait),
    ("cont_a", nil, nil, .wait), ("lead_a", nil, true, .wait),
  ]

  @Test("is used, asked for or waited for", arguments: table)
  func rule(value: String, known: String?, isForeign: Bool?, rule: ParentRule) {
    #expect(ParentRule(value, known: known, isForeign: isForeign, resource: .lead) == rule)
  }
}
