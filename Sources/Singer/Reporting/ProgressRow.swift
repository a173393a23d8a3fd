/// How far one stream has come, as progress shows it.
struct ProgressRow: Hashable, Sendable {
  enum State: Hashable, Sendable {
    case running
    case finished
    case failed
  }

  let stream: String
  var records = 0
  /// How many there will be; nil when nobody knows.
  var total: Int?
  /// Seconds since the stream was started, or that it took.
  var seconds = 0.0
  var state = State.running

  /// Records a second.
  var rate: Double { seconds > 0 ? Double(records) / seconds : 0 }
}

extension ProgressRow {
  /// The lines that show `rows` on a terminal of `width` columns: a few running streams, and a sum.
  ///
  ///     leads             12,400 / 100,000   12%    1,240/s
  ///     activities         4,000
  ///     2 of 6 streams running, 16,400 records, 1,640/s, 0:10
  static func lines(for rows: [ProgressRow], seconds: Double, width: Int, atMost limit: Int = 6) -> [String] {
    guard !rows.isEmpty else { return [] }
    let running = rows.filter { $0.state == .running }
    let shown = running.prefix(limit)
    let nameWidth = shown.map(\.stream.count).max() ?? 0
    var lines = shown.map { $0.line(nameWidth: nameWidth) }
    if running.count > limit { lines.append("… and \(running.count - limit) more") }

    let records = rows.reduce(0) { $0 + $1.records }
    let failed = rows.count { $0.state == .failed }
    let parts = [
      "\(running.count) of \(rows.count) streams running", failed > 0 ? "\(failed) failed" : nil,
      "\(records.grouped) records", "\(Int(seconds > 0 ? Double(records) / seconds : 0).grouped)/s",
      seconds.clock,
    ]
    lines.append(parts.compactMap(\.self).joined(separator: ", "))
    // A line that wraps would take two rows, and erasing counts on one.
    return lines.map { $0.count < width ? $0 : String($0.prefix(max(width - 2, 0))) + "…" }
  }

  private func line(nameWidth: Int) -> String {
    var line = stream.padded(to: nameWidth) + "  " + records.grouped.paddedLeft(to: 11)
    if let total, total > 0 {
      line += " / \(total.grouped.padded(to: 11))" + "\(min(records, total) * 100 / total)%".paddedLeft(to: 5)
    }
    return line + "\(Int(rate).grouped)/s".paddedLeft(to: 11)
  }
}

extension Int {
  /// `12,400`.
  var grouped: String {
    var text = ""
    for (index, digit) in String(magnitude).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + String(text.reversed())
  }
}

extension Double {
  /// Seconds as `0:07`, `12:30` or `1:02:03`.
  fileprivate var clock: String {
    let seconds = Int(self)
    let parts =
      seconds < 3600 ? [seconds / 60, seconds % 60] : [seconds / 3600, seconds / 60 % 60, seconds % 60]
    return parts.enumerated().map { $0 == 0 || $1 > 9 ? "\($1)" : "0\($1)" }.joined(separator: ":")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
  fileprivate func paddedLeft(to width: Int) -> String {
    String(repeating: " ", count: max(width - count, 0)) + self
  }
}
