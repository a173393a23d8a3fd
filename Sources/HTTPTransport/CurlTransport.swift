#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// HTTP over libcurl: kept-alive connections, HTTP/2, compression, proxies from the environment, TLS verified.
///
/// Requests of all tasks share one network thread, which ends with the transport. Plain `http` is refused
/// except to this machine. A task that is cancelled gets `TransportError.cancelled` at once.
///
///     let transport = CurlTransport(CurlOptions(userAgent: "tap-close/1.0"))
///     let response = try await transport.send(HTTPRequest(url: "https://api.close.com/api/v1/me/"))
public final class CurlTransport: Transport {
  private let loop: CurlLoop?

  /// Creates a transport and its thread.
  public init(_ options: CurlOptions) {
    loop = CurlLoop(options)
  }

  deinit { loop?.close() }

  /// The network thread.
  public var executor: (any TaskExecutor)? { loop }

  /// Sends a request and waits for the whole response, whatever its status.
  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard let loop else {
      throw TransportError(
        .cannotConnect, url: request.url, detail: "the network thread could not start",
        mayHaveBeenProcessed: false)
    }
    let transfer = Transfer(id: loop.makeID(), request)
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.attach(continuation)
        loop.start(transfer)
      }
    } onCancel: {
      loop.cancel(transfer)
    }
    return try outcome.get()
  }
}

/// Keeps a peer that hangs up from killing the process: writing to it then just fails.
///
/// Call it once when a program starts, before any output or request.
public func ignoreBrokenPipes() {
  _ = signal(SIGPIPE, SIG_IGN)
}
