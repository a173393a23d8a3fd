/// Anything that can carry a request to a server and bring the response back.
public protocol Transport: Sendable {
  /// Sends a request and waits for the whole response, whatever its status.
  ///
  /// - Throws: `TransportError` when there is no complete response.
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}
