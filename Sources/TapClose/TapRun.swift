import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// Everything a run of the tap works with, once its arguments have been understood.
struct TapRun: Sendable {
  let configuration: TapConfiguration
  let client: CloseClient
  let log: Log
  let metrics: Metrics
  let report: RunReport
  let interruption: Interruption
  let started = ContinuousClock.now

  init(_ settings: Settings, console: Console, log: Log, interruption: Interruption) throws {
    configuration = try TapConfiguration(settings)
    let metrics = Metrics(log: log)
    let report = RunReport(log: log, metrics: metrics, progress: Progress(console: console))
    for warning in configuration.warnings { log.warning(warning) }
    for secret in configuration.customStreams.secrets { log.register(secret: secret) }
    client = configuration.connection.newClient { report.observe($0) }
    self.log = log
    self.metrics = metrics
    self.report = report
    self.interruption = interruption
  }

  /// Prints the catalog.
  func discover() async throws -> ExitCode {
    try await unlessStopped {
      let catalog = try await liveCatalog(of: configuration.streams)
      try StandardOutput.write(declaringTombstones(catalog).pretty)
      return .success
    } ?? stopped
  }

  /// Reads every selected table to stdout.
  func sync(catalog given: Catalog?, state: SingerState) async throws -> ExitCode {
    guard
      let catalog = try await unlessStopped({ declaringTombstones(try await effectiveCatalog(given)) })
    else {
      try RunOutput(writer: MessageWriter(), state: state).finish()
      return stopped
    }
    guard let closesNow = try await unlessStopped({ try await closesTime(catalog) }) else {
      try RunOutput(writer: MessageWriter(), state: state).finish()
      return stopped
    }
    // Where our clock is behind, lists must not end before the stretch of the log that goes on from them begins.
    let settings = configuration.syncSettings(now: max(closesNow, .now()))
    var state = try withoutFuture(state, catalog, now: settings.now)
    let tasks = try logTasks(catalog, &state, now: closesNow)
    let output = RunOutput(writer: MessageWriter(), state: state)
    let streams = try streamsToRead(catalog, state: state, output: output, settings, tasks)
    for stream in streams { try stream.announce() }

    let outcomes = try await withFlushing(output) {
      await followLog(streams, after: readAll(streams.filter(\.isListed)))
    }
    if client.secondsAhead > 0 {
      log.warning(
        "this machine's clock is \(client.secondsAhead) seconds ahead of Close's; set it right, and until then "
          + "bookmarks keep to Close's")
    }
    let fatal = outcomes.compactMap(\.fatal).first
    if let error = fatal as? SingerError { throw error }
    try output.finish()
    let duration = ContinuousClock.now - started
    let isComplete = outcomes.allSatisfy(\.isComplete)
    metrics.jobFinished("sync", duration: duration, succeeded: isComplete)
    report.summarise(outcomes, state: output.currentState, totals: client.totals, duration: duration)
    // What went wrong comes last, where people and programs look for it.
    for outcome in outcomes where outcome.fatal == nil { log(outcome) }
    if let exit = interruption.exitCode { return exit }
    if let fatal { throw fatal }
    if !isComplete { throw IncompleteRun(outcomes: outcomes) }
    return .success
  }

  /// The state without bookmarks in the future.
  ///
  /// Nobody knows what was read before such a one got in, and it would hold back everything until then. What
  /// clocks that differ a little have written stays.
  private func withoutFuture(_ given: SingerState, _ catalog: Catalog, now: Timestamp) throws -> SingerState {
    var state = given
    let latest = now.adding(seconds: 600)
    for definition in configuration.streams where catalog[definition.name]?.isSelected == true {
      guard let key = definition.replicationKey,
        let bookmark = try state.bookmark(of: definition.name, by: key),
        bookmark > latest
      else { continue }
      log.warning(
        "the bookmark of \(definition.name), \(bookmark), lies in the future, so it tells nothing; "
          + "the table is read from the start again", stream: definition.name)
      if catalog[definition.name]?.isLogBased(definition) == true {
        state.reset(definition.name)
      } else {
        // What the log has told is another matter.
        state.forgetBookmark(of: definition)
      }
    }
    return state
  }

