public import JSONBytes

/// One request that a sandbox has answered, or refused to.
public struct RecordedRequest: Sendable {
  /// Running number, from 1, in order of arrival.
  public var number: Int
  /// `GET`, `POST`, … as it was sent.
  public var method: String
  /// The path below `/api/v1/` (`lead/`), or below `/` when it lies elsewhere (`oauth2/token/`).
  public var path: String
  /// Decoded query parameters in the order they came, or those of `_params` with the method override.
  public var query: [(name: String, value: String)]
  /// Header values by lower-case name, without `authorization`.
  public var headers: [String: String]
  /// The body; empty for `/oauth2/`, where it holds secrets.
  public var body: [UInt8]
  /// Status of the answer, even when a fault kept it from the client; 0 when nothing was answered.
  public var status = 0
  /// Which credential was used: 0 the admin's key, 1 the member's, 2 an OAuth token; nil for none of them.
  public var keyIndex: Int?
  /// The faults that struck it, as they were written.
  public var faults: [String] = []
  /// Bytes of the answer's body.
  public var bytes = 0
  /// Milliseconds from the request's arrival to the answer's departure.
  public var milliseconds = 0.0
  /// Running number of the connection, from 1.
  public var connection: Int

  /// The value of the query parameter `name`, the first if there are several.
  public func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// The body as JSON; nil when it is none.
  public var json: JSONValue? { try? JSONValue(parsing: body) }
}

extension RecordedRequest {
  /// The request for `GET /sandbox/requests`.
  var report: JSONValue {
    var parameters = JSONObject()
    for parameter in query { parameters[parameter.name] = .string(parameter.value) }
    return [
      "number": .int(number), "method": .string(method), "path": .string(path), "query": .object(parameters),
      "body": body.isEmpty ? nil : json ?? .string(String(decoding: body, as: UTF8.self)),
      "status": .int(status), "key": keyIndex.map { .int($0) } ?? nil,
      "faults": .array(faults.map { .string($0) }), "bytes": .int(bytes),
      "milliseconds": JSONNumber((milliseconds * 1000).rounded() / 1000).map { .number($0) } ?? 0,
      "connection": .int(connection),
    ]
  }
}
