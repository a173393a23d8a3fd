import JSONBytes
import Singer
import Testing

@testable import TapClose

@Suite struct LogTaskTests {
  static let now = Timestamp("2026-06-30T12:00:00Z") ?? .earliest
  static let settled = now.adding(seconds: -300)
  static let kept = now.adding(days: -30)
  static let version = Int(now.microseconds / Timestamp.second)

  private func task(
    _ position: Timestamp? = nil, snapshot: Timestamp? = nil, version: Int? = nil, hasBookmark: Bool = false,
    isLogBased: Bool = false, isPartial: Bool = false, activates: Bool = false
  ) -> LogTask {
    LogTask(
      LogMemory(
        position: position, snapshotPosition: snapshot, version: version, activates: activates,
        hasBookmark: hasBookmark),
      isLogBased: isLogBased, now: LogTaskTests.now, lag: 300, isPartial: isPartial)
  }

  @Test(
    arguments: [
      (nil, false, settled), (nil, true, kept), (kept.adding(days: 1), true, kept.adding(days: 1)),
      (kept, false, kept), (kept.adding(seconds: -1), true, kept), (now, true, settled),
      (now.adding(seconds: 500), true, settled), (now.adding(days: 1), true, kept),
    ] as [(Timestamp?, Bool, Timestamp)])
  func `deletions are read from where they are not known`(
    position: Timestamp?, hasBookmark: Bool, since: Timestamp
  ) {
    let task = task(position, hasBookmark: hasBookmark)
    #expect(task.part == .deletions)
    #expect(task.since == since)
    #expect(task.next == LogTaskTests.settled)
    #expect((task.gap != nil) == (position.map { $0 < LogTaskTests.kept } ?? false))
    #expect(!task.startsOver && !task.activates)
  }

  @Test func `nothing read before counts from the start of the first run`() throws {
    let first = task()
    #expect(first.isFirst)
    var state = try state([:])
    state.begin(first, of: try leads)
    let memory = try LogMemory(state, of: leads)
    #expect(memory == LogMemory(snapshotPosition: first.next, hasBookmark: false))
    let later = LogTask(memory, isLogBased: false, now: LogTaskTests.now.adding(days: 2), lag: 300)
    #expect(!later.isFirst && later.since == first.next)
    #expect(!task(hasBookmark: true).isFirst && !task(LogTaskTests.kept).isFirst)
  }

  @Test func `the gap goes from the position to where the log begins`() {
    let position = LogTaskTests.now.adding(days: -45)
    #expect(task(position).gap == LogTask.Gap(start: position, end: LogTaskTests.kept))
    #expect(task(position, isLogBased: true).gap == LogTask.Gap(start: position, end: LogTaskTests.kept))
  }

  @Test func `a first snapshot notes its position and a version`() {
    let task = task(isLogBased: true)
    #expect(task.part == .snapshot)
    #expect(task.since == LogTaskTests.settled && task.next == LogTaskTests.settled)
    #expect(task.version == LogTaskTests.version && task.activates && !task.startsOver)
    #expect(!self.task(isLogBased: true, isPartial: true).activates)
  }

  @Test func `a snapshot under way goes on as it began`() {
    let began = LogTaskTests.now.adding(days: -2)
    let task = task(snapshot: began, version: 7, hasBookmark: true, isLogBased: true, activates: true)
    #expect(task.part == .snapshot)
    #expect(task.since == began && task.next == began)
    #expect(task.version == 7 && task.activates && !task.startsOver)
  }

  @Test func `a snapshot under way beside older rows is told of the end of those too`() {
    let began = LogTaskTests.now.adding(days: -2)
    let task = task(snapshot: began, hasBookmark: true, isLogBased: true)
    #expect(task.part == .snapshot && task.since == LogTaskTests.kept && task.next == began)
  }

  @Test func `a snapshot that began in the future starts over`() {
    let task = task(
      snapshot: LogTaskTests.now.adding(days: 1), version: 7, hasBookmark: true, isLogBased: true)
    #expect(task.part == .snapshot && task.startsOver && task.activates && task.gap == nil)
  }

  @Test(arguments: [(Int.max - 1, Int.max), (-7, version), (Int.max, version)])
  func `a new version is greater than the old one`(old: Int, new: Int) {
    #expect(task(LogTaskTests.now.adding(days: -31), version: old, isLogBased: true).version == new)
  }

  @Test func `a snapshot that took longer than the log lasts starts over`() {
    let began = LogTaskTests.now.adding(days: -31)
    let task = task(snapshot: began, version: 7, hasBookmark: true, isLogBased: true)
    #expect(task.part == .snapshot && task.startsOver && task.activates)
    #expect(task.version == LogTaskTests.version && task.next == LogTaskTests.settled)
    #expect(task.gap != nil)
  }

  @Test func `a position that the log reaches back to is gone on from`() {
    let position = LogTaskTests.now.adding(days: -3)
    let task = task(position, version: 7, hasBookmark: true, isLogBased: true)
    #expect(task.part == .changes)
    #expect(task.since == position && task.next == LogTaskTests.settled && task.version == 7)
  }

  @Test(arguments: [now.adding(days: -31), now.adding(days: 1)])
  func `a position of no use means a new version`(position: Timestamp) {
    let task = task(position, version: 7, hasBookmark: true, isLogBased: true, isPartial: true)
    #expect(task.part == .snapshot && task.startsOver && task.activates)
    #expect(task.version == LogTaskTests.version)
  }

  @Test func `a table read before goes on without a version`() {
    let task = task(hasBookmark: true, isLogBased: true)
    #expect(task.part == .snapshot && !task.startsOver && !task.activates)
    #expect(task.version == nil)
    #expect(task.since == LogTaskTests.kept && task.next == LogTaskTests.settled)
  }

  // MARK: State

  private func state(_ bookmark: JSONValue) throws -> SingerState {
    try SingerState(["bookmarks": ["leads": bookmark, "other": ["x": 1]]])
  }

  private var leads: StreamDefinition {
    get throws { try #require(StreamTable.all.first { $0.name == "leads" }) }
  }

  @Test func `a state is read as it was written`() throws {
    var state = try state(["date_updated": "2026-06-01T00:00:00Z", "mine": true])
    #expect(try LogMemory(state, of: leads) == LogMemory(hasBookmark: true))
    let fresh = task(LogTaskTests.now.adding(days: -31), isLogBased: true)
    state.begin(fresh, of: try leads)
    #expect(
      try LogMemory(state, of: leads)
        == LogMemory(
          snapshotPosition: fresh.next, version: fresh.version, activates: true, hasBookmark: false))
    #expect(state.extra("mine", of: "leads") == true)
    state.moveLog(of: "leads", to: fresh.next)
    #expect(
      try LogMemory(state, of: leads)
        == LogMemory(position: fresh.next, version: fresh.version, hasBookmark: false))
    #expect(state.extra("x", of: "other") == 1)
  }

  @Test func `an SDK's bookmark does not cut a new version short`() throws {
    var state = try state([
      "replication_key": "date_updated", "replication_key_value": "2026-06-01T00:00:00Z",
    ])
    #expect(try LogMemory(state, of: leads).hasBookmark)
    state.begin(task(LogTaskTests.now.adding(days: -31), isLogBased: true), of: try leads)
    #expect(try !LogMemory(state, of: leads).hasBookmark)
  }

  @Test(arguments: ["log_position", "snapshot_log_position"])
  func `a position that is no date is refused`(member: String) throws {
    let state = try state(.object(JSONObject([(member, JSONValue.string("yesterday"))])))
    #expect(throws: SingerError.self) { try LogMemory(state, of: leads) }
  }
}
