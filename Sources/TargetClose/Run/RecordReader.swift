import JSONBytes
import Singer

/// Reads a Singer stream and hands its records to the dispatcher.
struct RecordReader: Sendable {
  let context: TargetContext
  let dispatcher: Dispatcher
  let report: TargetReport
  let log: Log
  let isDryRun: Bool

  /// Reads to the end of the input, or until the run is told to stop.
  ///
  /// - Throws: `SingerError` for a line that is no Singer message, or comes where it must not; what came before
  ///   it has been handed over.
  func read(_ input: InputSource) async throws {
    var reader = MessageReader()
    var streams: [String: IncomingStream] = [:]
    var skipped: Set<String> = []
    while let message = try await reader.next(from: input) {
      switch message {
      case .schema(let schema):
        guard let settings = context.configuration.settings(of: schema.stream) else {
          if skipped.insert(schema.stream).inserted {
            log.warning(
              "stream \(schema.stream) is skipped: neither its name nor the settings tell what it becomes in Close",
              stream: schema.stream)
          }
          continue
        }
        let stream = try IncomingStream(schema, settings: settings)
        streams[schema.stream] = stream
        announce(stream)
      case .record(let record):
        if skipped.contains(record.stream) { continue }
        guard let stream = streams[record.stream] else {
          throw SingerError(
            .malformedMessage, "a RECORD came before the SCHEMA of its stream", line: record.line,
            stream: record.stream)
        }
        guard try await take(record, of: stream) else { return }
      case .state(let value, _):
        if !isDryRun { await dispatcher.receive(value) }
      case .activateVersion: continue
      case .batch(let batch):
        throw SingerError(
          .malformedMessage, "BATCH messages are not understood; turn batch_config off in the tap",
          line: batch.line, stream: batch.stream)
      case .unknown(let type, let line):
        throw SingerError(.malformedMessage, "the message type \"\(type)\" is not known", line: line)
      }
    }
  }

  /// Takes note of a stream that records will come of.
  func announce(_ stream: IncomingStream) {
    report.started(stream.name)
    switch stream.settings.destination {
    case .resource(let resource): context.memory.announce(resource.name)
    case .dictionary: context.memory.announce(stream.name)
    case .anyActivity, .endpoint, .contactAndLead: break
    }
  }

  /// Takes a record in; false when the run is to end.
  private func take(_ message: SingerMessage.Record, of stream: IncomingStream) async throws -> Bool {
    let record: SourceRecord
    do throws(SingerError) {
      record = try stream.read(message)
    } catch {
      guard error.code == .invalidRecord else { throw error }
      // Valid JSON, but not what the schema promised: kept like any other record that cannot be written.
      let fields = try message.parse()
      let record = stream.record(fields, bytes: Array(message.bytes), line: message.line)
      var fault = error
      // Whoever reads the rejection knows whose it is.
      (fault.line, fault.stream) = (nil, nil)
      return try await admit(.refused(record, Rejection(fault.description)), record)
    }
    return try await take(record)
  }

  /// Takes a record in; false when the run is to end.
  func take(_ record: SourceRecord) async throws -> Bool {
    guard record.hasKey else {
      let names = record.stream.keyProperties.joined(separator: "\", \"")
      return try await admit(
        .refused(record, Rejection("the key \"\(names)\" is missing, null or empty")), record)
    }
    let key = JournalKey(stream: record.stream.name, key: record.key)
    // Asked last: a record of the same key may have been written while we found out that none is on its way.
    if !isDryRun, context.journal.isUnchanged(key, record.content),
      await !dispatcher.isBusy(RecordLanes.keyLane(of: record)),
      context.journal.isUnchanged(key, record.content)
    {
      report.done(record.stream.name, line: record.line, ["unchanged"])
      return true
    }
    return try await admit(.record(record), record)
  }

  private func admit(_ work: Work, _ record: SourceRecord) async throws -> Bool {
    let directory = try await context.directory.directory(with: record.stream.settings.matchTables)
    return try await dispatcher.admit(work, RecordLanes.lanes(of: record, directory))
  }
}