  private func streamsToRead(
    _ catalog: Catalog, state: SingerState, output: RunOutput, _ settings: SyncSettings,
    _ tasks: [String: LogTask]
  ) throws -> [StreamSync] {
    let gate = RequestGate(limit: configuration.connection.configuration.concurrency)
    return try configuration.streams.compactMap { definition in
      guard let entry = catalog[definition.name], entry.isSelected else { return nil }
      let bookmark = try definition.replicationKey.flatMap { try state.bookmark(of: definition.name, by: $0) }
      return StreamSync(
        definition: definition,
        selection: StreamSelection(
          entry, of: definition, mode: configuration.customFieldMode, options: configuration.recordOptions),
        client: client, gate: gate, clock: .live, output: output, report: report, settings: settings,
        bookmark: bookmark, version: state.extra(LogMemory.versionMember, of: definition.name)?.int,
        log: tasks[definition.name].map {
          LogFollower(
            $0, entry, of: definition, mode: configuration.customFieldMode,
            options: configuration.recordOptions)
        })
    }
  }

  private func log(_ outcome: StreamOutcome) {
    switch outcome.ending {
    case .complete, .stopped: break
    case .skipped(let reason): log.warning("\(outcome.stream) is skipped: \(reason)", stream: outcome.stream)
    case .failed(let reason): log.error("\(outcome.stream): \(reason)", stream: outcome.stream)
    }
  }
}

// MARK: - Being stopped

extension TapRun {
  /// The exit code of a run that was asked to stop.
  var stopped: ExitCode { interruption.exitCode ?? .failure }

  /// Runs `body`; gives up and returns nil when the program is asked to stop.
  func unlessStopped<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result? {
    try await interruption.unlessRequested(body)
  }
}

// MARK: - Reading

extension TapRun {
  /// Reads all tables at once; a fatal error or a signal stops the others.
  private func readAll(_ streams: [StreamSync]) async -> [StreamOutcome] {
    await withTaskGroup(of: StreamOutcome?.self) { group in
      group.addTask {
        await interruption.wait()
        return nil
      }
      // Making lines of a page takes less than waking up another thread for it.
      for stream in streams { group.addTask(executorPreference: client.executor) { await read(stream) } }
      var outcomes: [StreamOutcome] = []
      while outcomes.count < streams.count, let outcome = await group.next() {
        if let outcome { outcomes.append(outcome) }
        if outcome?.fatal != nil || interruption.isRequested { group.cancelAll() }
      }
      group.cancelAll()
      let order = streams.map(\.name)
      return outcomes.sorted { order.firstIndex(of: $0.stream) ?? 0 < order.firstIndex(of: $1.stream) ?? 0 }
    }
  }

  private func read(_ stream: StreamSync) async -> StreamOutcome {
    let began = ContinuousClock.now
    report.started(stream.name)
    let outcome: StreamOutcome
    do {
      try await stream.run()
      outcome = StreamOutcome(complete: stream)
    } catch {
      outcome = StreamOutcome(error, of: stream)
    }
    report.finished(stream.name, duration: ContinuousClock.now - began, succeeded: outcome.isComplete)
    return outcome
  }

  /// Runs `body` while records that wait for company are passed on every second.
  private func withFlushing<Result: Sendable>(
    _ output: RunOutput, _ body: @escaping @Sendable () async -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { await body() }
      group.addTask {
        while (try? await Task.sleep(for: .seconds(1))) != nil { try output.flushIfIdle() }
        return nil
      }
      defer { group.cancelAll() }
      while let result = try await group.next() { if let result { return result } }
      throw CancellationError()
    }
  }
}

extension StreamSync {
  fileprivate func announce() throws {
    try output.writeSchema(
      selection.schema, of: name, keyProperties: definition.keyProperties,
      bookmarkProperties: [definition.replicationKey].compactMap(\.self))
  }
}
