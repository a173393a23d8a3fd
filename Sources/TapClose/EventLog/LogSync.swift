import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// Reads the event log once for all tables it tells something of, when their listings are out.
struct LogSync: Sendable {
  let client: CloseClient
  let gate: RequestGate
  /// The time by Close's clock.
  let now: Timestamp
  private(set) var sinks: [LogSink]

  /// - Parameter streams: the tables, each with its `log`.
  init(_ streams: [StreamSync], client: CloseClient, gate: RequestGate, now: Timestamp) {
    self.client = client
    self.gate = gate
    self.now = now
    sinks = streams.compactMap { stream in stream.log.map { LogSink(stream, $0) } }
  }

  /// Writes everything the log tells; positions move behind it.
  ///
  /// What concerns one table alone stops only that one; its sink says why.
  mutating func run() async throws {
    for sink in sinks where sink.task.activates { try sink.activate() }
    let changesSince = sinks.filter(\.followsChanges).map(\.task.since).min()
    try await readDeletions(before: changesSince)
    if let changesSince { try await readChanges(since: changesSince) }
    for sink in sinks {
      sink.reportEncoding()
      if sink.failure == nil { try sink.move(to: sink.task.next) }
    }
  }

  // MARK: - Changes

  /// Reads all events day by day, oldest first, so that what has been read survives an end on the way, and the ids
  /// of no more than a day have to be kept.
  private mutating func readChanges(since start: Timestamp) async throws {
    var planner = WindowPlanner(TimeRange(start: start), now: now, days: 1)
    while let day = planner.nextWindow() {
      var reduction = newReduction { $0.task.since }
      var reader = LogReader(client, gate, day)
      while let events = try await reader.nextPage() { try await take(events, &reduction) }
      for index in sinks.indices { try await settle(index) { try await $0.finish() } }
      // Bounds that do nothing have brought everything at once.
      guard let end = day.end, !reader.ignoresEnd else { return }
      for sink in sinks where sink.followsChanges && sink.task.since < end && sink.failure == nil {
        try sink.move(to: min(end, sink.task.next))
      }
    }
  }

  // MARK: - Deletions

  /// Reads the deletions of tables that are listed, as far as the walk over all changes will not come by them.
  private mutating func readDeletions(before end: Timestamp?) async throws {
    let followers = sinks.filter { !$0.followsChanges && $0.task.since < end ?? .latest }
    guard let start = followers.map(\.task.since).min() else { return }
    let range = TimeRange(start: start, end: end)
    var reduction = newReduction { $0.followsChanges ? .latest : $0.task.since }
    var types: [String] = []
    for type in followers.flatMap(\.sync.definition.namedEventTypes) where !types.contains(type) {
      types.append(type)
    }
    var route = DeletionRoute(types: types)
    var whole = LogReader(client, gate, range)
    var special: (type: String, reader: LogReader)?
    while true {
      switch route.step {
      case .finished: return
      case .everything:
        let events = try await whole.nextPage() ?? []
        try await take(events, &reduction)
        route.receive(obeys: true, isLast: whole.isFinished)
      case .deletions(let type):
        if special?.type != type {
          // The whole log has been read down to there; filters may be as coarse as a second.
          let rest = range.ending(at: whole.oldest?.adding(seconds: 1))
          let filter = [(name: "object_type", value: type), (name: "action", value: "deleted")]
          special = (type, LogReader(client, gate, rest, filter: filter))
        }
        do {
          let events = try await special?.reader.nextPage() ?? []
          try await take(events, &reduction)
          route.receive(
            obeys: events.allSatisfy { $0.isDeletion(of: type) }, isLast: special?.reader.isFinished ?? true)
        } catch let error as CloseError where error.code == .invalidRequest {
          route.refuse()
        }
      }
    }
  }

  // MARK: - Events

  private func newReduction(since: (LogSink) -> Timestamp) -> LogReduction {
    LogReduction(
      sinks.map {
        LogReduction.Table(
          definition: $0.sync.definition, since: since($0), wantsChanges: $0.followsChanges)
      })
  }

  private mutating func take(_ events: [LogEvent], _ reduction: inout LogReduction) async throws {
    for event in events {
      for verdict in reduction.take(event) {
        try await settle(verdict.table) { try $0.take(verdict.change, event) }
      }
    }
    for index in sinks.indices {
      try await settle(index) { sink in
        try sink.endPage()
        if sink.unsure.count >= LogSink.mostUnsure { try await sink.settleUnsure() }
      }
    }
  }

  /// Works on one table; what goes wrong there does not stop the others, unless it would stop them too.
  private mutating func settle(_ index: Int, _ body: (inout LogSink) async throws -> Void) async throws {
    guard sinks[index].failure == nil else { return }
    do {
      try await body(&sinks[index])
    } catch {
      let outcome = StreamOutcome(error, of: sinks[index].sync)
      if case .stopped = outcome.ending { throw error }
      if outcome.fatal != nil { throw error }
      sinks[index].failure = error
    }
  }
}

extension LogEvent {
  /// Whether it is what a filter for deletions of this type lets through.
  fileprivate func isDeletion(of type: String) -> Bool {
    action == "deleted" && (objectType == type || "activity.\(objectType)" == type)
  }
}

extension LogSink {
  /// Whether the log tells all changes of the table, and not only deletions.
  fileprivate var followsChanges: Bool { task.part == .changes }

  /// Says that everything of other versions is gone: the table has just been listed completely.
  fileprivate func activate() throws {
    if let version = task.version { try sync.output.activate(version, of: sync.name) }
  }

  /// Notes how far the log has been read.
  fileprivate func move(to position: Timestamp) throws {
    try sync.output.update { $0.moveLog(of: sync.name, to: position) }
  }
}
