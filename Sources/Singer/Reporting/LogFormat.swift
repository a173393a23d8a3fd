internal import JSONBytes

/// How grave a log line is.
public enum LogLevel: Int, Comparable, CaseIterable, Sendable {
  /// For people who look for a fault.
  case debug
  /// What the program does.
  case info
  /// Something may not be as the user wants it.
  case warning
  /// Something failed, the run goes on.
  case error
  /// Why the run ends.
  case critical

  /// The level called `name`, in any case; nil when there is none.
  public init?(_ name: String) {
    guard let level = LogLevel.allCases.first(where: { $0.name == name.uppercased() }) else { return nil }
    self = level
  }

  /// The name at the start of plain lines.
  public var name: String { "\(self)".uppercased() }

  /// Less grave levels are smaller.
  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// One thing to be logged.
struct LogEvent: Sendable {
  var level: LogLevel
  var message: String
  var stream: String?
  var extra = JSONObject()
  var metric: Metric?
}

/// The forms a log line can take.
public enum LogFormat: Sendable {
  /// `INFO message`; metrics as `INFO METRIC: {…}`. What most runners of Singer taps look for.
  case plain
  /// One JSON object per event, as the Meltano SDK's `StructuredFormatter` writes it.
  case structured

  /// The lines that stand for one event; a plain message gets one per line of its text.
  func lines(for event: LogEvent, program: String, processID: Int32, time: Timestamp) -> [String] {
    switch self {
    case .plain:
      let message = event.metric.map { "METRIC: \($0.json.compact)" } ?? event.message
      return message.split(separator: "\n", omittingEmptySubsequences: false).map {
        "\(event.level.name) \($0.withoutControlCharacters)"
      }
    case .structured:
      var line: JSONValue = [
        "level": .string(event.level.name.lowercased()), "pid": .int(Int(processID)),
        "logger_name": .string(event.metric == nil ? program : "\(program).metrics"),
        "ts": JSONNumber(time.secondsSince1970).map(JSONValue.number) ?? .null, "thread_name": "main",
        "app_name": .string(program), "stream_name": event.stream.map(JSONValue.string) ?? .null,
        "message": .string(event.metric == nil ? event.message : "METRIC"), "extra": .object(event.extra),
      ]
      line["metric_info"] = event.metric?.json
      return [line.compact]
    }
  }
}

extension Substring {
  /// The text with a space in place of every character that could steer a terminal.
  fileprivate var withoutControlCharacters: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}
