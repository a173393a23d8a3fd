import CloseAPI
import CloseConnection
import Singer
import Synchronization

/// What a run has done so far: live progress and metrics while it goes on, a summary at its end.
final class TargetReport: Sendable {
  private struct StreamCounts {
    var order: Int
    var records = 0
    var actions: [String: Int] = [:]
    /// How often records were skipped for each reason.
    var skips: [String: Int] = [:]
    var requests = 0
    let started = ContinuousClock.now
  }

  private let log: Log
  private let metrics: Metrics
  private let progress: Progress
  private let watch: ClientWatch
  private let remarks: Remarks
  private let streams = Mutex<[String: StreamCounts]>([:])
  /// The lines that are done; nil while nobody asks for them.
  private let lines = Mutex<Set<Int>?>(nil)

  init(log: Log, metrics: Metrics, progress: Progress, remarks: Remarks) {
    self.log = log
    self.metrics = metrics
    self.progress = progress
    self.remarks = remarks
    watch = ClientWatch(log: log, metrics: metrics)
  }

  /// Takes note of what the client does.
  func observe(_ event: ClientEvent) {
    if case .finished(let attempt) = event, let stream = attempt.call.label {
      streams.withLock { $0[stream]?.requests += 1 }
    }
    watch.observe(event)
  }

  /// Starts counting for a stream.
  func started(_ stream: String) {
    let isNew = streams.withLock { streams in
      guard streams[stream] == nil else { return false }
      streams[stream] = StreamCounts(order: streams.count)
      return true
    }
    if isNew { progress.started(stream) }
  }

  /// Remembers from now on which lines are done.
  func keepLines() { lines.withLock { $0 = [] } }

  /// Whether the record of a line is done, one way or another.
  func isDone(line: Int) -> Bool { lines.withLock { $0?.contains(line) ?? false } }

  /// Counts a record that is done, with what was done for it; beyond a hundred reasons no new ones are kept.
  func done(_ stream: String, line: Int, _ words: [String], skipped reasons: [String] = []) {
    lines.withLock { _ = $0?.insert(line) }
    streams.withLock { streams in
      streams[stream]?.records += 1
      for word in words { streams[stream]?.actions[word, default: 0] += 1 }
      for reason in reasons
      where streams[stream]?.skips[reason] != nil || streams[stream]?.skips.count ?? 0 < 100 {
        streams[stream]?.skips[reason, default: 0] += 1
      }
    }
    metrics.addRecords(1, stream: stream)
    progress.addRecords(1, stream: stream)
  }

  /// How many records have come in.
  var records: Int { streams.withLock { $0.values.reduce(0) { $0 + $1.records } } }
}

// MARK: - Summary

extension TargetReport {
  /// The order of the words in the summary.
  private static let words = [
    "created", "updated", "deleted", "unchanged", "skipped", "rejected", "to create", "to update",
    "to delete",
  ]

  /// Logs what the run did: a line per stream, then the sum.
  func summarise(totals: ClientTotals, duration: Duration, succeeded: Bool) {
    progress.clear()
    let counts = streams.withLock { $0 }.sorted { $0.value.order < $1.value.order }
    let width = counts.map(\.key.count).max() ?? 0
    for (stream, count) in counts {
      metrics.streamFinished(stream, duration: ContinuousClock.now - count.started, succeeded: succeeded)
      let actions = TargetReport.words.compactMap { word in count.actions[word].map { "\($0) \(word)" } }
      let facts =
        [TargetReport.counted(count.records, "record")] + actions
        + [TargetReport.counted(count.requests, "request")]
      let name = stream + String(repeating: " ", count: width - stream.count)
      log.info("\(name)  \(facts.joined(separator: ", "))", stream: stream)
      for (reason, times) in count.skips.sorted(by: { $0.key < $1.key }) {
        log.info("\(stream): \(times) skipped: \(reason)", stream: stream)
      }
      for (remark, times) in remarks.all(of: stream) {
        let times = times == 1 ? "" : " (\(times) times)"
        log.warning("\(stream): \(remark)\(times)", stream: stream)
      }
    }
    let waits = totals.waited > .milliseconds(50) ? ", \(totals.waited.tenths) s of waiting for Close" : ""
    log.info(
      "took in \(TargetReport.counted(records, "record")) of \(TargetReport.counted(counts.count, "stream"))"
        + " with \(TargetReport.counted(totals.requests, "request")) in \(duration.tenths) s\(waits)")
    metrics.jobFinished("target", duration: duration, succeeded: succeeded)
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension Operation {
  /// What the summary calls it.
  func word(isDryRun: Bool) -> String {
    switch action {
    case .create: isDryRun ? "to create" : "created"
    case .update: isDryRun ? "to update" : "updated"
    case .delete: isDryRun ? "to delete" : "deleted"
    case .noop: "unchanged"
    case .skip: "skipped"
    case .reject: "rejected"
    }
  }
}
