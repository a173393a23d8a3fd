import CloseAPI
import HTTPTransport
import Testing

struct CloseErrorTests {
  private let group = EndpointGroup(.get, path: "lead/lead_1/")
  private let url = "https://api.close.com/api/v1/lead/lead_1/"

  private func error(_ status: Int, _ body: String = "") -> CloseError {
    CloseError(group, status: status, url: url, body: APIErrorBody(Array(body.utf8)))
  }

  @Test(arguments: [
    (400, CloseError.Code.invalidRequest, CloseError.Intent.skip), (401, .unauthorized, .abort),
    (402, .paymentRequired, .skip), (403, .forbidden, .skip), (404, .notFound, .skip),
    (410, .notFound, .skip),
    (405, .methodNotAllowed, .skip), (415, .unsupportedMediaType, .skip), (422, .invalidRequest, .skip),
    (429, .rateLimited, .retry), (500, .server, .retry), (503, .server, .retry),
    (304, .unexpectedStatus, .skip),
    (418, .unexpectedStatus, .skip),
  ])
  func aStatusHasACodeAndAnIntent(_ status: Int, _ code: CloseError.Code, _ intent: CloseError.Intent) {
    #expect(error(status).code == code)
    #expect(error(status).intent == intent)
    #expect(error(status).status == status)
  }

  @Test(arguments: [
    (400, false), (401, false), (404, false), (429, false), (503, false), (500, true), (504, true),
  ])
  func onlySomeStatusesLeaveOpenWhetherAWriteHappened(_ status: Int, _ maybe: Bool) {
    #expect(error(status).mayHaveBeenProcessed == maybe)
  }

  @Test(
    arguments: [
      (
        #"{"error":"The skip you set is larger than the maximum skip for this resource (max_skip = 250000).\nPlease refine your search query."}"#,
        CloseError.Code.tooManySkipped, 250_000
      ),
      (
        #"{"errors":[],"field-errors":{"_skip":"Input should be less than or equal to 35000"}}"#,
        .tooManySkipped, 35_000
      ),
      (#"{"field-errors":{"_skip":"No more than 35,000."}}"#, .tooManySkipped, 35_000),
      (#"{"field-errors":{"query":{"field-errors":{"_skip":"Too deep."}}}}"#, .tooManySkipped, nil),
      (#"{"field-errors":{"_skip":"Input should be greater than or equal to 0"}}"#, .invalidRequest, nil),
      (#"{"error":"_skip must be an integer (got \"x\" instead)."}"#, .invalidRequest, nil),
      (#"{"error":"_skip must be a non-negative integer (got \"-1\" instead)."}"#, .invalidRequest, nil),
      (
        #"{"errors":[],"field-errors":{"_limit":"Input should be less than or equal to 200"}}"#,
        .limitTooLarge, 200
      ),
      (
        #"{"error":"The limit you set is larger than the maximum limit for this resource (max_limit = 100)."}"#,
        .limitTooLarge, 100
      ),
      (#"{"error":"_limit must be an integer (got \"x\" instead)."}"#, .invalidRequest, nil),
      (#"{"field-errors":{"cursor":"Expired cursor"}}"#, .expiredCursor, nil),
      (#"{"field-errors":{"_cursor":"Invalid"}}"#, .expiredCursor, nil),
      (#"{"error":"Invalid cursor."}"#, .expiredCursor, nil),
      (#"{"field-errors":{"name":"This field is required."}}"#, .invalidRequest, nil),
    ] as [(String, CloseError.Code, Int?)])
  func badRequestsThatPagingCanAnswerAreToldApart(_ body: String, _ code: CloseError.Code, _ maximum: Int?) {
    #expect(error(400, body).code == code)
    #expect(error(400, body).maximum == maximum)
  }

  @Test(arguments: [
    (TransportError.Code.timedOut, CloseError.Intent.retry), (.tls, .abort), (.badURL, .abort),
  ])
  func aBrokenExchangeKeepsItsCause(_ code: TransportError.Code, _ intent: CloseError.Intent) {
    let error = CloseError(group, TransportError(code, url: url, mayHaveBeenProcessed: true))
    #expect(error.code == .transport)
    #expect(error.intent == intent)
    #expect(error.mayHaveBeenProcessed)
    let cancelled = CloseError(group, TransportError(.cancelled, url: url, mayHaveBeenProcessed: false))
    #expect(cancelled.code == .cancelled)
  }

  @Test(arguments: [
    (
      401, #"{"error":"Unauthorized"}"#,
      "GET /lead/{id}/ failed with status 401: Unauthorized (https://api.close.com/api/v1/lead/lead_1/); "
        + "check api_key or the OAuth tokens"
    ),
    (
      404, #"{"error":"Empty query: no such lead."}"#,
      "GET /lead/{id}/ failed with status 404: Empty query: no such lead. "
        + "(https://api.close.com/api/v1/lead/lead_1/)"
    ),
    (
      429, "",
      "GET /lead/{id}/ failed with status 429: too many requests (https://api.close.com/api/v1/lead/lead_1/); "
        + "lower concurrency or rate_limit_share, or raise retry_budget_seconds"
    ),
    (
      500, "",
      "GET /lead/{id}/ failed with status 500: Close gave no reason "
        + "(https://api.close.com/api/v1/lead/lead_1/); try again later"
    ),
  ])
  func theDescriptionIsOneSentenceThatSaysWhatToDo(_ status: Int, _ body: String, _ text: String) {
    #expect(error(status, body).description == text)
  }
}
