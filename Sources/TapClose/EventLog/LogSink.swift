import CloseAPI
import JSONBytes
import Singer

/// What the event log is to one table in this run.
struct LogFollower: Sendable {
  let task: LogTask
  /// How objects out of events become records: what we say ourselves comes first, the object's own is left out.
  let plan: RecordPlan

  init(
    _ task: LogTask, _ entry: CatalogEntry, of definition: StreamDefinition, mode: CustomFieldMode,
    options: RecordPlan.Options
  ) {
    self.task = task
    var options = options
    options.constants.formUnion(definition.keyProperties)
    options.constants.formUnion(Tombstone.columns)
    plan = StreamSelection(entry, of: definition, mode: mode, options: options).plan
  }
}

/// Turns what the log tells of one table into records.
struct LogSink: Sendable {
  let sync: StreamSync
  let task: LogTask
  /// Objects that have to be looked at again.
  private(set) var unsure: [String] = []
  /// The date of the first event about those.
  private var unsureSince = Timestamp.latest
  /// Why the table cannot be completed in this run.
  var failure: (any Error)?
  private var encoder: RecordEncoder
  /// Fields without which an event says too little.
  private let needed: Set<String>
  private var rows = Lines()
  private var tombstones = Lines()

  /// Bytes of tombstones that wait for the records of their table to be out.
  private static let patience = 1 << 20
  /// Objects that are looked at again together, at the latest.
  static let mostUnsure = 1000

  private struct Lines: Sendable {
    let lines = RecordLines()
    var count = 0
  }

  init(_ sync: StreamSync, _ follower: LogFollower) {
    self.sync = sync
    task = follower.task
    encoder = RecordEncoder(follower.plan)
    encoder.stamp(extractedAt: .now(), version: follower.task.version)
    // Custom fields without a value are missing wherever objects come from.
    needed = Set(sync.selection.requestFields).subtracting(["custom"])
      .subtracting(sync.definition.keyProperties)
      .subtracting(sync.definition.constantFields)
  }

  /// Takes in what an event means for the table.
  mutating func take(_ change: LogReduction.Change, _ event: LogEvent) throws {
    switch change {
    case .deletion: try bury(event)
    case .update:
      if try !keep(event) { look(event.objectID, event) }
    case .look(let id): look(id, event)
    }
  }

  /// Writes what the events of a page have brought.
  ///
  /// Tombstones follow the records of their table. Where very many wait they go out at once: of an object whose
  /// last event is its end no record will come.
  mutating func endPage() throws {
    try write(&rows)
    if task.part != .changes || tombstones.lines.count > LogSink.patience { try write(&tombstones) }
    encoder.stamp(extractedAt: .now(), version: task.version)
  }

  /// Looks at the objects again that events said too little of.
  mutating func settleUnsure() async throws {
    let (ids, since) = (unsure, unsureSince)
    (unsure, unsureSince) = ([], .latest)
    if !ids.isEmpty { try await sync.readAgain(ids, since: since) }
  }

  /// Writes everything that waits.
  mutating func finish() async throws {
    try await settleUnsure()
    try write(&rows)
    try write(&tombstones)
  }

  /// Tells the report what the encoder met.
  func reportEncoding() { sync.report.encoded(by: encoder, of: sync.name) }

  private mutating func look(_ id: String, _ event: LogEvent) {
    unsure.append(id)
    unsureSince = min(unsureSince, event.date)
  }

  /// Takes what the event says as the record; false when it says too little, or nothing that can be read.
  private mutating func keep(_ event: LogEvent) throws -> Bool {
    guard let data = event.data else { return false }
    let start = rows.lines.count
    do throws(JSONError) {
      guard try isComplete(data) else { return false }
      if sync.isInTime(try encode(data, constants(of: event), into: rows)) {
        rows.count += 1
      } else {
        rows.lines.truncate(to: start)
      }
      return true
    } catch {
      return false
    }
  }

  private mutating func bury(_ event: LogEvent) throws {
    var own = constants(of: event)
    own[Tombstone.deletedAt] = .string(event.date.description)
    if let survivor = event.survivor, isSelected(Tombstone.mergedInto) {
      own[Tombstone.mergedInto] = .string(survivor)
    }
    let nothing = Array("{}".utf8)
    do throws(JSONError) {
      _ = try encode(event.previousData ?? nothing, own, into: tombstones)
    } catch {
      // That it is gone counts for more than what it was.
      _ = try encode(nothing, own, into: tombstones)
    }
    tombstones.count += 1
  }

  /// What we know of the object better than the event's own words, or alone.
  private func constants(of event: LogEvent) -> JSONObject {
    var constants = JSONObject()
    if let key = sync.definition.keyProperties.first { constants[key] = .string(event.objectID) }
    let kind = event.objectType.split(separator: ".").last.map(String.init)
    let list = sync.definition.lists?.first { $0.constants["object_type"]?.string == kind }
    let more = sync.selection.wanted(of: list?.constants ?? JSONObject())
    for (name, value) in more { constants[name] = value }
    return constants
  }

  private func isSelected(_ name: String) -> Bool { sync.selection.schema["properties"]?[name] != nil }

  private mutating func encode(
    _ object: [UInt8], _ own: JSONObject, into lines: Lines
  ) throws(JSONError) -> RecordEncoder.Facts {
    let constants = own.pairs
    return try withJSONCursor(object) { (cursor) throws(JSONError) in
      try encoder.encode(&cursor, constants: constants, into: lines.lines)
    }
  }

  private func isComplete(_ data: [UInt8]) throws(JSONError) -> Bool {
    var missing = needed
    try withJSONCursor(data) { (cursor) throws(JSONError) in
      try cursor.enterObject()
      while let key = try cursor.nextKey() {
        missing.remove(cursor.text(of: key))
        try cursor.skipValue()
      }
    }
    return missing.isEmpty
  }

  private func write(_ lines: inout Lines) throws {
    try sync.output.writeRecords(lines.lines, count: lines.count)
    sync.report.wrote(lines.count, of: sync.name)
    lines.lines.truncate(to: 0)
    lines.count = 0
  }
}

extension StreamSync {
  /// Whether a row lies behind `start_date`, if there is one.
  func isInTime(_ facts: RecordEncoder.Facts) -> Bool {
    facts.instant ?? .latest >= settings.startDate ?? .earliest
  }
}

extension StreamDefinition {
  /// The lists of a small collection that is read whole; nil for others, and where each parent has its own.
  var lists: [Listing]? {
    guard case .whole(.lists(let listings), _) = replication else { return nil }
    return listings
  }
}
