import CloseAPI
import HTTPTransport
import JSONBytes
import Synchronization
import Testing

/// A transport that knows in advance what will be asked and fails the test when something else is.
final class ScriptedTransport: Transport {
  /// One request that is expected, and what comes of it.
  struct Exchange: Sendable {
    let line: String
    let outcome: @Sendable (HTTPRequest) throws(TransportError) -> HTTPResponse
  }

  private let script: Mutex<[Exchange]>
  private let log = Mutex<[HTTPRequest]>([])

  /// Expects these requests in this order.
  init(_ script: [Exchange]) { self.script = Mutex(script) }

  var requests: [HTTPRequest] { log.withLock { $0 } }

  /// Fails the test when an expected request never came.
  func expectDone(_ location: SourceLocation = #_sourceLocation) {
    let missing = script.withLock { $0.map(\.line) }
    #expect(missing.isEmpty, "never asked for", sourceLocation: location)
  }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    log.withLock { $0.append(request) }
    let line = "\(request.method.rawValue) \(request.url)"
    let next = script.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let next, next.line == line else {
      Issue.record("unexpected request \(line); the script says \(next?.line ?? "nothing more")")
      throw TransportError(
        .badURL, url: request.url, detail: "not in the script", mayHaveBeenProcessed: false)
    }
    return try next.outcome(request)
  }
}

extension ScriptedTransport.Exchange {
  static let base = "https://api.close.com/api/v1"

  /// `line` is a verb and a path behind the base URL, such as `GET /me/`.
  static func answer(
    _ line: String, _ status: Int = 200, _ body: String = "{}", headers: [(name: String, value: String)] = []
  ) -> Self {
    Self(line: full(line)) { (request) throws(TransportError) in
      HTTPResponse(
        status: status, headers: HTTPHeaders(headers), body: Array(body.utf8), effectiveURL: request.url,
        duration: .milliseconds(100))
    }
  }

  static func failure(_ line: String, _ code: TransportError.Code, mayHaveBeenProcessed: Bool) -> Self {
    Self(line: full(line)) { (request) throws(TransportError) in
      throw TransportError(code, url: request.url, mayHaveBeenProcessed: mayHaveBeenProcessed)
    }
  }

  private static func full(_ line: String) -> String {
    guard let space = line.firstIndex(of: " "), !line.contains("://") else { return line }
    return line[...space] + base + line[line.index(after: space)...]
  }
}

/// A clock that stands still until someone sleeps on it, and takes nothing off waiting times by chance.
final class ManualClock: Sendable {
  private let time = Mutex(Duration.zero)
  private let slept = Mutex<[Duration]>([])

  var sleeps: [Duration] { slept.withLock { $0 } }

  var clock: ClientClock {
    ClientClock(
      now: { self.time.withLock { $0 } },
      date: {
        Timestamp(seconds: 1_800_000_000).adding(seconds: self.time.withLock { $0.components.seconds })
      },
      sleep: { duration in
        try Task.checkCancellation()
        self.time.withLock { $0 += duration }
        self.slept.withLock { $0.append(duration) }
      }, random: { 0 })
  }

  func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

/// Runs `body` and returns the error it throws.
func failure<Value>(
  of body: () async throws(CloseError) -> Value, _ location: SourceLocation = #_sourceLocation
) async -> CloseError? {
  do throws(CloseError) {
    _ = try await body()
    Issue.record("nothing was thrown", sourceLocation: location)
    return nil
  } catch {
    return error
  }
}
