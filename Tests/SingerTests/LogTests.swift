import JSONBytes
import Testing

@testable import Singer

@Suite("The log")
struct LogTests {
  private let pipe = TestPipe()

  private func log(_ options: LogOptions = LogOptions()) -> Log {
    Log(program: "tap-close", console: Console(descriptor: pipe.writingEnd), options: options)
  }

  @Test("writes LEVEL and message, each line of it")
  func plain() {
    let log = log()
    log.debug("not shown")
    log.info("two streams")
    log.warning("leads: slow")
    log.error("tasks failed")
    log.critical("cannot go on\nask for help")
    #expect(
      pipe.readAvailable() == """
        INFO two streams
        WARNING leads: slow
        ERROR tasks failed
        CRITICAL cannot go on
        CRITICAL ask for help

        """)
  }

  @Test(
    "shows what its level asks for",
    arguments: [
      (LogLevel.debug, ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
      (.info, ["INFO", "WARNING", "ERROR", "CRITICAL"]),
      (.error, ["ERROR", "CRITICAL"]),
      (.critical, ["CRITICAL"]),
    ])
  func levels(level: LogLevel, names: [String]) {
    let log = log(LogOptions(level: level))
    log.debug("a")
    log.info("a")
    log.warning("a")
    log.error("a")
    log.critical("a")
    #expect(pipe.readAvailable().split(separator: "\n").map { String($0.dropLast(2)) } == names)
  }

  @Test("does not make up a message nobody will see")
  func lazyMessage() {
    let log = log()
    log.debug(
      { () -> String in
        Issue.record("the message was made")
        return ""
      }())
  }

  @Test("lets no text steer the terminal")
  func controlCharacters() {
    log().info("a\u{1B}[2Jb\rc\td\u{7F}")
    #expect(pipe.readAvailable() == "INFO a [2Jb c d \n")
  }

  @Test("writes one JSON object per event for the Meltano SDK's readers")
  func structured() throws {
    let log = log(LogOptions(format: .structured))
    log.warning("two\nlines", stream: "leads", extra: ["page": 1])
    log.info("done")
    let lines = try pipe.readAvailable().split(separator: "\n").map { try json(String($0)) }
    let first = try #require(lines.first)
    #expect(
      first.object?.keys == [
        "level", "pid", "logger_name", "ts", "thread_name", "app_name", "stream_name", "message", "extra",
      ])
    #expect(first["level"] == "warning")
    #expect(try #require(first["pid"]?.int) > 0)
    #expect(first["logger_name"] == "tap-close")
    #expect(try #require(first["ts"]?.double) > 1_700_000_000)
    #expect(first["thread_name"] == "main")
    #expect(first["app_name"] == "tap-close")
    #expect(first["stream_name"] == "leads")
    #expect(first["message"] == "two\nlines")
    #expect(first["extra"] == ["page": 1])
    #expect(lines.count == 2)
    #expect(lines.last?["stream_name"] == .null)
    #expect(lines.last?["extra"] == [:])
  }

  @Test("writes metrics in both forms")
  func metrics() throws {
    let metric = Metric.counter("record_count", 4, ["stream": "leads"])
    log().metric(metric)
    log(LogOptions(format: .structured)).metric(metric)
    log(LogOptions(level: .warning)).metric(metric)
    let lines = pipe.readAvailable().split(separator: "\n").map(String.init)
    try #require(lines.count == 2)
    #expect(
      lines[0]
        == #"INFO METRIC: {"type":"counter","metric":"record_count","value":4,"tags":{"stream":"leads"}}"#)
    let line = try json(lines[1])
    #expect(line["level"] == "info")
    #expect(line["message"] == "METRIC")
    #expect(line["logger_name"] == "tap-close.metrics")
    #expect(line["stream_name"] == "leads")
    #expect(line["metric_info"] == metric.json)
  }

  @Test("never shows a secret", arguments: [LogFormat.plain, .structured])
  func secrets(format: LogFormat) {
    let log = log(LogOptions(format: format))
    log.register(secret: "api_s3cret")
    log.critical(
      "GET /?key=api_s3cret: Authorization: Basic YXBpX3MzY3JldDo=", stream: "api_s3cret",
      extra: ["url": "x", "api_s3cret": ["api_s3cret"]])
    log.metric(.counter("record_count", 1, ["endpoint": "/api_s3cret/"]))
    let text = pipe.readAvailable()
    #expect(!text.contains("s3cret") && !text.contains("YXBpX3MzY3JldDo"))
    #expect(text.contains("GET /?key=[redacted]: Authorization: Basic [redacted]"))
    #expect(log.redact("<api_s3cret>") == "<[redacted]>")
  }

  @Test("does not fail when nobody can read it")
  func unwritable() {
    pipe.closeReadingEnd()
    log().info("into the void")
    Log(program: "x", console: Console(descriptor: 9999)).critical("nowhere")
  }
}

