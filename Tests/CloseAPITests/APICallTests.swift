import CloseAPI
import HTTPTransport
import JSONBytes
import Testing

struct APICallTests {
  private let configuration = ClientConfiguration(
    userAgent: "tap-close/1.0", headers: [("X-Team", "data"), ("accept", "text/csv")],
    requestTimeout: .seconds(9))

  @Test(arguments: [
    ("lead/", "https://api.close.com/api/v1/lead/"),
    ("lead", "https://api.close.com/api/v1/lead/"),
    ("/lead/lead_1", "https://api.close.com/api/v1/lead/lead_1/"),
    ("unsubscribe/email/a+b@c.de", "https://api.close.com/api/v1/unsubscribe/email/a+b@c.de/"),
    ("a b/?#/%2F", "https://api.close.com/api/v1/a%20b/%3F%23/%252F/"),
    ("", "https://api.close.com/api/v1/"),
  ])
  func everyPathEndsInASlashAndIsEncoded(_ path: String, _ url: String) {
    #expect(APICall.get(path).request(configuration).url == url)
  }

  @Test func aPartOfThePathMayHoldASlash() {
    var call = APICall.get("unsubscribe/{id}")
    call.segments = ["unsubscribe", "a/b c"]
    #expect(call.request(configuration).url == "https://api.close.com/api/v1/unsubscribe/a%2Fb%20c/")
    #expect(call.group.description == "GET /unsubscribe/{id}/")
  }

  @Test func slashesBehindTheBaseURLDoNotMatter() {
    let local = ClientConfiguration(baseURL: "http://127.0.0.1:8080/api/v1//", userAgent: "a")
    #expect(APICall.get("me").request(local).url == "http://127.0.0.1:8080/api/v1/me/")
  }

  @Test func theQueryIsEncodedAndKeepsItsOrderAndCommas() {
    let call = APICall.get(
      "lead", query: [("id__in", "lead_1,lead_2"), ("query", #"name:"Æ & b" x=1+1"#), ("_limit", "1")])
    #expect(
      call.request(configuration).url
        == "https://api.close.com/api/v1/lead/?id__in=lead_1,lead_2"
        + "&query=name:%22%C3%86%20%26%20b%22%20x%3D1%2B1&_limit=1")
  }

  @Test func headersAreMergedAndTheNearestWins() {
    var call = APICall.send(.post, "lead", ["name": "x"])
    call.headers = [("x-team", "sales")]
    let request = call.request(configuration)
    #expect(
      request.headers.map { "\($0.name): \($0.value)" } == [
        "User-Agent: tap-close/1.0", "Content-Type: application/json", "accept: text/csv", "x-team: sales",
      ])
    #expect(request.body == Array(#"{"name":"x"}"#.utf8))
    #expect(request.timeout == .seconds(9))
    #expect(request.authorization == nil)
  }

  @Test func aLongQueryGoesAsAPostThatIsAGet() throws {
    let ids = (0..<100).map { "lead_\(String(repeating: "x", count: 40))\($0)" }.joined(separator: ",")
    let call = APICall.get("lead", query: [("id__in", ids), ("_fields", "id,name"), ("_limit", "100")])
    let request = call.request(configuration)
    #expect(request.method == .post)
    #expect(request.url == "https://api.close.com/api/v1/lead/?_fields=id%2Cname".replacing("%2C", with: ","))
    #expect(request.headers.contains { $0 == ("x-http-method-override", "GET") })
    #expect(request.headers.contains { $0 == ("Content-Type", "application/json") })
    let body = try JSONValue(parsing: request.body ?? [])
    #expect(body == ["_params": ["id__in": .string(ids), "_fields": "id,name", "_limit": "100"]])
    #expect(call.kind == .read)
    #expect(call.group == EndpointGroup(.get, path: "lead/"))
  }

  @Test func veryLongFieldListsStayOutOfTheURL() {
    let fields = String(repeating: "custom.cf_x,", count: 300)
    let request = APICall.get("lead", query: [("_fields", fields)]).request(configuration)
    #expect(request.url == "https://api.close.com/api/v1/lead/")
  }

  @Test func theLimitIsCountedInTheWholeURL() {
    let base = "https://api.close.com/api/v1/lead/?q="
    let fits = APICall.get("lead", query: [("q", String(repeating: "x", count: 2000 - base.count))])
    let exceeds = APICall.get("lead", query: [("q", String(repeating: "x", count: 2001 - base.count))])
    #expect(fits.request(configuration).method == .get)
    #expect(exceeds.request(configuration).method == .post)
  }

  @Test(arguments: [
    (HTTPMethod.get, APICall.Kind.read), (.head, .read), (.post, .write), (.put, .write), (.patch, .write),
    (.delete, .write),
  ])
  func verbsAreReadsOrWritesUnlessSaidOtherwise(_ method: HTTPMethod, _ kind: APICall.Kind) {
    #expect(APICall(method, "lead").kind == kind)
    #expect(APICall.ask("data/search", [:]).kind == .read)
  }

  @Test(arguments: [
    ("lead/", "GET /lead/"), ("lead/lead_abc9XYZ", "GET /lead/{id}/"),
    ("activity/status_change/lead/acti_1/", "GET /activity/status_change/lead/{id}/"),
    ("unsubscribe/email/a@b.c", "GET /unsubscribe/email/{id}/"),
    ("custom_field_schema/custom_object/cotype_Abc", "GET /custom_field_schema/custom_object/{id}/"),
    ("", "GET /"),
  ])
  func idsDoNotMakeNewEndpoints(_ path: String, _ group: String) {
    #expect(EndpointGroup(.get, path: path).description == group)
  }
}
