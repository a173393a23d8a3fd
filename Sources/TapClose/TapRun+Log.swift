import CloseAPI
import CloseConnection
import JSONBytes
import Singer

extension StreamSync {
  /// Whether the table's changes come from the event log.
  var followsLog: Bool { log?.task.part == .changes }

  /// Whether the table is listed in this run; otherwise all of it comes from the event log.
  var isListed: Bool { !followsLog || definition.hasUntoldRows }
}

extension TapRun {
  func declaringTombstones(_ catalog: Catalog) -> Catalog {
    catalog.declaringTombstones(of: configuration.streams, deletes: configuration.deletes)
  }

  /// Whether the event log is read for a table.
  private func isFollowed(_ definition: StreamDefinition, _ catalog: Catalog) -> Bool {
    guard !definition.eventTypes.isEmpty, let entry = catalog[definition.name], entry.isSelected else {
      return false
    }
    return configuration.deletes || entry.isLogBased(definition)
  }

  /// What Close's clock shows, or ours where no table is followed in the log.
  ///
  /// How far the log reaches back, and how far it may be trusted, is for Close's clock to say. Answers so far have
  /// shown it; when there were none, one is asked for.
  func closesTime(_ catalog: Catalog) async throws -> Timestamp {
    guard configuration.streams.contains(where: { isFollowed($0, catalog) }) else { return .now() }
    if client.totals.requests == 0 {
      do {
        _ = try await client.send(.get("me/", query: [("_fields", "id")]))
      } catch {
        guard error.intent == .skip else { throw error }
      }
    }
    return client.date
  }

  /// What the event log has to tell of each table, by name; warns of what it does not tell any more.
  ///
  /// - Parameter state: gets a note of each snapshot that begins, and loses bookmarks that would cut it short.
  func logTasks(_ catalog: Catalog, _ state: inout SingerState, now: Timestamp) throws -> [String: LogTask] {
    var tasks: [String: LogTask] = [:]
    for definition in configuration.streams where isFollowed(definition, catalog) {
      let isLogBased = catalog[definition.name]?.isLogBased(definition) ?? false
      let memory = try LogMemory(state, of: definition)
      if let position = memory.snapshotPosition ?? memory.position,
        !LogTask.isCredible(position, now: now)
      {
        log.warning(
          "the log position of \(definition.name), \(position), lies in the future, so it tells nothing",
          stream: definition.name)
      }
      let task = LogTask(
        memory, isLogBased: isLogBased, now: now,
        lag: max(configuration.searchLag, LogTask.latenessSeconds),
        isPartial: configuration.startDate != nil)
      state.begin(task, of: definition)
      tasks[definition.name] = task
    }
    warnOfGaps(tasks)
    return tasks
  }

  private func warnOfGaps(_ tasks: [String: LogTask]) {
    for part in [LogTask.Part.deletions, .snapshot] {
      let late = tasks.filter { $0.value.part == part && $0.value.gap != nil }
      let gaps = late.compactMap(\.value.gap)
      guard let start = gaps.map(\.start).min(), let end = gaps.map(\.end).max() else { continue }
      let names = late.keys.sorted().joined(separator: ", ")
      log.warning(
        part == .deletions
          ? "Close keeps events for \(LogTask.retentionDays) days: what was deleted of \(names) from "
            + "\(start.dateText) to \(end.dateText) can no longer be known"
          : "Close keeps events for \(LogTask.retentionDays) days: what became of \(names) from "
            + "\(start.dateText) to \(end.dateText) can no longer be known, so a new version is read from the start"
      )
    }
  }

  /// Reads what the event log tells of the tables, now that their listings are out.
  ///
  /// - Parameter listed: how the listings ended; a table whose own has failed waits for the next run.
  /// - Returns: how all tables ended.
  func followLog(_ streams: [StreamSync], after listed: [StreamOutcome]) async -> [StreamOutcome] {
    let ended = Dictionary(listed.map { ($0.stream, $0) }, uniquingKeysWith: { $1 })
    let followers = streams.filter { $0.log != nil && (ended[$0.name]?.isComplete ?? !$0.isListed) }
    let isOver = interruption.isRequested || listed.contains { $0.fatal != nil }
    var outcomes = ended
    if let first = followers.first, !isOver {
      for stream in followers where !stream.isListed { report.started(stream.name) }
      let began = ContinuousClock.now
      for outcome in await readLog(followers, gate: first.gate) {
        outcomes[outcome.stream] = outcome
      }
      for stream in followers where !stream.isListed {
        report.finished(
          stream.name, duration: ContinuousClock.now - began,
          succeeded: outcomes[stream.name]?.isComplete ?? false)
      }
    }
    return streams.compactMap { stream in
      outcomes[stream.name] ?? (stream.isListed ? nil : StreamOutcome(CancellationError(), of: stream))
    }
  }

  private func readLog(_ streams: [StreamSync], gate: RequestGate) async -> [StreamOutcome] {
    do {
      let ended = try await unlessStopped {
        var sync = LogSync(streams, client: client, gate: gate, now: client.date)
        try await sync.run()
        return sync.sinks.map { sink in
          sink.failure.map { StreamOutcome(logError: $0, of: sink.sync) }
            ?? StreamOutcome(complete: sink.sync)
        }
      }
      return ended ?? streams.map { StreamOutcome(CancellationError(), of: $0) }
    } catch {
      return streams.map { StreamOutcome(logError: error, of: $0) }
    }
  }
}

extension StreamOutcome {
  init(complete sync: StreamSync) {
    self.init(stream: sync.name, replicationKey: sync.definition.replicationKey, ending: .complete)
  }

  /// Judges an error met while reading the event log for a table.
  init(logError error: any Error, of sync: StreamSync) {
    self.init(error, of: sync)
    let what =
      sync.log?.task.part == .changes
      ? "its changes are not complete" : "its rows are complete, its deletions are not"
    switch ending {
    case .skipped(let reason): ending = .skipped(reason: "\(what): \(reason)")
    case .failed(let reason): ending = .failed(reason: "\(what): \(reason)")
    case .complete, .stopped: break
    }
  }
}
