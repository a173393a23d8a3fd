import CCurl
import Synchronization

/// One call of `send`: a request, the exchanges it takes with redirects, and the caller who waits.
// Safety: written by the caller before it enters the inbox, by the network thread after that. Only
// `isCancelled` is shared, and it is atomic.
final class Transfer: @unchecked Sendable {
  typealias Outcome = Result<HTTPResponse, TransportError>

  let id: UInt
  private let original: HTTPRequest
  private let started = ContinuousClock.now
  private var continuation: CheckedContinuation<Outcome, Never>?
  private(set) var exchange: Exchange?
  private var hops = 0
  /// A redirect told that the write is done and only its result is fetched elsewhere (303).
  private var wasProcessed = false
  private let cancelled = Atomic(false)

  init(id: UInt, _ request: HTTPRequest) {
    self.id = id
    original = request
  }

  var url: String { original.url }

  /// Set by the caller's cancellation handler, before or after the transfer is started.
  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancel() { cancelled.store(true, ordering: .releasing) }

  func attach(_ continuation: CheckedContinuation<Outcome, Never>) { self.continuation = continuation }

  /// Prepares the first exchange.
  func open(_ options: CurlOptions) throws(TransportError) -> Exchange {
    try open(original, options)
  }

  private func open(_ request: HTTPRequest, _ options: CurlOptions) throws(TransportError) -> Exchange {
    let exchange = try Exchange(request, id: id, options: options)
    self.exchange = exchange
    return exchange
  }

  /// Takes in the end of an exchange: the next exchange when a redirect is followed, else nil with the
  /// response ready.
  func advance(
    after code: CURLcode, _ options: CurlOptions
  ) throws(TransportError) -> (next: Exchange?, response: HTTPResponse?) {
    guard let exchange else { return (nil, nil) }
    guard code == CURLE_OK else { throw failure(code, of: exchange) }
    let request = exchange.request
    let status = exchange.status
    switch try RedirectPolicy(limit: options.maximumRedirects).decide(
      status: status, location: exchange.headers["Location"], request: request, at: exchange.address,
      hops: hops)
    {
    case .deliver:
      let response = HTTPResponse(
        status: status, headers: exchange.headers, body: exchange.takeBody(),
        effectiveURL: WebAddress.removingCredentials(from: request.url), duration: started.duration(to: .now))
      return (nil, response)
    case .follow(var next):
      hops += 1
      if status == 303, request.method.isWrite { wasProcessed = true }
      next.timeout = original.timeout - started.duration(to: .now)
      return (try open(next, options), nil)
    }
  }

  /// Whether the server may have acted on what was sent so far.
  var mayHaveBeenProcessed: Bool { wasProcessed || exchange?.wasSent ?? false }

  /// Wakes the caller; a second call does nothing.
  func finish(_ outcome: Outcome) {
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  /// The error for a request given up because the caller no longer waits.
  func cancellation() -> TransportError {
    TransportError(.cancelled, url: url, mayHaveBeenProcessed: mayHaveBeenProcessed)
  }

  private func failure(_ code: CURLcode, of exchange: Exchange) -> TransportError {
    let kind = exchange.isTooLarge ? .tooLarge : TransportError.Code(code, wasSent: exchange.wasSent)
    let detail =
      exchange.isTooLarge ? "more than its limit in bytes" : exchange.easy.message(for: code)
    return TransportError(
      kind, url: exchange.request.url, detail: detail, mayHaveBeenProcessed: mayHaveBeenProcessed)
  }
}

extension TransportError.Code {
  /// Sorts libcurl's codes by what a caller can do about them.
  ///
  /// See: https://curl.se/libcurl/c/libcurl-errors.html
  init(_ code: CURLcode, wasSent: Bool) {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .badURL
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER:
      self = .tls
    case CURLE_OPERATION_TIMEDOUT: self = .timedOut
    case CURLE_PARTIAL_FILE, CURLE_BAD_CONTENT_ENCODING: self = .truncatedBody
    case CURLE_ABORTED_BY_CALLBACK: self = .cancelled
    default: self = wasSent ? .connectionBroken : .cannotConnect
    }
  }
}
