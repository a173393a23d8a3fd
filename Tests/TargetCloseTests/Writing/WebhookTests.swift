import Foundation
import JSONBytes
import Singer
import TestSupport
import Testing

@testable import TargetClose

@Suite("The response webhook")
struct WebhookTests {
  private static let url = "https://hooks.example.com/close"

  /// What is posted of `count` lines, and the log.
  private func post(_ count: Int, _ close: FakeClose) async throws -> (posts: [FakeClose.Call], log: [String])
  {
    let directory = try TemporaryDirectory()
    let file = unsafe open(try directory.write("", to: "log.txt"), O_WRONLY)
    defer { Foundation.close(file) }
    let log = Log(program: "target-close", console: Console(descriptor: file, isTerminal: false))
    let webhook = Webhook(Self.url, transport: close, log: log)
    for number in 1...count { webhook.post(["line": .int(number)]) }
    webhook.finish()
    await webhook.run()
    return (close.calls, try directory.read("log.txt").split(separator: "\n").map(String.init))
  }

  @Test func `gets every line, in order, and no key`() async throws {
    let (posts, log) = try await post(20, FakeClose())
    #expect(posts.map { $0.body["line"] } == (1...20).map { .int($0) })
    #expect(posts.allSatisfy { $0.description == "POST \(Self.url)" && $0.headers["authorization"] == nil })
    #expect(log.isEmpty)
  }

  @Test("is given up after five failures in a row", arguments: [FakeClose.Fault.status(500, ""), .lost])
  func givenUp(_ fault: FakeClose.Fault) async throws {
    let close = FakeClose()
    close.fail { _, _ in fault }
    let (posts, log) = try await post(20, close)
    #expect(posts.count == 5)
    #expect(log.count == 2)
    #expect(log.last?.contains("the response webhook is given up") == true)
  }

  @Test func `is not given up for failures with answers between them`() async throws {
    let close = FakeClose()
    close.fail { _, number in number.isMultiple(of: 3) ? nil : .status(500, "") }
    let (posts, _) = try await post(20, close)
    #expect(posts.count == 20)
  }

  @Test(
    "is refused before anything is sent when it cannot be posted to",
    arguments: ["hooks", "/close", "ftp://x.com", "http://x.com/", "https://", "https://me:secret@x.com/"])
  func refused(url: String) async throws {
    let close = FakeClose()
    let outcome = try await TargetHarness(close, ["response_webhook": .string(url)]).write(schema("leads"))
    #expect(outcome.exit == 2)
    #expect(outcome.log.last?.contains("\"response_webhook\" is of no use") == true)
    #expect(!outcome.log.joined().contains("secret"))
    #expect(close.calls.isEmpty)
  }

  @Test func `neither holds up a run nor ends it`() async throws {
    let close = FakeClose()
    close.fail { call, _ in call.path == Self.url ? .status(500, "") : nil }
    let target = try TargetHarness(close, ["response_webhook": .string(Self.url)])
    let records = (1...20).map { record("leads", ["id": .int($0), "name": "A"]) }
    let outcome = try await target.write([schema("leads", key: "id")] + records + [state(1)])
    #expect(outcome.exit == 0)
    #expect(outcome.output == [1])
    #expect(close.objects("lead").count == 20)
    #expect(close.calls.count { $0.path == Self.url } <= 5)
  }
}
