import JSONBytes
import Singer
import Synchronization

/// What becomes of records that are done: they are counted, refused ones are kept, a dry run's plan is printed.
final class Outcomes: Sendable {
  private let dispatcher: Dispatcher
  private let report: TargetReport
  private let deadLetters: DeadLetters
  private let log: Log
  private let maxErrors: Int
  /// Where a dry run's plan goes; nil when records are written.
  private let plan: PlanOutput?
  private let refusals = Mutex(0)

  init(
    dispatcher: Dispatcher, report: TargetReport, deadLetters: DeadLetters, log: Log, maxErrors: Int,
    plan: PlanOutput?
  ) {
    self.log = log
    self.dispatcher = dispatcher
    self.report = report
    self.deadLetters = deadLetters
    self.maxErrors = maxErrors
    self.plan = plan
  }

  /// How many records have been refused.
  var refused: Int { refusals.withLock { $0 } }

  /// Lets the plan go on past a record that waits for one behind it.
  func letPass(_ job: Int) throws { try plan?.letPass(job) }

  /// A record that is what it should be, or would be.
  func done(_ line: PlanLine, _ job: Int) async throws {
    let skips = line.operations.filter { $0.action == .skip }.map(\.reason)
    report.done(
      line.stream, line: line.line, Outcomes.words(line.operations, isDryRun: plan != nil), skipped: skips)
    try plan?.finish(job, line)
    await dispatcher.finish(job)
  }

  /// A record that has been written just so before, to the object `id`.
  func unchanged(_ record: SourceRecord, id: String?, _ job: Int) async throws {
    report.done(record.stream.name, line: record.line, ["unchanged"])
    try plan?.finish(job, Outcomes.unchangedLine(record, id: id))
    await dispatcher.finish(job)
  }

  /// The line of a record that has been written just so before.
  static func unchangedLine(_ record: SourceRecord, id: String?) -> PlanLine {
    PlanLine(
      line: record.line, stream: record.stream.name, key: record.key,
      operations: [
        Operation(
          action: .noop, resource: record.stream.settings.resourceName, id: id,
          reason: "written before just like this")
      ], content: record.content)
  }

  /// A record that cannot be written; it is kept before anything else is said about it.
  func refused(_ record: SourceRecord, _ rejection: Rejection, _ job: Int) async throws {
    let stream = record.stream
    report.done(stream.name, line: record.line, ["rejected"])
    let count = refusals.withLock { count in
      count += 1
      return count
    }
    if plan == nil {
      try deadLetters.add(
        DeadLetter(
          stream: stream.name, line: record.line, key: record.key.text, keyProperties: stream.keyProperties,
          customFieldNames: stream.customFieldNames, record: record.fields, rejection: rejection))
    }
    let operation = Operation.rejected(rejection, resource: stream.settings.resourceName)
    try plan?.finish(
      job, PlanLine(line: record.line, stream: stream.name, key: record.key, operations: [operation]))
    await dispatcher.finish(job)
    if plan == nil, count >= maxErrors { await dispatcher.stop() }
  }

  /// A line of a reviewed plan that cannot be carried out any more.
  func refused(_ line: PlanLine, _ rejection: Rejection, _ job: Int) async throws {
    report.done(line.stream, line: line.line, ["rejected"])
    log.error("line \(line.line): stream \(line.stream): not carried out: \(rejection)", stream: line.stream)
    refusals.withLock { $0 += 1 }
    await dispatcher.finish(job)
  }

  private static func words(_ operations: [Operation], isDryRun: Bool) -> [String] {
    var words: [String] = []
    for operation in operations where !words.contains(operation.word(isDryRun: isDryRun)) {
      words.append(operation.word(isDryRun: isDryRun))
    }
    // A record of several objects is unchanged only when all of them are.
    return words.count > 1 ? words.filter { $0 != "unchanged" && $0 != "skipped" } : words
  }
}

/// Prints the plan of a dry run, in the order of the input as far as that goes.
final class PlanOutput: Sendable {
  private let writer: MessageWriter
  private let organisation: String
  private let order = Mutex(PlanOrder())

  /// - Parameter organisation: the one that the plan is made for.
  init(writer: MessageWriter, organisation: String) {
    self.writer = writer
    self.organisation = organisation
  }

  /// Lines a job up; to be called before anyone works on it.
  func admit(_ job: Int) { order.withLock { $0.admit(job) } }

  /// Lets the plan go on past a job that waits for one behind it.
  func letPass(_ job: Int) throws(SingerError) {
    try order.withLock { (order) throws(SingerError) in try print(order.letPass(job)) }
  }

  /// Takes in the line of a job.
  func finish(_ job: Int, _ line: PlanLine) throws(SingerError) {
    var line = line
    line.organisation = organisation
    let json = line.json
    try order.withLock { (order) throws(SingerError) in try print(order.finish(job, json)) }
  }

  private func print(_ lines: [JSONValue]) throws(SingerError) {
    for line in lines { try writer.writeLine(line) }
  }
}
