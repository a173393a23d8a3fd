import CloseAPI
import CloseConnection
import HTTPTransport
import JSONBytes
import Singer

/// Everything a run of the target works with, once its arguments have been understood.
struct TargetRun: Sendable {
  let configuration: TargetConfiguration
  let client: CloseClient
  let clock: ClientClock
  let log: Log
  let metrics: Metrics
  let report: TargetReport
  let remarks: Remarks
  let interruption: Interruption
  let output: MessageWriter
  private let webhookTransport: any Transport
  private let started = ContinuousClock.now

  init(_ settings: Settings, console: Console, log: Log, interruption: Interruption) throws {
    let configuration = try TargetConfiguration(settings)
    let remarks = Remarks()
    let metrics = Metrics(log: log)
    let report = TargetReport(
      log: log, metrics: metrics, progress: Progress(console: console), remarks: remarks)
    self.init(
      configuration, client: configuration.connection.newClient { report.observe($0) }, clock: .live,
      log: log,
      metrics: metrics, report: report, remarks: remarks, interruption: interruption, output: MessageWriter(),
      webhookTransport: CurlTransport(
        CurlOptions(userAgent: configuration.connection.configuration.userAgent, maxConnections: 1)))
    for warning in configuration.warnings { log.warning(warning) }
  }

  /// A run with everything it works with, as tests make it.
  init(
    _ configuration: TargetConfiguration, client: CloseClient, clock: ClientClock, log: Log, metrics: Metrics,
    report: TargetReport, remarks: Remarks, interruption: Interruption, output: MessageWriter,
    webhookTransport: any Transport
  ) {
    self.configuration = configuration
    self.client = client
    self.clock = clock
    self.log = log
    self.metrics = metrics
    self.report = report
    self.remarks = remarks
    self.interruption = interruption
    self.output = output
    self.webhookTransport = webhookTransport
  }

  /// Writes the records of a Singer stream into Close, or prints what would be done.
  ///
  /// - Parameter descriptor: where the stream comes from.
  func write(from descriptor: Int32, isDryRun: Bool) async throws -> ExitCode {
    try await run(isDryRun: isDryRun) { desk in
      try await desk.reader.read(InputSource(descriptor: descriptor, interruption: desk.inputStop))
    }
  }

  // MARK: - One run

  /// What one run needs to take work in.
  struct Desk: Sendable {
    let context: TargetContext
    let dispatcher: Dispatcher
    let reader: RecordReader
    let executor: OperationExecutor
    /// Ends a read that waits for more input.
    let inputStop: Interruption
  }

  /// Settles what an earlier run left open, then does what `feed` hands over.
  ///
  /// - Parameters:
  ///   - deadLetters: where they go, and what that is called; the user's file unless given.
  ///   - answers: keeps what Close says.
  func run(
    isDryRun: Bool = false, deadLetters place: (path: String, name: String)? = nil,
    answers: Answers? = nil, _ feed: @escaping @Sendable (Desk) async throws -> Void
  ) async throws -> ExitCode {
    let opened = try await interruption.unlessRequested { try await newContext(isDryRun: isDryRun) }
    guard let context = opened else { return stopped }
    let plan = isDryRun ? PlanOutput(writer: output, organisation: context.organisation) : nil
    let inputStop = Interruption()
    let dispatcher = Dispatcher(
      capacity: 64 + 8 * configuration.connection.configuration.concurrency,
      spoolPath: configuration.journalPath + ".waiting", now: clock.now, onAdmit: { plan?.admit($0) },
      onStop: { inputStop.request(signal: 15) }, print: { [output] in try output.writeLine($0) })
    let path = configuration.deadLetterPath
    let deadLetters = DeadLetters(
      path: place?.path ?? path, name: place?.name ?? path, clock: clock, log: log)
    let outcomes = Outcomes(
      dispatcher: dispatcher, report: report, deadLetters: deadLetters, log: log,
      maxErrors: configuration.maxErrors, plan: plan)
    let responses = try responseLog(answers)
    let executor = newExecutor(context, responses)
    let desk = Desk(
      context: context, dispatcher: dispatcher,
      reader: RecordReader(
        context: context, dispatcher: dispatcher, report: report, log: log, isDryRun: isDryRun),
      executor: executor, inputStop: inputStop)
    let worker = RecordWorker(
      context: context, planner: RecordPlanner(context: context, isDryRun: isDryRun), executor: executor,
      dispatcher: dispatcher, outcomes: outcomes)
    let failure = await flow(desk, worker, responses.webhook, isDryRun: isDryRun, feed)
    try context.journal.sync()
    return try await conclude(dispatcher, outcomes, deadLetters, failure)
  }

