internal import JSONBytes
internal import Synchronization

/// Counts and times what a run does, and logs it as Singer metrics, at most once a minute and at the end.
///
///     INFO METRIC: {"type":"counter","metric":"record_count","value":400,"tags":{"stream":"leads",…}}
///
/// Counters tell what came since their last line. A `http_request_duration` is the average of the like
/// requests since its last line; `http_request_count` tells how many they were.
public final class Metrics: Sendable {
  private let log: Log
  private let table: Mutex<MetricsTable>

  /// Metrics that go to `log`.
  public init(log: Log, interval: Duration = .seconds(60), now: ContinuousClock.Instant = .now) {
    self.log = log
    table = Mutex(MetricsTable(interval: interval, now: now))
  }

  /// Counts records of `stream` that have been written.
  public func addRecords(_ count: Int, stream: String, now: ContinuousClock.Instant = .now) {
    record(now) { $0.addRecords(count, stream: stream) }
  }

  /// Counts and times a request; `status` is nil when no answer came.
  public func addRequest(
    endpoint: String, status: Int?, duration: Duration, now: ContinuousClock.Instant = .now
  ) {
    record(now) { $0.addRequest(endpoint: endpoint, status: status, seconds: duration.seconds) }
  }

  /// Reports how long `stream` took and the records not reported yet.
  public func streamFinished(_ stream: String, duration: Duration, succeeded: Bool) {
    log.metric(table.withLock { $0.takeRecords(of: stream) })
    log.metric(
      .timer(
        "sync_duration", seconds: duration.seconds,
        ["stream": .string(stream), "status": succeeded ? "succeeded" : "failed"]))
  }

  /// Reports everything not reported yet and how long the whole run took.
  public func jobFinished(_ jobType: String, duration: Duration, succeeded: Bool) {
    for metric in table.withLock({ $0.takeAll() }) { log.metric(metric) }
    log.metric(
      .timer(
        "job_duration", seconds: duration.seconds,
        ["job_type": .string(jobType), "status": succeeded ? "succeeded" : "failed"]))
  }

  private func record(_ now: ContinuousClock.Instant, _ change: (inout MetricsTable) -> Void) {
    let due = table.withLock { table in
      change(&table)
      return table.takeDue(now: now)
    }
    for metric in due { log.metric(metric) }
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