@Suite("The options of the log")
struct LogOptionsTests {
  @Test(
    "come from the environment",
    arguments: [
      ([:], LogOptions()),
      (["LOGLEVEL": "debug"], LogOptions(level: .debug)),
      (["LOGLEVEL": "WARNING", "TAP_CLOSE_LOGLEVEL": "error"], LogOptions(level: .error)),
      (["TAP_CLOSE_LOGLEVEL": "loud"], LogOptions()),
      (["TAP_CLOSE_LOGLEVEL": "loud", "LOGLEVEL": "critical"], LogOptions(level: .critical)),
      (["TARGET_CLOSE_LOGLEVEL": "error"], LogOptions()),
      (["SINGER_SDK_LOG_CONFIG": "/nowhere/log.json"], LogOptions()),
    ])
  func environment(variables: [String: String], options: LogOptions) {
    #expect(LogOptions(program: "tap-close") { variables[$0] } == options)
  }

  @Test(
    "come from the file that Meltano writes",
    arguments: [
      (
        #"{"formatters":{"singer_formatter":{"()":"singer_sdk.logging.StructuredFormatter"}},"root":{"level":"DEBUG"}}"#,
        LogOptions(level: .debug, format: .structured)
      ),
      (
        #"{"formatters":{"other":{"format":"x"},"f":{"()":"singer_sdk.logging.StructuredFormatter"}}}"#,
        LogOptions(level: .warning, format: .structured)
      ),
      (
        #"{"formatters":{"singer_formatter":{"format":"%(message)s"}},"root":{"level":"ERROR"}}"#,
        LogOptions(level: .error)
      ),
      (#"{"formatters":[],"root":7}"#, LogOptions(level: .warning)),
      ("formatters:\n  yaml: true\n", LogOptions(level: .warning)),
    ])
  func file(text: String, options: LogOptions) {
    let file = TemporaryFile(text)
    let variables = ["SINGER_SDK_LOG_CONFIG": file.path, "LOGLEVEL": "WARNING"]
    #expect(LogOptions(program: "tap-close") { variables[$0] } == options)
  }

  @Test("let the user's own variable win over the file")
  func ownVariable() {
    let file = TemporaryFile(#"{"root":{"level":"DEBUG"}}"#)
    let variables = ["SINGER_SDK_LOG_CONFIG": file.path, "TAP_CLOSE_LOGLEVEL": "ERROR"]
    #expect(LogOptions(program: "tap-close") { variables[$0] }.level == .error)
  }
}

@Suite("Redaction")
struct RedactorTests {
  @Test(
    "hides a secret wherever it stands",
    arguments: [
      ("plain", "plain"),
      ("abcd", "[redacted]"),
      ("xabcdabcdx", "x[redacted][redacted]x"),
      ("abcd\u{301}", "[redacted]\u{301}"),
      // `abcdef` holds `abcd`; no part of it may stay.
      ("abcdef", "[redacted]"),
      // Base64 of `abcd:`, as Basic authentication sends it.
      ("Basic YWJjZDo=", "Basic [redacted]"),
    ])
  func hides(text: String, expected: String) {
    var redactor = Redactor()
    for secret in ["abcd", "abcdef", "abcd", "", "abc"] { redactor.register(secret) }
    #expect(redactor.redact(text) == expected)
  }

  @Test("reaches into JSON and leaves numbers alone")
  func json() throws {
    var redactor = Redactor()
    redactor.register("1234")
    let value: JSONValue = ["a": ["x1234", 1234], "1234": .null]
    #expect(redactor.redact(value).compact == #"{"a":["x[redacted]",1234],"[redacted]":null}"#)
  }

  @Test("passes over secrets too short to tell from words")
  func short() {
    var redactor = Redactor()
    redactor.register("abc")
    #expect(redactor.redact("abc") == "abc")
  }
}
