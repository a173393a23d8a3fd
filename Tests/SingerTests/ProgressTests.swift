import Testing

@testable import Singer

@Suite("Progress")
struct ProgressTests {
  private let pipe = TestPipe()
  private let start = ContinuousClock.now

  @Test("shows running streams and a sum")
  func rendering() {
    let rows = [
      ProgressRow(stream: "leads", records: 12_400, total: 100_000, seconds: 10),
      ProgressRow(stream: "activities", records: 4_000, seconds: 8),
      ProgressRow(stream: "users", records: 3, seconds: 1, state: .finished),
      ProgressRow(stream: "tasks", records: 0, seconds: 2, state: .failed),
    ]
    #expect(
      ProgressRow.lines(for: rows, seconds: 10, width: 80) == [
        "leads            12,400 / 100,000      12%    1,240/s",
        "activities        4,000      500/s",
        "2 of 4 streams running, 1 failed, 16,403 records, 1,640/s, 0:10",
      ])
  }

  @Test("of nothing shows nothing")
  func empty() {
    #expect(ProgressRow.lines(for: [], seconds: 10, width: 80) == [])
  }

  @Test("shows a few streams of many, and no line that would wrap", arguments: [0, 1, 10, 40, 200])
  func limits(width: Int) {
    let rows = (0..<60).map {
      ProgressRow(stream: "a rather long stream name \($0)", records: $0, seconds: 0)
    }
    let lines = ProgressRow.lines(for: rows, seconds: 0, width: width)
    #expect(lines.count == 8)
    #expect(lines.allSatisfy { $0.count < max(width, 2) })
    if width == 200 { #expect(lines[6] == "… and 54 more") }
  }

  @Test(
    "counts in thousands",
    arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1234, "-1,234")])
  func grouping(number: Int, text: String) {
    #expect(number.grouped == text)
  }

  @Test("is drawn anew a few times a second at most")
  func throttled() {
    let progress = Progress(
      console: Console(descriptor: pipe.writingEnd, isTerminal: true), isShown: true, now: start)
    progress.started("leads", total: 1000, now: start)
    #expect(pipe.readAvailable().contains("leads"))
    for step in 1...19 {
      progress.addRecords(10, stream: "leads", now: start + .milliseconds(step * 10))
    }
    #expect(pipe.readAvailable() == "")
    progress.addRecords(10, stream: "leads", now: start + .milliseconds(200))
    let drawn = pipe.readAvailable()
    #expect(drawn.hasPrefix("\u{1B}[2A\r\u{1B}[J"))
    #expect(drawn.contains("200 / 1,000"))
    #expect(drawn.contains("20%"))
    progress.addRecords(1, stream: "nobody", now: start + .seconds(9))
    progress.finished("leads", succeeded: true, now: start + .seconds(10))
    #expect(pipe.readAvailable().contains("0 of 1 streams running, 200 records, 20/s, 0:10"))
    progress.clear()
    #expect(pipe.readAvailable() == "\u{1B}[1A\r\u{1B}[J")
  }

  @Test("makes room for log lines")
  func logLines() {
    let console = Console(descriptor: pipe.writingEnd, isTerminal: true)
    let progress = Progress(console: console, isShown: true, now: start)
    progress.started("leads", now: start)
    let shown = pipe.readAvailable()
    Log(program: "tap-close", console: console).info("hello")
    #expect(pipe.readAvailable() == "\u{1B}[2A\r\u{1B}[JINFO hello\n" + shown)
  }

  @Test("is silent on a pipe")
  func silent() {
    let console = Console(descriptor: pipe.writingEnd)
    #expect(!console.isTerminal)
    let progress = Progress(console: console)
    progress.started("leads")
    progress.addRecords(10, stream: "leads")
    progress.finished("leads", succeeded: true)
    progress.clear()
    #expect(pipe.readAvailable() == "")
  }
}
