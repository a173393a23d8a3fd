package import HTTPTransport
package import JSONBytes

extension CloseError {
  /// The error that a response with another status than 2xx means.
  ///
  /// - Parameter key: which of several keys was used, in words.
  package init(_ group: EndpointGroup, status: Int, url: String, body: APIErrorBody, key: String? = nil) {
    let (code, maximum) = CloseError.classify(status, body)
    let silence = status == 429 ? "too many requests" : "Close gave no reason"
    let reason = body.summary.isEmpty ? silence : body.summary
    self.init(
      code, endpoint: group.description, url: url, status: status,
      message: key.map { "\(reason) (\($0))" } ?? reason, fieldErrors: body.fieldErrors,
      maximum: maximum,
      // Only these leave open whether the server had already acted; 503 is Close's "not now", 408 may be a gateway's
      // "not yet".
      mayHaveBeenProcessed: status >= 500 && status != 503 || (100..<400).contains(status) || status == 408)
  }

  /// The error for a call that brought back no complete response.
  package init(_ group: EndpointGroup, _ error: TransportError) {
    self.init(
      error.code == .cancelled ? .cancelled : .transport, endpoint: group.description, url: error.url,
      message: error.description, mayHaveBeenProcessed: error.mayHaveBeenProcessed,
      intent: error.isTransient ? .retry : .abort)
  }

  /// The error for a 2xx response whose body is not what it should be.
  package init(_ group: EndpointGroup, _ error: JSONError, in response: APIResponse) {
    self.init(
      .invalidBody, endpoint: group.description, url: response.url, status: response.status,
      message: "the body (\(response.body.count) bytes) is not usable: \(error)", mayHaveBeenProcessed: true)
  }

  /// The error for a call given up while it waited.
  package static func cancelled(_ group: EndpointGroup, url: String) -> CloseError {
    CloseError(.cancelled, endpoint: group.description, url: url, message: "the run is ending")
  }

  private static func classify(_ status: Int, _ body: APIErrorBody) -> (Code, maximum: Int?) {
    switch status {
    case 400, 409, 422: classifyInvalid(body)
    case 401: (.unauthorized, nil)
    case 402: (.paymentRequired, nil)
    case 403: (.forbidden, nil)
    case 404, 410: (.notFound, nil)
    case 405: (.methodNotAllowed, nil)
    case 415: (.unsupportedMediaType, nil)
    case 429: (.rateLimited, nil)
    case 500...: (.server, nil)
    default: (.unexpectedStatus, nil)
    }
  }

  /// Tells apart the 400s that paging has an answer to.
  ///
  ///     {"error": "The skip you set is larger than the maximum skip for this resource (max_skip = 250000). …"}
  ///     {"errors": [], "field-errors": {"_skip": "Input should be less than or equal to 35000"}}
  private static func classifyInvalid(_ body: APIErrorBody) -> (Code, maximum: Int?) {
    for (parameter, mark, code) in [
      ("_skip", "max_skip", Code.tooManySkipped), ("_limit", "max_limit", .limitTooLarge),
    ] {
      if let text = body.messages.first(where: { $0.contains(mark) }) {
        return (code, text.firstRange(of: mark).flatMap { text[$0.upperBound...].firstNumber })
      }
      let texts = body.fieldErrors.lazy.filter { $0.field.lastPart == parameter }.map(\.message)
      if let text = texts.first(where: { $0.isAboutTooMuch }) { return (code, text.firstNumber) }
    }
    let isAboutCursor =
      body.fieldErrors.contains { ["cursor", "_cursor"].contains($0.field.lastPart) }
      || body.messages.contains { $0.lowercased().contains("cursor") }
    return (isAboutCursor ? .expiredCursor : .invalidRequest, nil)
  }
}

extension String {
  /// `_skip` of `query._skip`.
  fileprivate var lastPart: Substring { self[(lastIndex(of: ".").map(index(after:)) ?? startIndex)...] }

  /// Whether a message complains of a value that is too large, and not of one that is no number or negative.
  fileprivate var isAboutTooMuch: Bool {
    let text = lowercased()
    return !["greater", "integer", "negative", "at least"].contains { text.contains($0) }
  }
}

extension StringProtocol {
  /// The first whole number in the text; `35,000` counts as one.
  fileprivate var firstNumber: Int? {
    let digits = drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "," }
    return Int(String(digits.filter { $0 != "," }))
  }
}