  /// The organisation the key belongs to; nothing is written before it is known.
  func organisation() async throws -> JSONValue {
    let me = try await client.json(.get("me/", query: [("_fields", "id,email,organizations")]))
    guard let organisation = me["organizations"]?.array?.first else {
      throw SingerError(.config, "the API key's user belongs to no organisation")
    }
    return organisation
  }

  private func newContext(isDryRun: Bool) async throws -> TargetContext {
    let organisation = try await organisation()
    let id = organisation["id"]?.string ?? organisation.string ?? ""
    let journal = try Journal(
      configuration.journalPath, organisation: id, writing: !isDryRun, searchLag: configuration.indexLag,
      now: { [client] in client.date })
    let gate = RequestGate(limit: configuration.connection.configuration.concurrency)
    return TargetContext(
      organisation: id, configuration: configuration, journal: journal,
      reads: CloseReads(client: client, gate: gate, clock: clock), directory: DirectoryReader(client: client),
      foreignNames: ForeignNames(), verb: UpdateVerb(configuration.updateMethod), brakes: Brakes(),
      memory: RunMemory(spoolPath: configuration.journalPath + ".planned"),
      remarks: remarks, clock: clock)
  }

  private func newExecutor(_ context: TargetContext, _ responses: ResponseLog) -> OperationExecutor {
    let writer = CloseWriter(
      client: client, gate: context.reads.gate, verb: context.verb,
      allowsSending: configuration.allowsSending, responses: responses, log: log)
    let resolver = IntentResolver(
      reads: context.reads, journal: context.journal, directory: context.directory,
      indexLag: configuration.indexLag, clock: clock, gate: RequestGate(limit: 1))
    return OperationExecutor(
      writer: writer, journal: context.journal, resolver: resolver, brakes: context.brakes)
  }

  private func responseLog(_ answers: Answers?) throws -> ResponseLog {
    ResponseLog(
      file: try configuration.responseLogPath.map(LineFile.init(appendingTo:)),
      webhook: configuration.responseWebhook.map { Webhook($0, transport: webhookTransport, log: log) },
      answers: answers, clock: clock, log: log)
  }

  /// The exit code of a run that a signal has ended, which is said.
  var stopped: ExitCode {
    log.critical("stopped by a signal; what is not covered by the last STATE comes again")
    return interruption.exitCode ?? .failure
  }

  /// Says how the run ended; the last line of the log is the reason when it did not end well.
  private func conclude(
    _ dispatcher: Dispatcher, _ outcomes: Outcomes, _ deadLetters: DeadLetters, _ failure: (any Error)?
  ) async throws -> ExitCode {
    let fatal = await dispatcher.fatal ?? failure
    let succeeded = fatal == nil && outcomes.refused == 0 && !interruption.isRequested
    report.summarise(
      totals: client.totals, duration: ContinuousClock.now - started, succeeded: succeeded)
    if let fatal, !(fatal is CancellationError) { throw fatal }
    if interruption.isRequested { return stopped }
    guard outcomes.refused > 0 else { return .success }
    let first = deadLetters.first.map {
      "; the first is line \($0.line): stream \($0.stream): \($0.rejection)"
    }
    let place = deadLetters.count > 0 ? "; they are in \(deadLetters.name)" : ""
    let isCutShort = await dispatcher.isStopped
    let end = isCutShort ? ", which ended the run: the rest of the input has not been written" : ""
    log.critical(
      "\(outcomes.refused) of \(report.records) records could not be written\(end)\(place)\(first ?? "")")
    return .failure
  }
}
