import CloseAPI
import JSONBytes
import Singer
import TestSupport
import Testing

@testable import TargetClose

@Suite("The journal")
struct JournalTests {
  private let directory: TemporaryDirectory
  private let clock = TestClock()
  private let header = #"{"journal":1,"organization":"orga_here"}"# + "\n"

  init() throws { directory = try TemporaryDirectory() }

  private func open(writing: Bool = true, organisation: String = "orga_here") throws(SingerError) -> Journal {
    try Journal(
      directory.file("j"), organisation: organisation, writing: writing, searchLag: .seconds(60),
      now: { self.clock.date })
  }

  private func key(_ text: String, _ stream: String = "leads", role: String? = nil) -> JournalKey {
    JournalKey(stream: stream, key: RecordKey(text: text), role: role)
  }

  private func creation(_ name: String) -> Operation {
    Operation.creation(
      of: DesiredObject(resource: .lead, values: ["name": .string(name)], lists: ListPolicies()), reason: "")
  }

  private func intend(_ journal: Journal, _ name: String) throws -> JournalIntent {
    let operation = creation(name)
    let request = try #require(operation.request)
    return try journal.intend(operation, request, of: key(name))
  }

  @Test func `begins with the organisation it belongs to`() throws {
    _ = try open()
    #expect(try directory.read("j") == header)
    _ = try open()
    #expect(try directory.read("j") == header)
  }

