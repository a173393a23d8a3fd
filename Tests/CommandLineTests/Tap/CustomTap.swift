import CloseSandbox
import JSONBytes
import TestSupport
import Testing

extension Tap {
  /// A tap with these custom streams.
  init(_ sandbox: RunningSandbox<some SandboxAPI>, streams: JSONValue..., config: JSONObject = [:]) throws {
    try self.init(sandbox, config.merging(["custom_streams": .array(streams)]))
  }
}

extension RunningSandbox<Organisation> {
  /// What the API answers.
  func answer(
    _ path: String, method: String = "GET", query: [(name: String, value: String)] = [],
    body: JSONValue? = nil
  ) throws -> JSONValue {
    let request = SandboxRequest(
      method: method, path: path, query: query, body: Array((body?.compact ?? "").utf8), caller: api.admin)
    return try JSONValue(parsing: api.respond(to: request, at: .now()).body)
  }

  /// Puts rows with these values into a collection of the sandbox.
  func add(_ rows: [JSONValue], to collection: String) throws {
    _ = try answer("sandbox_collection/\(collection)/", method: "POST", body: .array(rows))
  }

  /// The requests to a path, in the order of their answers.
  func requests(to path: String) -> [RecordedRequest] { server.requests.filter { $0.path == path } }
}

extension JSONValue {
  /// A number that is not whole.
  static let oneAndAHalf = (try? JSONValue(parsing: "1.5")) ?? .null

  /// A row with an id and a date, so many minutes from now.
  static func row(_ id: String, minutes: Int64, _ more: JSONObject = [:]) -> JSONValue {
    let row: JSONObject = [
      "key": .string(id), "changed": .string(Timestamp.now().adding(seconds: minutes * 60).description),
    ]
    return .object(row.merging(more))
  }
}
