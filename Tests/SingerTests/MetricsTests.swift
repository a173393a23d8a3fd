import JSONBytes
import Testing

@testable import Singer

@Suite("Metrics")
struct MetricsTests {
  private let pipe = TestPipe()
  private let start = ContinuousClock.now

  private var metrics: Metrics {
    Metrics(log: Log(program: "tap-close", console: Console(descriptor: pipe.writingEnd)), now: start)
  }

  @Test("report the difference once a minute and the rest at the end")
  func deltas() {
    let metrics = metrics
    metrics.addRecords(100, stream: "leads", now: start)
    metrics.addRecords(50, stream: "leads", now: start + .seconds(59))
    #expect(pipe.readAvailable() == "")
    metrics.addRecords(1, stream: "tasks", now: start + .seconds(60))
    metrics.addRecords(7, stream: "leads", now: start + .seconds(119))
    metrics.jobFinished("sync", duration: .milliseconds(1500), succeeded: true)
    #expect(
      pipe.readAvailable() == """
        INFO METRIC: {"type":"counter","metric":"record_count","value":150,"tags":{"stream":"leads","endpoint":"leads"}}
        INFO METRIC: {"type":"counter","metric":"record_count","value":1,"tags":{"stream":"tasks","endpoint":"tasks"}}
        INFO METRIC: {"type":"counter","metric":"record_count","value":7,"tags":{"stream":"leads","endpoint":"leads"}}
        INFO METRIC: {"type":"timer","metric":"job_duration","value":1.5,"tags":{"job_type":"sync","status":"succeeded"}}

        """)
  }

  @Test("report a stream when it is done, even when it had nothing")
  func streamFinished() {
    let metrics = metrics
    metrics.addRecords(3, stream: "leads", now: start)
    metrics.streamFinished("leads", duration: .seconds(2), succeeded: true)
    metrics.streamFinished("tasks", duration: .microseconds(1), succeeded: false)
    metrics.jobFinished("sync", duration: .zero, succeeded: false)
    #expect(
      pipe.readAvailable() == """
        INFO METRIC: {"type":"counter","metric":"record_count","value":3,"tags":{"stream":"leads","endpoint":"leads"}}
        INFO METRIC: {"type":"timer","metric":"sync_duration","value":2,"tags":{"stream":"leads","status":"succeeded"}}
        INFO METRIC: {"type":"counter","metric":"record_count","value":0,"tags":{"stream":"tasks","endpoint":"tasks"}}
        INFO METRIC: {"type":"timer","metric":"sync_duration","value":1e-06,"tags":{"stream":"tasks","status":"failed"}}
        INFO METRIC: {"type":"timer","metric":"job_duration","value":0,"tags":{"job_type":"sync","status":"failed"}}

        """)
  }

  @Test("tell requests apart by endpoint and status, with how many and how long on average")
  func requests() {
    let metrics = metrics
    for (endpoint, status, milliseconds) in [
      ("lead", 200, 100), ("lead", 200, 300), ("lead", 429, 10), ("task", 200, 50), ("task", nil, 5000),
    ] {
      metrics.addRequest(
        endpoint: endpoint, status: status, duration: .milliseconds(milliseconds), now: start)
    }
    metrics.jobFinished("sync", duration: .zero, succeeded: true)
    let lines = pipe.readAvailable().split(separator: "\n").dropLast().map {
      $0.dropFirst("INFO METRIC: ".count)
    }
    func pair(_ count: Int, _ seconds: String, _ tags: String) -> [String] {
      [
        #"{"type":"counter","metric":"http_request_count","value":\#(count),"tags":{\#(tags)}}"#,
        #"{"type":"timer","metric":"http_request_duration","value":\#(seconds),"tags":{\#(tags)}}"#,
      ]
    }
    let expected = [
      pair(2, "0.2", #""endpoint":"lead","http_status_code":200,"status":"succeeded""#),
      pair(1, "0.01", #""endpoint":"lead","http_status_code":429,"status":"failed""#),
      pair(1, "0.05", #""endpoint":"task","http_status_code":200,"status":"succeeded""#),
      pair(1, "5", #""endpoint":"task","http_status_code":null,"status":"failed""#),
    ]
    #expect(lines.map(String.init) == expected.flatMap(\.self))
  }
}
