import CloseAPI
import Testing

struct APIErrorBodyTests {
  private func summary(_ body: String) -> String { APIErrorBody(Array(body.utf8)).summary }

  @Test(arguments: [
    (#"{"error":"Unauthorized"}"#, "Unauthorized"),
    (#"{"errors":["First.","Second."]}"#, "First.; Second."),
    (
      #"{"errors":[],"field-errors":{"_limit":"Input should be less than or equal to 200"}}"#,
      "_limit: Input should be less than or equal to 200"
    ),
    (
      #"{"errors":["Bad."],"field-errors":{"name":"This field is required."}}"#,
      "Bad.; name: This field is required."
    ),
    (
      #"{"field-errors":{"emails":{"errors":{"0":"Not good.","2":"Worse."}}}}"#,
      "emails.0: Not good.; emails.2: Worse."
    ),
    (
      #"{"field-errors":{"emails":{"errors":{"1":{"field-errors":{"email":"Invalid email address."}}}}}}"#,
      "emails.1.email: Invalid email address."
    ),
    (
      #"{"field-errors":{"contacts":{"field-errors":{"name":["Too long.","Too dull."]}}}}"#,
      "contacts.name: Too long.; contacts.name: Too dull."
    ),
    (
      #"{"field-errors":{"query":{"queries":{"0":{"field":{"errors":["Not a valid choice."]}}}}}}"#,
      "query.queries.0.field: Not a valid choice."
    ),
    (#"{"error":{"message":"API call count exceeded","rate_reset":0.13}}"#, "API call count exceeded"),
    (
      #"{"detail":[{"loc":["body","emails",0,"email"],"msg":"field required","type":"missing"}]}"#,
      "body.emails.0.email: field required"
    ),
    (#"{"message":"Not here."}"#, "Not here."),
    (#"{"error":"invalid_grant","error_description":"Token revoked."}"#, "invalid_grant; Token revoked."),
    (#"["One.","Two."]"#, "One.; Two."),
    (#""Just text.""#, "Just text."),
    (#"{}"#, ""), ("null", ""), ("", ""), (#"{"error":null,"errors":[]}"#, ""),
    ("Service   unavailable\n", "Service unavailable"),
    (
      "<html><head><title>502 Bad\nGateway</title></head><body><h1>nginx</h1></body></html>",
      "502 Bad Gateway nginx"
    ),
    (#"{"error":"cut o"#, #"{"error":"cut o"#),
  ])
  func everyShapeBecomesText(_ body: String, _ text: String) { #expect(summary(body) == text) }

  @Test func longTextsAreCutShort() {
    let text = summary(String(repeating: "word ", count: 10_000))
    #expect(text.count == 301)
    #expect(text.hasSuffix("…"))
  }

  @Test func deepNestingIsNoTrap() {
    let deep = String(repeating: #"{"field-errors":"#, count: 600) + "1" + String(repeating: "}", count: 600)
    #expect(!summary(deep).isEmpty)
    let nested = String(repeating: #"{"a":"#, count: 400) + #""end""# + String(repeating: "}", count: 400)
    #expect(APIErrorBody(Array(#"{"errors":\#(nested)}"#.utf8)).fieldErrors.map(\.message) == ["end"])
  }

  @Test func bytesThatAreNoTextAreNoTrap() {
    #expect(!APIErrorBody([0xFF, 0xFE, 0x00, 0x01]).summary.isEmpty)
  }
}
