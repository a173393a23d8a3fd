import CloseSandbox
import Foundation
import JSONBytes
import TestSupport
import Testing

/// The files the target keeps between its runs.
@Suite("target-close: journal and dead letters on the disk")
struct TargetJournalTests {
  @Test func `a second process on the same journal refuses to run`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let first = try target.start()
    first.write(Sample.messages.text)
    #expect(await first.nextLine() != nil)
    let second = try await target.run(Sample.messages)
    second.expectEnd(
      2, ["another target-close is using the journal", target.directory.file("journal.jsonl")])
    #expect(second.output.isEmpty)
    // A plan only reads it.
    #expect(try await target.run(Sample.messages, arguments: ["--dry-run"]).exit == 0)
    first.closeInput()
    TargetRun(await first.outcome()).expectHealthy()
    Sample.expect(in: sandbox)
    try await Sample.expectCompletion(by: target, in: sandbox)
  }

  @Test func `a journal of another organisation, or a damaged one, is refused`() async throws {
    let (sandbox, other) = (try startEmptySandbox(), try startEmptySandbox(organisation: { $0.seed = 7 }))
    let target = try Target(sandbox)
    try await target.run(Sample.messages).expectHealthy()
    let elsewhere: JSONObject = ["base_url": .string(other.baseURL), "api_key": .string(other.apiKey)]
    let run = try await target.run(Sample.messages, config: elsewhere)
    run.expectEnd(2, ["the journal belongs to organisation \(sandbox.api.organizationID)", "journal_path"])
    #expect(other.writes.isEmpty && run.output.isEmpty)

    let lines = try target.directory.read("journal.jsonl").split(separator: "\n")
    try target.directory.write(
      lines[..<4].joined(separator: "\n") + "\n{\"id\":\n" + lines[4...].joined(separator: "\n"),
      to: "journal.jsonl")
    let damaged = try await target.run(Sample.messages)
    damaged.expectEnd(2, ["journal.jsonl: line 5", "damaged"])
    // A last line that a crash has cut off is another matter.
    try target.directory.write(
      lines.dropLast().joined(separator: "\n") + "\n" + lines[lines.count - 1].dropLast(9),
      to: "journal.jsonl")
    try await Sample.expectCompletion(by: target, in: sandbox)
  }

  @Test func `it makes the directories it needs, and files that only their owner can read`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let folder = target.directory.file("state/of/it")
    let paths: JSONObject = [
      "journal_path": .string("\(folder)/journal.jsonl"),
      "dead_letter_path": .string("\(folder)/dead/letters.jsonl"),
    ]
    let bad = Message.record("leads", ["id": "X", "name": "x", "status": "Gone"])
    #expect(try await target.run(Sample.messages + [bad], config: paths).exit == 1)
    for name in ["journal.jsonl", "dead/letters.jsonl"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
    }
  }

  @Test func `a record that can neither be written nor kept ends the run before its state`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox, ["dead_letter_path": "/dev/full"])
    let bad = Message.record("leads", ["id": "X", "name": "x", "status": "Gone"])
    let run = try await target.run([
      .schema("leads"), .record("leads", ["id": "A"]), .state(1), bad, .state(2),
    ])
    run.expectEnd(1, ["/dev/full", "No space left"])
    #expect(!run.output.contains(2))
  }

  @Test(arguments: ["journal_path", "response_log"])
  func `a file that cannot be opened ends the run before anything is written`(setting: String) async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let run = try await target.run(
      Sample.messages, config: JSONObject([(setting, .string(target.directory.path))]))
    run.expectEnd(1, [target.directory.path, "directory"])
    #expect(run.output.isEmpty && sandbox.writes.isEmpty)
  }

  @Test(arguments: ["hang=600s", "slow=600s-per-kB"])
  func `dead letters outlive a kill while they are tried again, and none is written twice`(hold: String)
    async throws
  {
    let sandbox = try startEmptySandbox(server: { $0.faults = "status=400,method=POST,path=lead/" })
    let target = try Target(sandbox, Target.killed.merging(["concurrency": 1]))
    let leads = (1...6).map { Message.record("leads", ["id": .int($0), "name": .string("Lead \($0)")]) }
    #expect(try await target.run([.schema("leads")] + leads).exit == 1)
    let letters = try target.deadLetters
    #expect(letters.count == 6)
    for answers in [1, 2] {
      try sandbox.server.setFaults("\(hold),method=POST,path=lead/,after=\(answers)")
      sandbox.server.resetStatistics()
      let process = try target.start(arguments: ["--replay", target.directory.file("dead.jsonl")])
      let wanted = hold.hasPrefix("hang") ? answers : answers + 1
      #expect(await eventually { sandbox.writes.count >= wanted })
      process.send(9)
      _ = await process.outcome()
      #expect(try target.deadLetters == letters)
    }
    try sandbox.server.setFaults("")
    try await target.run(arguments: ["--replay", target.directory.file("dead.jsonl")]).expectHealthy()
    #expect(try target.deadLetters.isEmpty)
    #expect(Set(sandbox.objects("lead").map { $0["name"] }).count == 6 && sandbox.count("lead") == 6)
  }

  @Test func `nothing it keeps or says holds the key`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(sandbox)
    let log = target.directory.file("answers.jsonl")
    let bad = Message.record("leads", ["id": "X", "name": "x", "url": "http://"])
    let run = try await target.run(Sample.messages + [bad], config: ["response_log": .string(log)])
    #expect(run.exit == 1)
    #expect(!(run.outcome.stdout + run.outcome.stderr).contains(sandbox.apiKey))
    for name in ["journal.jsonl", "dead.jsonl", "answers.jsonl"] {
      #expect(try !target.directory.read(name).contains(sandbox.apiKey), "\(name)")
    }
  }

  @Test func `a journal that has grown is made short, and knows as much as before`() async throws {
    let sandbox = try startEmptySandbox()
    let target = try Target(
      sandbox, ["streams": ["rows": ["path": "/sandbox_collection/rows/{id}/", "method": "PUT"]]])
    func rows(_ value: Int) -> [Message] {
      [.schema("rows")] + (0..<400).map { .record("rows", ["id": .int($0), "n": .int(value)]) }
    }
    for value in 0..<5 { try await target.run(rows(value)).expectHealthy() }
    let before = try target.directory.read("journal.jsonl").count
    sandbox.server.resetStatistics()
    try await target.run(rows(4)).expectHealthy()
    #expect(sandbox.writes.isEmpty)
    #expect(try target.directory.read("journal.jsonl").count < before / 2)
    try await target.run(rows(5)).expectHealthy()
    #expect(
      try sandbox.rows("rows").allSatisfy { $0["values"]?["n"] == 5 } && sandbox.rows("rows").count == 400)
  }
}
