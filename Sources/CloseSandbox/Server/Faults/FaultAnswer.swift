import JSONBytes

extension Fault {
  /// The answer of a `status` fault, in the form Close gives that status.
  func answer(_ status: Int, style: RateHeaders, rateBody: RateBody, limit: RateLimit?) -> SandboxResponse {
    var response = SandboxResponse(status: status)
    switch status {
    case 429:
      let standing = RateBuckets.Standing(
        isAllowed: false, limit: limit ?? RateLimit(requests: 100, seconds: 1), remaining: 0,
        reset: retryAfter ?? 1)
      response = standing.refusal(style, rateBody)
    case 502, 503, 504:
      // What stands before Close's servers answers these, and not in JSON.
      response.headers.append(("Content-Type", "text/html"))
      response.body = Array("<html><body><h1>\(status)</h1>The server is overloaded.</body></html>\n".utf8)
    case 204: break
    default:
      response = SandboxResponse(status: status, ["error": .string(Fault.message(status))])
    }
    if status != 429, let retryAfter {
      response.headers.append(("Retry-After", String(Int(min(retryAfter, 1e9).rounded(.up)))))
    }
    if let body { response.body = Array(body.utf8) }
    return response
  }

  private static func message(_ status: Int) -> String {
    switch status {
    case 400: "The request was refused on purpose."
    case 401: "Unauthorized"
    case 402: "Your plan does not include this feature."
    case 403: "You don't have permission to do this."
    case 404: "Empty query: the object does not exist."
    default: "Internal server error."
    }
  }

  /// The answer to a search that goes on with an expired cursor.
  static let expiredCursor = SandboxResponse(
    status: 400, ["errors": [], "field-errors": ["cursor": "Expired cursor"]])
}

/// How an answer leaves the server: whole and at once, or spoilt on purpose.
struct Delivery: Sendable {
  enum Ending: Sendable {
    case whole, half, reset, close
  }

  var response: SandboxResponse
  var ending = Ending.whole
  /// Seconds between pieces of 1,000 bytes of the body.
  var secondsPerKilobyte: Double?

  /// Lets the faults that spoil a finished answer do so.
  mutating func spoil(by faults: [Fault]) {
    for fault in faults {
      switch fault.effect {
      case .resetAfterProcessing: ending = .reset
      case .truncate: ending = .half
      case .invalidJSON: response.body = Array(response.body.prefix(max(1, response.body.count / 2)))
      case .slow(let seconds): secondsPerKilobyte = seconds
      default: break
      }
    }
  }
}
