import CloseSandbox
import JSONBytes
import TestSupport
import Testing

@Suite("Whatever is asked")
struct OrganisationFuzzTests {
  private static let paths = [
    "lead/", "contact/", "opportunity/", "task/", "activity/", "activity/note/", "activity/email/", "event/",
    "custom_object/", "data/search/", "status/lead/", "pipeline/", "custom_field/lead/", "saved_search/",
    "report/activity/", "report/funnel/opportunity/stages/", "bulk_action/delete/", "bulk_action/edit/",
    "lead/merge/", "comment/", "sequence/", "unsubscribe/email/", "custom_field_schema/lead/",
    "nonsense/x/y/",
  ]
  private static let names = [
    "_limit", "_skip", "_fields", "_order_by", "_group_by", "_cursor", "_type", "view", "query", "lead_id",
    "id__in", "date_created__gte", "date_updated__lt", "date_won", "activity_at__gt", "thread_emails",
    "user_id__in",
    "status_type", "is_complete", "x", "lead_saved_search_id",
  ]
  private static let words = [
    "", "0", "-1", "999999999999999999", "x", "true", "lead_x", "2024-05-31", "2024-05-31T12:00:00.123456Z",
    "9999-12-31", "0001-01-01T00:00:00+14:00", "_all", "custom", "date_updated", "-date_won__week", "user_id",
    "not (date_updated>2024 or has:calls) sort:-created", "((((", "\"", "call(duration > 5)", "slice:1/2",
    "7b7d",
    "é😀", "%", "all", "in:save_x", "-activity_at", "only",
  ]

  private func value(_ random: inout SeededGenerator, _ fixture: Fixture, _ ids: [String], depth: Int = 0)
    -> JSONValue
  {
    switch Int.random(in: 0..<(depth > 3 ? 7 : 10), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .int(random.pick([0, -1, 1, 100, 9_000_000_000_000_000, .max, .min]))
    case 3: return .string(random.pick(OrganisationFuzzTests.words))
    case 4, 5: return .string(random.pick(ids))
    case 6:
      return .string(
        random.pick(["and", "object_type", "field_condition", "text", "moment_range", "lead", "offset"]))
    case 7:
      return .array(
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, fixture, ids, depth: depth + 1)
        })
    default:
      let keys = [
        "type", "queries", "query", "field", "condition", "object_type", "name", "emails", "email", "phones",
        "phone",
        "lead_id", "status_id", "value", "confidence", "date_won", "note", "text", "custom", "_params",
        "s_query", "sort",
        "source", "destination", "metrics", "relative_range", "moment", "offset", "days", "fields",
        "contacts", "addresses",
      ]
      var object: JSONValue = [:]
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        object[random.pick(keys)] = value(&random, fixture, ids, depth: depth + 1)
      }
      return object
    }
  }

  @Test("there is an answer, it is JSON, and it is never the sandbox's fault")
  func anything() throws {
    let fixture = try Fixture(leads: 8)
    let ids = fixture.organisation.edit { world in
      ["lead", "contact", "opportunity", "task", "activity/note", "status/lead", "user", "custom_field/lead"]
        .flatMap { world.ids(of: $0).prefix(4) }
    }
    for var random in Fuzzing.cases(3000) {
      var path = random.pick(OrganisationFuzzTests.paths)
      if Int.random(in: 0..<3, using: &random) == 0 { path += random.pick(ids) + "/" }
      let query = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
        (
          name: random.pick(OrganisationFuzzTests.names),
          value: random.pick(OrganisationFuzzTests.words + ids)
        )
      }
      let method = random.pick(["GET", "GET", "POST", "PUT", "DELETE", "PATCH"])
      var body = method == "GET" ? [] : Array(value(&random, fixture, ids).compact.utf8)
      if Int.random(in: 0..<10, using: &random) == 0 { body = random.damaged(body) }
      let request = SandboxRequest(
        method: method, path: path, query: query,
        headers: ["content-type": "application/json", "x-tz-offset": random.pick(["-4", "99", "x"])],
        body: body, caller: fixture.caller)
      let response = fixture.organisation.respond(to: request, at: fixture.now)
      #expect((200..<500).contains(response.status))
      if !response.body.isEmpty {
        #expect(throws: Never.self, "\(method) \(path) \(query)") { try JSONValue(parsing: response.body) }
      }
    }
  }
}