  @Test func `knows after a restart what was written, and what may have been`() throws {
    var journal: Journal? = try open()
    let first = try intend(try #require(journal), "a")
    try journal?.note(
      JournalResult(
        key: key("a"), resource: "lead", id: "lead_1", content: Digest("c", "1"), intent: first.number))
    let voided = try intend(try #require(journal), "b")
    try journal?.void(voided)
    let left = try intend(try #require(journal), "c")
    try journal?.note(JournalResult(key: key("d"), resource: "lead", id: "lead_4"))
    try journal?.forget(key("d"))
    journal = nil
    let again = try open()
    #expect(again.openIntents == [left])
    #expect(again.openIntent(of: key("c")) == left)
    #expect(again.openIntent(of: key("a")) == nil)
    #expect(try again.id(of: RecordKey(text: "a"), resource: "lead") == "lead_1")
    #expect(try again.id(of: RecordKey(text: "d"), resource: "lead") == nil)
    #expect(again.isUnchanged(key("a"), Digest("c", "1")))
    #expect(!again.isUnchanged(key("a"), Digest("c", "2")))
    #expect(!again.isUnchanged(key("b"), Digest("c", "1")))
    #expect(again.count == 1)
    #expect(try intend(again, "e").number == left.number + 1)
  }

  @Test func `drops a last line that a crash cut off`() throws {
    try directory.write(
      header + #"{"id":"lead_1","stream":"leads","key":"a","resource":"lead"}"# + "\n{\"id\":\"lea", to: "j")
    let journal = try open()
    #expect(try journal.id(of: RecordKey(text: "a"), resource: "lead") == "lead_1")
    try journal.note(JournalResult(key: key("b"), resource: "lead", id: "lead_2"))
    #expect(try directory.read("j").split(separator: "\n").count == 3)
  }

  @Test func `only looks at it without writing`() throws {
    #expect(try open(writing: false).openIntents.isEmpty)
    #expect(directory.names.isEmpty)
    let text = header + #"{"void":1}"# + "\n{\"id\":\"lea"
    try directory.write(text, to: "j")
    let journal = try open(writing: false)
    try journal.note(JournalResult(key: key("b"), resource: "lead", id: "lead_2"))
    try journal.sync()
    #expect(try directory.read("j") == text)
    #expect(directory.names == ["j"])
  }

  @Test("names the line that is damaged", arguments: ["{\"id\":", "{}", "hello", ""])
  func damaged(_ line: String) throws {
    try directory.write(header + line + "\n" + #"{"void":1}"# + "\n", to: "j")
    let error = #expect(throws: SingerError.self) { try open() }
    #expect(error?.code == .file)
    #expect(error?.description.contains("line 2") == true)
    #expect(error?.description.contains("damaged") == true)
  }

  @Test func `of another organisation is not touched`() throws {
    try directory.write(header, to: "j")
    let error = #expect(throws: SingerError.self) { try open(organisation: "orga_there") }
    #expect(error?.code == .config)
    #expect(
      error?.description.contains("belongs to organisation orga_here, the API key to orga_there") == true)
    #expect(try directory.read("j") == header)
  }

  @Test func `that another process uses is left alone, but may be looked at`() throws {
    let journal = try open()
    let error = #expect(throws: SingerError.self) { try open() }
    #expect(error?.description.contains("another target-close is using the journal") == true)
    #expect(try open(writing: false).count == 0)
    try journal.note(JournalResult(key: key("a"), resource: "lead", id: "lead_1"))
  }

  @Test func `says the same in fewer lines when most of it is history`() throws {
    var journal: Journal? = try open()
    for round in 1...600 {
      for name in ["a", "b"] {
        let result = JournalResult(
          key: key(name), resource: "lead", id: "lead_\(name)", content: Digest("\(round)", ""))
        try journal?.note(result)
      }
    }
    let left = try intend(try #require(journal), "c")
    try journal?.note(JournalResult(key: key("a", "people", role: "lead"), resource: "lead", id: "lead_p"))
    journal = nil
    let again = try open()
    #expect(try directory.read("j").split(separator: "\n").count == 5)
    #expect(again.openIntents == [left])
    #expect(again.isUnchanged(key("a"), Digest("600", "")))
    #expect(try again.result(of: key("b"))?.id == "lead_b")
    #expect(try again.result(of: key("a", "people", role: "lead"))?.id == "lead_p")
    #expect(again.isClaimed("lead_a") && again.isClaimed("lead_p") && !again.isClaimed("lead_c"))
  }

  @Test func `is a map from keys to ids, by kind of object`() throws {
    let journal = try open()
    try journal.note(JournalResult(key: key("1", "leads"), resource: "lead", id: "lead_1"))
    try journal.note(JournalResult(key: key("1", "contacts"), resource: "contact", id: "cont_1"))
    try journal.note(JournalResult(key: key("2", "companies"), resource: "lead", id: "lead_2"))
    try journal.note(JournalResult(key: key("3", "leads"), resource: "lead", id: ""))
    #expect(try journal.id(of: RecordKey(text: "1"), resource: "lead") == "lead_1")
    #expect(try journal.id(of: RecordKey(text: "1"), resource: "contact") == "cont_1")
    #expect(try journal.id(of: RecordKey(text: "2"), resource: "lead") == "lead_2")
    #expect(try journal.id(of: RecordKey(text: "3"), resource: "lead") == nil)
    #expect(try journal.id(of: RecordKey(text: "1"), resource: "task") == nil)
    #expect(journal.hasRecords(of: "lead") && !journal.hasRecords(of: "task"))
  }

  @Test func `knows for a while by which values something was written`() throws {
    var journal: Journal? = try open()
    let token = MatchToken(resource: "contact", field: "email", value: "a@x.com")
    try journal?.note(JournalResult(key: key("1"), resource: "contact", id: "cont_1", tokens: [token]))
    try journal?.note(JournalResult(key: key("2"), resource: "contact", id: "cont_2", tokens: [token]))
    #expect(journal?.recentIDs(token) == ["cont_1", "cont_2"])
    #expect(journal?.recentIDs(MatchToken(resource: "lead", field: "email", value: "a@x.com")) == [])
    journal = nil
    clock.advance(by: .seconds(599))
    journal = try open()
    #expect(journal?.recentIDs(token) == ["cont_1", "cont_2"])
    clock.advance(by: .seconds(2))
    #expect(journal?.recentIDs(token) == [])
  }

  @Test func `tells which records the contacts of a new lead stand for`() throws {
    let journal = try open()
    var operation = creation("a")
    operation.request?.body?["contacts"] = [["name": "Ann"], ["name": "Bob"], ["name": "Eve"]]
    operation.nestedContacts = [key("c1", "contacts"), nil, key("c3", "contacts")]
    operation.nestedTokens = [MatchToken(resource: "contact", field: "email", value: "a@x.com")]
    let intent = try journal.intend(operation, try #require(operation.request), of: key("a"))
    try journal.noteContacts(
      in: json(
        #"""
        {"contacts": [{"id": "cont_4", "name": "Zoe"}, {"id": "cont_3", "name": "Eve "},
         {"id": "cont_2", "name": "Bob"}, {"id": "cont_1", "name": "ann"}]}
        """#),
      of: intent)
    #expect(try journal.result(of: key("c1", "contacts"))?.id == "cont_1")
    #expect(try journal.result(of: key("c3", "contacts"))?.id == "cont_3")
    #expect(journal.recentIDs(operation.nestedTokens[0]) == ["cont_1"])
    #expect(!journal.isClaimed("cont_2"))
  }
}
