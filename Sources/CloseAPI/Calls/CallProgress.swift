import HTTPTransport

/// What is known about a call under way.
struct CallProgress {
  let call: APICall
  let group: EndpointGroup
  /// The request without credentials.
  let request: HTTPRequest
  var attempts = 0
  var waited = Duration.zero
  /// When the first attempt failed; the retry budget runs from there.
  var firstFailure: Duration?
  /// The OAuth token of the next attempt.
  var token: Secret?
  var hasRenewedToken = false

  /// Begins a call.
  ///
  /// A path may be made of values from outside; none of them may lead to another endpoint.
  ///
  /// - Throws: `.invalidRequest` when a part of the path is `.` or `..`.
  init(_ call: APICall, _ configuration: ClientConfiguration) throws(CloseError) {
    self.call = call
    group = call.group
    request = call.request(configuration)
    if call.parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
      throw CloseError(
        .invalidRequest, endpoint: group.description, url: "",
        message: "a path must not hold an empty part, . or .. as a part")
    }
  }

  var info: CallInfo { CallInfo(endpoint: group, label: call.label) }
}
