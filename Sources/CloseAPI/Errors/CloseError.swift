/// Why a call to Close did not succeed.
public struct CloseError: Error, Hashable, Sendable {
  /// What kind of failure.
  public let code: Code
  /// The verb and endpoint, such as `GET /lead/{id}/`.
  public let endpoint: String
  /// The URL, without credentials.
  public let url: String
  /// The HTTP status, when there was a response.
  public let status: Int?
  /// What happened, in Close's words where it had some.
  public let message: String
  /// What Close says about single fields.
  public let fieldErrors: [FieldError]
  /// The largest value accepted, for `tooManySkipped` and `limitTooLarge`, when Close names it.
  public let maximum: Int?
  /// Whether a write may have been carried out all the same; false means that Close did nothing.
  public let mayHaveBeenProcessed: Bool
  /// How many attempts were made.
  public internal(set) var attempts: Int
  /// What the failure means for the rest of the run.
  public let intent: Intent

  /// Creates an error.
  public init(
    _ code: Code, endpoint: String, url: String, status: Int? = nil, message: String,
    fieldErrors: [FieldError] = [], maximum: Int? = nil, mayHaveBeenProcessed: Bool = false,
    attempts: Int = 1, intent: Intent? = nil
  ) {
    self.code = code
    self.endpoint = endpoint
    self.url = url
    self.status = status
    self.message = message
    self.fieldErrors = fieldErrors
    self.maximum = maximum
    self.mayHaveBeenProcessed = mayHaveBeenProcessed
    self.attempts = attempts
    self.intent = intent ?? code.intent
  }

  /// What the failure means for the rest of the run.
  public enum Intent: Hashable, Sendable {
    /// Nothing else will work either.
    case abort
    /// Later it may work: end this stream or record as failed and run again.
    case retry
    /// This stream or record will not work; the others may.
    case skip
  }
}

extension CloseError {
  /// The kinds of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private let name: String
    /// What this kind of failure mostly means for the rest of the run.
    fileprivate let intent: Intent
    fileprivate let advice: String?

    private init(_ name: String, _ intent: Intent, _ advice: String? = nil) {
      self.name = name
      self.intent = intent
      self.advice = advice
    }

    /// The kind's name, for logs.
    public var description: String { name }

    /// 401: the key or token is not accepted.
    public static let unauthorized = Code("unauthorized", .abort, "check api_key or the OAuth tokens")
    /// 402: the organisation's plan does not include this.
    public static let paymentRequired = Code(
      "paymentRequired", .skip, "the organisation's Close plan does not include it")
    /// 403: the key's user may not do this.
    public static let forbidden = Code("forbidden", .skip, "give the key's user a role that may do this")
    /// 404: no such object or path, or none that the key's user may see.
    public static let notFound = Code("notFound", .skip)
    /// 405: the path does not know this verb.
    public static let methodNotAllowed = Code("methodNotAllowed", .skip)
    /// 400 and its kin: the request breaks a rule that the message names.
    public static let invalidRequest = Code("invalidRequest", .skip)
    /// 400 because `_skip` is over the endpoint's ceiling.
    public static let tooManySkipped = Code("tooManySkipped", .skip, "ask for a smaller range of dates")
    /// 400 because `_limit` is over the endpoint's ceiling.
    public static let limitTooLarge = Code("limitTooLarge", .skip, "ask for smaller pages")
    /// 400 because a cursor has expired or is not known.
    public static let expiredCursor = Code("expiredCursor", .skip, "start the query again")
    /// 415: the body's type is not accepted.
    public static let unsupportedMediaType = Code("unsupportedMediaType", .skip, "send JSON")
    /// 429 until the retry budget was spent.
    public static let rateLimited = Code(
      "rateLimited", .retry, "lower concurrency or rate_limit_share, or raise retry_budget_seconds")
    /// 5xx.
    public static let server = Code("server", .retry, "try again later")
    /// Any other status.
    public static let unexpectedStatus = Code("unexpectedStatus", .skip)
    /// No complete response.
    public static let transport = Code("transport", .retry)
    /// A good status with a body that is not complete, valid JSON of the expected shape.
    public static let invalidBody = Code("invalidBody", .retry)
    /// The OAuth access token could not be renewed, or the renewed one not be stored.
    public static let oauth = Code("oauth", .abort, "check the oauth settings or authorise again")
    /// The calling task was cancelled.
    public static let cancelled = Code("cancelled", .abort)
  }
}

extension CloseError: CustomStringConvertible {
  /// One sentence: what failed, where, what Close said, and what to do where there is something to do.
  public var description: String {
    var text = endpoint + " failed"
    if let status { text += " with status \(status)" }
    if attempts > 1 { text += " after \(attempts) attempts" }
    if !message.isEmpty { text += ": " + message }
    if !url.isEmpty && !message.contains(url) { text += " (\(url))" }
    if let advice = code.advice { text += "; " + advice }
    return text
  }
}
