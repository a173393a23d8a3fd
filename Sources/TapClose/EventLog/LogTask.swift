import JSONBytes
import Singer

/// What the event log has to tell of one table in this run, decided from what the state says.
struct LogTask: Hashable, Sendable {
  enum Part: Hashable, Sendable {
    /// The table is listed as usual; then its deletions are read.
    case deletions
    /// LOG_BASED, but not complete yet: it is listed as usual, and read from the log from the next run on.
    case snapshot
    /// LOG_BASED: all changes come from the log.
    case changes
  }

  /// A stretch of time that the log does not reach back to.
  struct Gap: Hashable, Sendable {
    let start: Timestamp
    let end: Timestamp
  }

  let part: Part
  /// Events from then on are read.
  let since: Timestamp
  /// How far the log has been read, once everything is out.
  let next: Timestamp
  /// Marks the rows of this snapshot and all that come after it; nil for tables that were never read anew.
  var version: Int?
  /// Whether the table is read from its start, whatever its bookmark says.
  var startsOver = false
  /// Whether rows of other versions are gone once the table has been listed.
  var activates = false
  /// Whether nothing was read of the table before: deletions count from the start of this run, however it ends.
  var isFirst = false
  var gap: Gap?

  /// Close keeps events this long.
  static let retentionDays = 30
  /// Events may come to light this late; see developer.close.com: Event Log.
  static let latenessSeconds = 300
}

/// What the state keeps of the event log beside a table's bookmark.
struct LogMemory: Hashable, Sendable {
  /// Everything the log tells from before is out.
  var position: Timestamp?
  /// The same, but true only once the snapshot that is under way is complete.
  var snapshotPosition: Timestamp?
  var version: Int?
  /// Whether the snapshot that is under way is to replace all rows of other versions.
  var activates = false
  /// Whether the table has been read before.
  var hasBookmark: Bool

  static let positionMember = "log_position"
  static let snapshotMember = "snapshot_log_position"
  static let activationMember = "snapshot_activates"
  static let versionMember = "version"
}

// MARK: - Deciding

extension LogTask {
  /// A position in the future tells nothing; clocks that differ a little write such ones.
  static func isCredible(_ position: Timestamp, now: Timestamp) -> Bool {
    position <= now.adding(seconds: 600)
  }

  /// - Parameters:
  ///   - now: the start of the run by Close's clock.
  ///   - lag: seconds by which events, and rows of the index, may come to light late.
  ///   - isPartial: whether `start_date` keeps rows out, so that a first snapshot is not all there is.
  init(_ memory: LogMemory, isLogBased: Bool, now: Timestamp, lag: Int, isPartial: Bool = false) {
    // The latest minutes are read again each time.
    let settled = now.adding(seconds: -Int64(lag))
    let kept = now.adding(days: -LogTask.retentionDays)
    let isCredible = memory.position.map { LogTask.isCredible($0, now: now) } ?? true
    let position = isCredible ? memory.position.map { min($0, settled) } : .earliest
    let gap = memory.position.flatMap { isCredible && $0 < kept ? Gap(start: $0, end: kept) : nil }
    let oldest = memory.hasBookmark ? kept : min(memory.snapshotPosition ?? settled, settled)

    guard isLogBased else {
      self.init(part: .deletions, since: max(position ?? oldest, kept), next: settled, gap: gap)
      version = memory.version
      isFirst = !memory.hasBookmark && memory.position == nil && memory.snapshotPosition == nil
      return
    }
    // Targets ignore versions smaller than those they know.
    let version = max(Int(now.microseconds / Timestamp.second), (memory.version ?? 0) &+ 1)
    switch (memory.snapshotPosition, position) {
    case (let started?, _) where started >= kept && LogTask.isCredible(started, now: now):
      // The bookmark, where the table has one, tells how far it came. Where rows from before stay, the log is
      // asked for the end of those too.
      let started = min(started, settled)
      self.init(
        part: .snapshot, since: memory.activates ? started : kept, next: started, version: memory.version)
      activates = memory.activates
    case (let started?, _):
      self.init(part: .snapshot, since: settled, next: settled, version: version)
      (startsOver, activates) = (true, true)
      self.gap = started < kept ? Gap(start: started, end: kept) : nil
    case (nil, let position?) where position >= kept:
      self.init(part: .changes, since: position, next: settled, version: memory.version)
    case (nil, _?):
      self.init(part: .snapshot, since: settled, next: settled, version: version)
      (startsOver, activates) = (true, true)
      self.gap = gap
    case (nil, nil) where memory.hasBookmark:
      // It goes on where it stands: what was sent before carries no version, so neither may this.
      self.init(part: .snapshot, since: kept, next: settled, version: memory.version)
    case (nil, nil):
      self.init(part: .snapshot, since: settled, next: settled, version: version)
      activates = !isPartial
    }
  }

  private init(
    part: Part, since: Timestamp, next: Timestamp, version: Int? = nil, gap: Gap? = nil
  ) {
    self.part = part
    self.since = since
    self.next = next
    self.version = version
    self.gap = gap
  }
}

// MARK: - State

extension LogMemory {
  /// - Throws: `SingerError.state` for a position that is no date.
  init(_ state: SingerState, of definition: StreamDefinition) throws(SingerError) {
    func instant(_ member: String) throws(SingerError) -> Timestamp? {
      guard let value = state.extra(member, of: definition.name), !value.isNull else { return nil }
      guard let instant = value.string.flatMap({ Timestamp($0) }) else {
        throw SingerError(
          .state, "must be a date-time such as 2024-01-31T08:00:00Z, not \(value.compact)",
          path: "bookmarks.\(definition.name).\(member)")
      }
      return instant
    }
    position = try instant(LogMemory.positionMember)
    snapshotPosition = try instant(LogMemory.snapshotMember)
    version = state.extra(LogMemory.versionMember, of: definition.name)?.int
    activates = state.extra(LogMemory.activationMember, of: definition.name)?.bool ?? false
    if let key = definition.replicationKey {
      hasBookmark = try state.bookmark(of: definition.name, by: key) != nil
    } else {
      hasBookmark = false
    }
  }
}

extension SingerState {
  /// Notes that a snapshot begins, before anything of it is out: whatever ends the run, the next one knows.
  mutating func begin(_ task: LogTask, of definition: StreamDefinition) {
    guard task.part == .snapshot || task.isFirst else { return }
    if task.startsOver { forgetBookmark(of: definition) }
    setExtra(LogMemory.positionMember, of: definition.name, to: nil)
    setExtra(LogMemory.snapshotMember, of: definition.name, to: .string(task.next.description))
    setExtra(LogMemory.activationMember, of: definition.name, to: task.activates ? .some(true) : .none)
    setExtra(LogMemory.versionMember, of: definition.name, to: task.version.map(JSONValue.int))
  }

  /// Forgets how far the table has been read; what else is kept of it survives.
  mutating func forgetBookmark(of definition: StreamDefinition) {
    let bookmark = [definition.replicationKey, "replication_key", "replication_key_value"]
    for member in bookmark.compactMap(\.self) { setExtra(member, of: definition.name, to: nil) }
  }

  /// Notes how far the log has been read; everything up to there is out.
  mutating func moveLog(of stream: String, to position: Timestamp) {
    setExtra(LogMemory.snapshotMember, of: stream, to: nil)
    setExtra(LogMemory.activationMember, of: stream, to: nil)
    setExtra(LogMemory.positionMember, of: stream, to: .string(position.description))
  }
}
