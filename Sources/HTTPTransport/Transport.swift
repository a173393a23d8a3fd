/// Anything that can carry a request to a server and bring the response back.
public protocol Transport: Sendable {
  /// Sends a request and waits for the whole response, whatever its status.
  ///
  /// - Throws: `TransportError` when there is no complete response.
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse

  /// Where tasks that do little but wait for answers run at the least cost; nil is anywhere.
  ///
  /// What runs there keeps all other answers waiting.
  var executor: (any TaskExecutor)? { get }
}

extension Transport {
  /// No place in particular.
  public var executor: (any TaskExecutor)? { nil }
}
