package import HTTPTransport
import JSONBytes

extension APICall {
  /// The longest URL sent as it is.
  static let longestURL = 2_000

  /// The HTTP request for this call, without credentials.
  ///
  /// A GET whose URL would be too long goes as a POST with `x-http-method-override: GET` and the query in the
  /// body's `_params`; `_fields` stays in the URL as well when it fits, since Close reads it there.
  package func request(_ configuration: ClientConfiguration) -> HTTPRequest {
    let address = configuration.baseURL + "/" + encodedPath
    var request = HTTPRequest(
      method: method, url: address + APICall.queryText(query), body: body, isRepeatable: kind == .read,
      timeout: configuration.requestTimeout)
    var standard = [("Accept", "application/json"), ("User-Agent", configuration.userAgent)]
    if method == .get, body == nil, request.url.utf8.count > APICall.longestURL {
      standard.append(("x-http-method-override", "GET"))
      request.method = .post
      request.body = Array(JSONValue(dictionaryLiteral: ("_params", .object(parameters))).compact.utf8)
      let short = address + APICall.queryText(query.filter { $0.name == "_fields" })
      request.url = short.utf8.count > APICall.longestURL ? address : short
    }
    if request.body != nil { standard.append(("Content-Type", "application/json")) }
    request.headers = APICall.merge([standard, configuration.headers, headers])
    return request
  }

  /// The query as an object; values of a name that stands twice are joined by commas.
  private var parameters: JSONObject {
    var object = JSONObject()
    for (name, value) in query {
      object[name] = .string([object[name]?.string, value].compactMap { $0 }.joined(separator: ","))
    }
    return object
  }

  /// What stands between the slashes of the path.
  var parts: [String] { segments ?? path.split(separator: "/").map(String.init) }

  private var encodedPath: String {
    let segments = parts.map { PercentEncoding.encode($0, keeping: "@:+,") }
    return segments.isEmpty ? "" : segments.joined(separator: "/") + "/"
  }

  private static func queryText(_ query: [(name: String, value: String)]) -> String {
    let pairs = query.map {
      PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value, keeping: ",:")
    }
    return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
  }

  /// All lists in one; a later header replaces an earlier one of the same name.
  private static func merge(_ lists: [[(name: String, value: String)]]) -> [(name: String, value: String)] {
    var merged: [(name: String, value: String)] = []
    for list in lists {
      for header in list {
        merged.removeAll { $0.name.lowercased() == header.name.lowercased() }
        merged.append(header)
      }
    }
    return merged
  }
}
