internal import JSONBytes

/// What has been counted and timed since it was last reported; says what is due, and when.
struct MetricsTable: Sendable {
  /// A request as metrics tell it apart.
  private struct Request: Hashable {
    let endpoint: String
    let status: Int?
  }

  private struct Requests {
    var count = 0
    var seconds = 0.0
  }

  private let interval: Duration
  private var lastReport: ContinuousClock.Instant
  private var records: [(stream: String, count: Int)] = []
  private var requests: [(request: Request, measured: Requests)] = []

  /// An empty table whose first report is due `interval` after `now`.
  init(interval: Duration, now: ContinuousClock.Instant) {
    self.interval = interval
    lastReport = now
  }

  mutating func addRecords(_ count: Int, stream: String) {
    if let index = records.firstIndex(where: { $0.stream == stream }) {
      records[index].count += count
    } else {
      records.append((stream, count))
    }
  }

  mutating func addRequest(endpoint: String, status: Int?, seconds: Double) {
    let request = Request(endpoint: endpoint, status: status)
    let index = requests.firstIndex { $0.request == request } ?? requests.endIndex
    if index == requests.endIndex { requests.append((request, Requests())) }
    requests[index].measured.count += 1
    requests[index].measured.seconds += seconds
  }

  /// What has to be reported now: nothing, before the interval is over.
  mutating func takeDue(now: ContinuousClock.Instant) -> [Metric] {
    guard now - lastReport >= interval else { return [] }
    lastReport = now
    return takeAll()
  }

  /// Everything not reported yet.
  mutating func takeAll() -> [Metric] {
    defer { (records, requests) = ([], []) }
    return records.map { MetricsTable.recordCount($0.count, stream: $0.stream) }
      + requests.flatMap { MetricsTable.metrics(of: $0.request, $0.measured) }
  }

  /// The records of `stream` not reported yet, also when there are none.
  mutating func takeRecords(of stream: String) -> Metric {
    let count = records.first { $0.stream == stream }?.count ?? 0
    records.removeAll { $0.stream == stream }
    return MetricsTable.recordCount(count, stream: stream)
  }

  /// Singer's Python library calls the tag `endpoint`, Meltano's SDK `stream`.
  private static func recordCount(_ count: Int, stream: String) -> Metric {
    .counter("record_count", count, ["stream": .string(stream), "endpoint": .string(stream)])
  }

  /// The number of like requests, and how long one took on average.
  private static func metrics(of request: Request, _ measured: Requests) -> [Metric] {
    let isSuccess = request.status.map { (200..<300).contains($0) } ?? false
    let tags: JSONObject = [
      "endpoint": .string(request.endpoint), "http_status_code": request.status.map(JSONValue.int) ?? .null,
      "status": isSuccess ? "succeeded" : "failed",
    ]
    return [
      .counter("http_request_count", measured.count, tags),
      .timer("http_request_duration", seconds: measured.seconds / Double(max(measured.count, 1)), tags),
    ]
  }
}
