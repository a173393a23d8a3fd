import CloseAPI
import CloseConnection
import JSONBytes
import Singer
import Synchronization

/// What a run has done so far: live progress and metrics while it goes on, a summary at its end.
final class RunReport: Sendable {
  private let log: Log
  private let metrics: Metrics
  private let progress: Progress
  private let watch: ClientWatch
  private let streams = Mutex<[String: StreamReport]>([:])

  /// What is told of one table.
  struct StreamReport: Hashable, Sendable {
    var records = 0
    /// Requests sent and answered for it.
    var requests = 0
    var undeclared: [String] = []
    /// Values of another type than the schema says, by field.
    var contradictions: [String: Int] = [:]
    /// Records whose text had to be cleaned for loaders.
    var cleaned = 0
  }

  init(log: Log, metrics: Metrics, progress: Progress) {
    self.log = log
    self.metrics = metrics
    self.progress = progress
    watch = ClientWatch(log: log, metrics: metrics)
  }

  /// A report on what is read by the way, which warns in the same log and counts for itself.
  func aside() -> RunReport { RunReport(log: log, metrics: metrics, progress: progress) }

  func started(_ stream: String) { progress.started(stream) }

  func wrote(_ count: Int, of stream: String) {
    guard count > 0 else { return }
    streams.withLock { $0[stream, default: StreamReport()].records += count }
    metrics.addRecords(count, stream: stream)
    progress.addRecords(count, stream: stream)
  }

  /// Takes note of what the client does.
  func observe(_ event: ClientEvent) {
    if case .finished(let attempt) = event, let stream = attempt.call.label {
      streams.withLock { $0[stream, default: StreamReport()].requests += 1 }
    }
    watch.observe(event)
  }

  /// Takes over what an encoder met; each encoder reports once, when it is done.
  func encoded(by encoder: RecordEncoder, of stream: String) {
    streams.withLock { streams in
      for name in encoder.undeclaredNames where streams[stream]?.undeclared.contains(name) != true {
        streams[stream, default: StreamReport()].undeclared.append(name)
      }
      for (name, count) in encoder.contradictions {
        streams[stream, default: StreamReport()].contradictions[name, default: 0] += count
      }
      if encoder.cleanedRecords > 0 {
        streams[stream, default: StreamReport()].cleaned += encoder.cleanedRecords
      }
    }
  }

  func finished(_ stream: String, duration: Duration, succeeded: Bool) {
    metrics.streamFinished(stream, duration: duration, succeeded: succeeded)
    progress.finished(stream, succeeded: succeeded)
  }

  func warn(_ message: String, stream: String) { log.warning(message, stream: stream) }

  func note(_ message: String, stream: String) { log.info(message, stream: stream) }

  func report(of stream: String) -> StreamReport { streams.withLock { $0[stream] ?? StreamReport() } }
}

// MARK: - Summary

extension RunReport {
  /// Logs what the run did: a line per table, then the sum.
  func summarise(
    _ outcomes: [StreamOutcome], state: SingerState, totals: ClientTotals, duration: Duration
  ) {
    progress.clear()
    let width = outcomes.map(\.stream.count).max() ?? 0
    var records = 0
    for outcome in outcomes {
      let report = report(of: outcome.stream)
      records += report.records
      let bookmark = outcome.replicationKey.flatMap { try? state.bookmark(of: outcome.stream, by: $0) }
      let position = state.extra(LogMemory.positionMember, of: outcome.stream)?.string
      let facts = [
        counted(report.records, "record"), counted(report.requests, "request"),
        bookmark.map { "bookmark \($0)" }, position.map { "log read to \($0)" }, outcome.word,
      ]
      let name = outcome.stream + String(repeating: " ", count: width - outcome.stream.count)
      log.info("\(name)  \(facts.compactMap(\.self).joined(separator: ", "))", stream: outcome.stream)
      for remark in report.remarks { log.info("\(outcome.stream): \(remark)", stream: outcome.stream) }
    }
    let waits = totals.waited > .milliseconds(50) ? ", \(totals.waited.tenths) s of waiting for Close" : ""
    log.info(
      "synced \(counted(records, "record")) of \(counted(outcomes.count, "stream"))"
        + " with \(counted(totals.requests, "request"))"
        + " in \(duration.tenths) s\(waits)")
  }
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension RunReport.StreamReport {
  /// What a user may want to do something about.
  fileprivate var remarks: [String] {
    var remarks: [String] = []
    if !undeclared.isEmpty {
      remarks.append("fields that the catalog does not declare: \(undeclared.joined(separator: ", "))")
    }
    for (name, count) in contradictions.sorted(by: { $0.key < $1.key }) {
      remarks.append("\(count) values of \(name) are of another type than the catalog says")
    }
    if cleaned > 0 { remarks.append("text of \(cleaned) records cleaned of characters that break loaders") }
    return remarks
  }
}
