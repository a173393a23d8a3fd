import CloseAPI
import JSONBytes
import Testing

@testable import TapClose

@Suite("Custom streams: macros and requests") struct MacroTextTests {
  private func values(_ row: JSONObject = [:]) throws -> MacroValues {
    MacroValues(
      now: try #require(Timestamp("2024-05-01T10:00:00Z")),
      bookmark: try #require(Timestamp("2024-04-01T23:59:59Z")),
      pattern: try DatePattern(parsing: "yyyy-MM-dd"), unit: .day, row: row)
  }

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("{now}", "2024-05-01"), ("{now-1}", "2024-04-30"),
    ("{ now + 31 }", "2024-06-01"),
    ("from {bookmark} to {now-0}!", "from 2024-04-01 to 2024-05-01!"), ("{lookup.id}/{lookup.n}", "lead_1/7"),
    ("{lookup.missing}", ""), ("{lookup.odd name}", "x"), ("{{now}}", "{now}"), ("}", "}"), ("a}}b", "a}b"),
  ])
  func `places are filled in`(text: String, expected: String) throws {
    let row: JSONObject = ["id": "lead_1", "n": 7, "odd name": "x", "list": []]
    #expect(try MacroText(parsing: text).text(values(row)) == expected)
  }

  @Test(arguments: [
    "{nwo}", "{now-x}", "{now--1}", "{now-}", "{lookup}", "{lookup.}", "{", "a {b", "{}",
    "{now+99999999999999999999}",
  ])
  func `what is no macro is refused`(text: String) {
    #expect(throws: MacroText.Fault.self) { try MacroText(parsing: text) }
  }

  private func request(_ body: JSONValue? = nil) throws -> RequestTemplate {
    var request = RequestTemplate()
    request.path = [try MacroText(parsing: "lead"), try MacroText(parsing: "{lookup.id}")]
    request.parameters = [
      RequestTemplate.Field(name: "since", value: try MacroText(parsing: "{bookmark}")),
      RequestTemplate.Field(name: "_limit", value: try MacroText(parsing: "20")),
    ]
    request.headers = [RequestTemplate.Field(name: "x-who", value: try MacroText(parsing: "{lookup.who}"))]
    request.body = try body.map(BodyTemplate.init(parsing:))
    return request
  }

  @Test func `a value stays one part of the path, whatever stands in it`() throws {
    let request = try request()
    #expect(request.columns == ["id", "who"])
    #expect(request.pathText == "/lead/{id}/" && request.pageSize == 20)
    let call = request.call(
      try values(["id": "a/b ?ä", "who": "me"]), page: [("_limit", "20"), ("_skip", "40")], label: "x")
    #expect(call.segments == ["lead", "a/b ?ä"])
    #expect(call.group.description == "GET /lead/{id}/")
    #expect(call.query.map { "\($0.name)=\($0.value)" } == ["since=2024-04-01", "_limit=20", "_skip=40"])
    #expect(call.headers.map { "\($0.name): \($0.value)" } == ["x-who: me"])
    #expect(call.kind == .read && call.body == nil)
  }

  @Test func `a body keeps the types of what it takes from a row`() throws {
    let body: JSONValue = [
      "id": "{lookup.n}", "text": "n={lookup.n}", "list": ["{now}", 1, true], "more": ["none": nil],
    ]
    let call = try request(body).call(try values(["id": "a", "n": 7]), cursor: "c1", label: "x")
    #expect(
      try JSONValue(parsing: call.body ?? []) == [
        "id": 7, "text": "n=7", "list": ["2024-05-01", 1, true], "more": ["none": nil], "cursor": "c1",
      ])
    // A question may be repeated.
    #expect(call.kind == .read && call.group.description == "POST /lead/{id}/")
  }

  @Test(arguments: [
    (["report", "activity"], true), (["data", "search"], true),
    (["report", "funnel", "opportunity", "stages"], true),
    (["somewhere", "new"], true), (["lead"], false), (["Lead", "merge"], false),
    (["activity", "note"], false),
    (["data", "delete"], false), (["sequence_subscription"], false), (["export", "lead"], false), ([], false),
    (["enrich_field"], false), (["shared_scheduling_link_association"], false),
    (["shared_scheduling_link_association", "unmap"], false),
  ])
  func `a POST that changes something is no question`(path: [String], isQuestion: Bool) {
    #expect((ReadingPost.objection(toPath: path) == nil) == isQuestion)
  }
}
