import CloseAPI
import JSONBytes
import Singer
import Testing

@testable import TapClose

@Suite("Custom streams: suggestions") struct PathSuggestionTests {
  private func paths(_ answer: String) throws -> [String] {
    PathSuggestion.all(in: try JSONValue(parsing: answer)).map(\.path.description)
  }

  @Test(arguments: [
    (#"{"data": [{"id": 1}], "has_more": false}"#, ["$.data[*]", "$"]), ("[{}, {}]", ["$[*]"]),
    (#"{"id": "x", "parts": [{"id": 1}]}"#, ["$", "$.parts[*]"]), ("7", []), (#"["a"]"#, []),
    (#"{"data": [], "other": [{"a": 1}]}"#, ["$.other[*]", "$.data[*]", "$"]),
    (#"{"few": [{"a": 1}], "many": [{"a": 1}, {"a": 2}]}"#, ["$.many[*]", "$.few[*]", "$"]),
    (
      #"{"r": {"odd name": [{"x": [{"y": 1}], "e": []}]}}"#,
      ["$.r['odd name'][*]", "$.r['odd name'][*].x[*]", "$"]
    ),
    (#"{"mixed": [{"a": 1}, 2]}"#, ["$"]),
  ])
  func `lists with records near the top come first`(answer: String, expected: [String]) throws {
    #expect(try paths(answer) == expected)
  }

  @Test(
    arguments: [
      (#"[{"name": "x", "id": 1}, {"name": "y", "id": 2}]"#, "id", nil),
      (#"[{"name": "x", "user_id": 1}, {"name": "y", "user_id": 2}]"#, "user_id", nil),
      (#"[{"a": "x", "b": 1}, {"a": "x", "b": 2}]"#, "b", nil), (#"[{"a": 1}, {}]"#, nil, nil),
      (#"[{"n": 1, "day": "2024-05-01"}, {"n": 2, "day": "2024-05-02"}]"#, "day", nil),
      (#"[{"day": "2024-05-01", "n": "x"}, {"day": "2024-05-02", "n": "y"}]"#, "n", nil),
      (#"[{"a": true}, {"a": false}]"#, nil, nil), (#"[{"a": 1.5}, {"a": 2.5}]"#, nil, nil),
      (#"[{"a": 1}]"#, nil, nil),
      (
        #"[{"date_created": "2024-05-01T00:00:00Z", "date_updated": "2024-05-01T00:00:00Z"}]"#, nil,
        "date_updated"
      ),
      (#"[{"at": "2024-05-01T00:00:00Z"}, {"at": null}]"#, nil, "at"), (#"[{"at": "2024-05-01"}]"#, nil, nil),
      (#"[{"at": "2024-05-01T00:00:00Z"}, {"at": 3}]"#, nil, nil),
    ] as [(String, String?, String?)])
  func `keys are guessed from what the values show`(answer: String, primary: String?, replication: String?)
    throws
  {
    let best = try #require(PathSuggestion.all(in: try JSONValue(parsing: answer)).first)
    #expect(best.primaryKey == primary && best.replicationKey == replication)
  }

  @Test(arguments: [
    ("/lead/?_limit=5&query=a%20b+c", "GET /lead/", "lead", ["_limit=5", "query=a b c"]),
    ("get report/one_day/orga_1", "GET /report/one_day/orga_1/", "one_day", []),
    ("POST report/activity/ {\"type\": \"x\"}", "POST /report/activity/", "activity", []),
    ("activity/leads/", "GET /activity/leads/", "my_leads", []),
  ])
  func `a path is read with verb, query and body`(
    argument: String, text: String, name: String, query: [String]
  ) throws {
    let request = try ProbeRequest(parsing: argument)
    #expect(request.text == text && request.name == name)
    #expect(request.call.query.map { "\($0.name)=\($0.value)" } == query)
    #expect(request.call.kind == .read && (request.body != nil) == text.hasPrefix("POST"))
  }

  @Test(arguments: [
    "", "/", "https://api.close.com/api/v1/lead/", "lead/ {}", "POST lead/", "POST report/x/ [1]",
    "POST report/x {",
  ])
  func `what cannot be asked is refused`(argument: String) throws {
    let error = try #require(throws: SingerError.self) { try ProbeRequest(parsing: argument) }
    #expect(error.code == .usage)
  }

  @Test func `the entry to paste is one that can be read`() throws {
    let request = try ProbeRequest(parsing: "POST report/activity {\"query\": \"{x}\"}")
    let answer: JSONValue = ["data": [["id": "a", "date_updated": "2024-05-01T00:00:00Z"]], "cursor": "x"]
    let report = SuggestionReport(request, answer)
    let line = try JSONValue(
      parsing: try #require(report.lines.split(separator: "\n").first.map(String.init)))
    #expect(
      line["custom_stream"] == [
        "name": "activity", "path": "/report/activity/", "method": "POST", "body": ["query": "{{x}}"],
        "records_path": "$.data[*]", "primary_key": "id", "replication_key": "date_updated",
        "paging": "cursor",
      ])
    let streams = try CustomStreamTable.read([line["custom_stream"] ?? .null], beside: StreamTable.all)
    let call = streams.first?.call(PageWalk.Request(), MacroValues(now: .now(), bookmark: .now()))
    #expect(try JSONValue(parsing: call?.body ?? []) == ["query": "{x}"])
    #expect(report.text.contains("$.data[*]  1 record\n") && report.text.contains("\"custom_streams\": ["))
  }
}
