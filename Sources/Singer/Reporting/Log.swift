public import JSONBytes
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program's log on standard error, in Singer's form.
///
/// On failure the last line is the reason, at level CRITICAL. Secrets that have been registered never show.
public final class Log: Sendable {
  private let program: String
  private let console: Console
  private let options: LogOptions
  private let redactor = Mutex(Redactor())

  /// A log of `program` on `console`.
  public init(program: String, console: Console, options: LogOptions = LogOptions()) {
    self.program = program
    self.console = console
    self.options = options
  }

  /// Makes `secret` unreadable in every line from now on.
  public func register(secret: String) { redactor.withLock { $0.register(secret) } }

  /// The text as the log would show it, for other places where text leaves the program.
  public func redact(_ text: String) -> String { redactor.withLock { $0.redact(text) } }

  /// Whether lines of `level` are shown.
  public func shows(_ level: LogLevel) -> Bool { level >= options.level }

  /// For people who look for a fault.
  public func debug(
    _ message: @autoclosure () -> String, stream: String? = nil, extra: JSONObject = JSONObject()
  ) {
    write(.debug, message, stream, extra)
  }

  /// What the program does.
  public func info(
    _ message: @autoclosure () -> String, stream: String? = nil, extra: JSONObject = JSONObject()
  ) {
    write(.info, message, stream, extra)
  }

  /// Something may not be as the user wants it.
  public func warning(
    _ message: @autoclosure () -> String, stream: String? = nil, extra: JSONObject = JSONObject()
  ) {
    write(.warning, message, stream, extra)
  }

  /// Something failed, the run goes on.
  public func error(
    _ message: @autoclosure () -> String, stream: String? = nil, extra: JSONObject = JSONObject()
  ) {
    write(.error, message, stream, extra)
  }

  /// Why the run ends.
  public func critical(
    _ message: @autoclosure () -> String, stream: String? = nil, extra: JSONObject = JSONObject()
  ) {
    write(.critical, message, stream, extra)
  }

  /// Logs a metric at level INFO.
  func metric(_ metric: Metric) {
    guard shows(.info) else { return }
    write(LogEvent(level: .info, message: "", stream: metric.tags["stream"]?.string, metric: metric))
  }

  private func write(_ level: LogLevel, _ message: () -> String, _ stream: String?, _ extra: JSONObject) {
    guard shows(level) else { return }
    write(LogEvent(level: level, message: message(), stream: stream, extra: extra))
  }

  private func write(_ event: LogEvent) {
    var event = event
    redactor.withLock { redactor in
      event.message = redactor.redact(event.message)
      event.stream = event.stream.map(redactor.redact)
      event.extra = redactor.redact(event.extra)
      if let tags = event.metric?.tags { event.metric?.tags = redactor.redact(tags) }
    }
    console.write(
      options.format.lines(for: event, program: program, processID: getpid(), time: Timestamp.now()))
  }
}
