import Foundation
import HTTPTransport
import JSONBytes
import Synchronization
import Testing

/// A small Close in memory: just enough of its ways for the target's tests, with faults on demand.
///
/// Reads by id are current, lists and searches lag behind. A request it does not know fails the test.
final class FakeClose: Transport {
  /// What goes wrong with a request.
  enum Fault: Sendable {
    /// This answer, and nothing is done.
    case status(Int, String)
    /// The request never arrives.
    case lost
    /// It is carried out, but the answer is lost.
    case answerLost
    /// The connection breaks, and nothing is done.
    case brokenBefore
  }

  /// One request as tests look at it.
  struct Call: Hashable, Sendable, CustomStringConvertible {
    let method: String
    let path: String
    let query: [String: String]
    let body: JSONValue
    let headers: [String: String]

    /// `POST lead/`.
    var description: String { "\(method) \(path)" }
  }

  static let base = "https://api.close.com/api/v1"
  static let organisation = "orga_here"
  let clock: TestClock
  private let world: Mutex<FakeWorld>
  private let log = Mutex<[Call]>([])
  private let faults: Mutex<@Sendable (Call, Int) -> Fault?>

  init(clock: TestClock = TestClock(), indexLag: Int64 = 0, patchStatus: Int = 405) {
    self.clock = clock
    world = Mutex(FakeWorld(indexLag: indexLag, patchStatus: patchStatus))
    faults = Mutex { _, _ in nil }
  }

  /// Decides over every request; the number counts like requests from 1.
  func fail(_ decide: @escaping @Sendable (_ call: Call, _ number: Int) -> Fault?) {
    faults.withLock { $0 = decide }
  }

  /// Puts an object there; returns its id.
  ///
  /// - Parameter indexed: whether lists and searches show it at once.
  @discardableResult
  func add(_ resource: String, _ fields: JSONObject, indexed: Bool = true) -> String {
    world.withLock { $0.create(resource, fields, at: clock.date, indexed: indexed) }
  }

  /// Fixed answers, by path.
  func answer(_ path: String, _ value: JSONValue) { world.withLock { $0.fixed[path] = value } }

  func objects(_ resource: String) -> [JSONObject] { world.withLock { $0.objects(resource) } }

  func object(_ id: String) -> JSONObject? { world.withLock { $0.object(id)?.fields } }

  func change(_ id: String, _ fields: JSONObject) {
    world.withLock { $0.update(id, fields, at: clock.date) }
  }

  func merge(_ source: String, into destination: String) {
    world.withLock { $0.merge(source, into: destination) }
  }

  func remove(_ id: String) { world.withLock { $0.delete(id) } }

  var calls: [Call] { log.withLock { $0 } }

  /// Requests that change something.
  var writes: [Call] { calls.filter { $0.method != "GET" && $0.path != "data/search/" } }

  func forgetCalls() { log.withLock { $0.removeAll() } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let call = FakeClose.call(request)
    let number = log.withLock { log in
      log.append(call)
      return log.count { $0.description == call.description }
    }
    let fault = faults.withLock { $0 }(call, number)
    switch fault {
    case .status(let status, let body)?: return response(request, status, Array(body.utf8))
    case .lost?: throw failure(.cannotConnect, request, mayHaveBeenProcessed: false)
    case .brokenBefore?: throw failure(.connectionBroken, request, mayHaveBeenProcessed: true)
    case .answerLost?, nil: break
    }
    let answer = world.withLock { $0.respond(to: call, at: clock.date) }
    if case .answerLost? = fault { throw failure(.connectionBroken, request, mayHaveBeenProcessed: true) }
    guard let answer else {
      Issue.record("unexpected request \(call)")
      return response(request, 404, Array(#"{"error": "no such path"}"#.utf8))
    }
    return response(request, answer.status, answer.body.isNull ? [] : Array(answer.body.compact.utf8))
  }

  private func response(_ request: HTTPRequest, _ status: Int, _ body: [UInt8]) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: HTTPHeaders([("Date", FakeClose.httpDate(clock.date))]), body: body,
      effectiveURL: request.url)
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`; nobody looks at the day of the week.
  private static func httpDate(_ date: Timestamp) -> String {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let text = Array(date.description)
    let month = months[(Int(String(text[5..<7])) ?? 1) - 1]
    return "Sun, \(String(text[8..<10])) \(month) \(String(text[0..<4])) \(String(text[11..<19])) GMT"
  }

  private func failure(
    _ code: TransportError.Code, _ request: HTTPRequest, mayHaveBeenProcessed: Bool
  ) -> TransportError {
    TransportError(code, url: request.url, mayHaveBeenProcessed: mayHaveBeenProcessed)
  }

  private static func call(_ request: HTTPRequest) -> Call {
    let address = request.url.hasPrefix(base) ? String(request.url.dropFirst(base.count + 1)) : request.url
    let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var query: [String: String] = [:]
    for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = sides.count > 1 ? String(sides[1]) : ""
      query[String(sides[0])] = value.removingPercentEncoding ?? value
    }
    let path = String(parts[0]).removingPercentEncoding ?? String(parts[0])
    let body = request.body.flatMap { try? JSONValue(parsing: $0) } ?? .null
    let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
    return Call(
      method: request.method.rawValue, path: path, query: query, body: body, headers: headers)
  }
}
