import JSONBytes

/// One request in a form the organisation can work with.
struct Call: Sendable {
  let request: SandboxRequest
  let now: Timestamp
  /// Path segments below `/api/v1/`.
  let path: [String]
  let parameters: Parameters
  /// The body when it is a JSON object.
  let body: JSONObject?
  /// `x-tz-offset` in seconds east of UTC.
  let zoneOffset: Int64
  /// Names this request in the events it causes.
  let id: String

  init(_ request: SandboxRequest, at now: Timestamp, id: String) {
    self.request = request
    self.now = now
    self.id = id
    path = request.path.split(separator: "/").map(String.init)
    body = request.body.isEmpty ? nil : (try? JSONValue(parsing: request.body))?.object
    // What a body says in `_params` counts more than the query string.
    parameters = Parameters(request.query, overridden: body?["_params"]?.object)
    let hours = request.headers["x-tz-offset"].flatMap { Double($0) } ?? 0
    zoneOffset = abs(hours) <= 14 ? Int64(hours * 3600) : 0
  }

  var method: String { request.method }

  /// The day it is where the caller is, `2024-05-31`.
  var today: String { now.adding(seconds: zoneOffset).dateText }

  /// The body of a write, which must be a JSON object.
  func object() throws(Refusal) -> JSONObject {
    let type = request.headers["content-type"] ?? ""
    guard type.lowercased().hasPrefix("application/json") else {
      throw .error(415, "Please send valid JSON with a 'Content-Type: application/json' header.")
    }
    do {
      guard let object = try JSONValue(parsing: request.body).object else {
        throw Refusal.fields([:], ["Invalid request: JSON dictionary expected."])
      }
      return object
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw .error(400, "Please send valid JSON with a 'Content-Type: application/json' header.")
    }
  }
}
