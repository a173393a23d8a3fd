import JSONBytes

/// One request on its way through the server, and what is to be written down about it.
struct Visit {
  let request: HTTPRequest
  /// The method that counts: GET for HEAD and for a POST that says `x-http-method-override: GET`.
  let method: String
  /// Whether the query stands in the body's `_params`.
  let isOverridden: Bool
  var record: RecordedRequest
  var overran = false

  init(_ request: HTTPRequest, number: Int, connection: Int) {
    self.request = request
    isOverridden =
      request.method == "POST" && request.headers["x-http-method-override"]?.uppercased() == "GET"
    method = isOverridden || request.method == "HEAD" ? "GET" : request.method
    let prefix = request.path.hasPrefix("/api/v1/") ? "/api/v1/" : "/"
    let path = String(request.path.dropFirst(prefix.count))
    let holdsSecrets = request.path.hasPrefix("/oauth2/")
    record = RecordedRequest(
      number: number, method: request.method, path: path, query: request.query, headers: request.headers,
      body: holdsSecrets ? [] : request.body, connection: connection)
    record.headers["authorization"] = nil
  }

  /// Whether this is a search that goes on where an earlier one stopped.
  var continuesSearch: Bool {
    guard record.path == "data/search/", let body = try? JSONValue(parsing: request.body) else {
      return false
    }
    return body["cursor"]?.string != nil
  }

  /// The request as the API sees it.
  func call(by caller: SandboxCaller) throws(EarlyAnswer) -> SandboxRequest {
    var call = SandboxRequest(
      method: method, path: record.path, query: request.query, headers: request.headers, body: request.body,
      caller: caller)
    call.headers["authorization"] = nil
    guard request.method == "POST" || request.method == "PUT", !takesNoBody else { return call }
    try checkContentType()
    // The collections, which Close has not, take any JSON and check it themselves.
    if record.path.hasPrefix("sandbox_collection/") { return call }
    let parameters = try checkJSON()
    if let parameters { call.query = Visit.query(parameters, besides: request.query) }
    if isOverridden { call.body = [] }
    return call
  }

  /// The two POSTs that the API defines without a body.
  private var takesNoBody: Bool {
    request.body.isEmpty && record.path.hasPrefix("playbook/") && record.path.hasSuffix("archive/")
  }

  private func checkContentType() throws(EarlyAnswer) {
    let type = request.headers["content-type"]?.prefix { $0 != ";" && $0 != " " }.lowercased() ?? ""
    guard type != "application/json", !request.body.isEmpty else { return }
    throw EarlyAnswer(415, "Please send valid JSON with a 'Content-Type: application/json' header.")
  }

  /// Checks that the body is one JSON object and returns its member `_params`.
  private func checkJSON() throws(EarlyAnswer) -> JSONObject? {
    do throws(JSONError) {
      return try withJSONCursor(request.body) { (cursor) throws(JSONError) in
        let isObject = cursor.peek() == UInt8(ascii: "{")
        if !isObject {
          try cursor.skipValue()
          try cursor.expectEnd()
          throw JSONError(.wrongType, at: 0)
        }
        var parameters: JSONObject?
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
          if cursor.matches(key, "_params") {
            parameters = try cursor.readValue().object
          } else {
            try cursor.skipValue()
          }
        }
        try cursor.expectEnd()
        return parameters
      }
    } catch {
      let isOtherValue = error.code == .wrongType
      throw EarlyAnswer(
        400, isOtherValue ? "JSON data must be a dict." : "The request contains invalid JSON.")
    }
  }

  /// `_params` replace the query, but for `_fields`, which is always read from the URL.
  private static func query(
    _ parameters: JSONObject, besides query: [(name: String, value: String)]
  ) -> [(name: String, value: String)] {
    query.filter { $0.name == "_fields" }
      + parameters.compactMap { name, value in
        guard name != "_fields" else { return nil }
        return switch value {
        case .string(let text): (name, text)
        case .number(let number): (name, number.text)
        case .bool(let flag): (name, flag ? "true" : "false")
        case .null, .array, .object: nil
        }
      }
  }
}

// MARK: - Log lines

extension Visit {
  /// One line for people: `GET /api/v1/lead/?_limit=2 200 2 rows 1.3 ms`.
  func line(for delivery: Delivery) -> String {
    let status = record.status == 0 ? "no answer" : String(record.status)
    let rows = Visit.rows(in: delivery.response.body)
    let size = rows.map { $0 == 1 ? "1 row" : "\($0) rows" } ?? "\(record.bytes) bytes"
    let milliseconds = JSONNumber((record.milliseconds * 10).rounded() / 10)?.text ?? "0"
    let faults = record.faults.isEmpty ? "" : " [\(record.faults.joined(separator: "; "))]"
    return "\(request.method) \(request.target) \(status) \(size) \(milliseconds) ms\(faults)"
  }

  /// How many elements the answer's `data` has; nil when it is no list.
  private static func rows(in body: [UInt8]) -> Int? {
    guard body.first == UInt8(ascii: "{") else { return nil }
    return try? withJSONCursor(body) { (cursor) throws(JSONError) -> Int? in
      try cursor.enterObject()
      while let key = try cursor.nextKey() {
        guard cursor.matches(key, "data"), cursor.peek() == UInt8(ascii: "[") else {
          try cursor.skipValue()
          continue
        }
        var count = 0
        try cursor.enterArray()
        while try cursor.nextElement() {
          try cursor.skipValue()
          count += 1
        }
        return count
      }
      return nil
    }
  }
}
