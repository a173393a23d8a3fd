import CloseAPI
import JSONBytes

/// What is told of an endpoint that was asked once: where records stand, and a stream to paste.
struct SuggestionReport: Sendable {
  let request: ProbeRequest
  let answer: JSONValue
  let suggestions: [PathSuggestion]

  init(_ request: ProbeRequest, _ answer: JSONValue) {
    self.request = request
    self.answer = answer
    suggestions = PathSuggestion.all(in: answer)
  }

  /// For people: a block per suggestion, best first, then the element of `custom_streams` for the best one.
  var text: String {
    guard let best = suggestions.first else {
      return "the answer of \(request.text) holds no objects, so nothing can be read from it\n"
    }
    let blocks = suggestions.map { suggestion in
      """
      \(suggestion.path)  \(suggestion.count) record\(suggestion.count == 1 ? "" : "s")
        fields           \(suggestion.fields.joined(separator: ", "))
        primary key      \(suggestion.primaryKey ?? "none that shows")
        replication key  \(suggestion.replicationKey ?? "none that shows")

      """
    }
    let entry: JSONValue = ["custom_streams": [stream(for: best)]]
    return blocks.joined(separator: "\n")
      + "\nTo read the first one, put this into the config:\n\n\(entry.pretty)\n"
  }

  /// For programs: a JSON line per suggestion, best first.
  var lines: String {
    suggestions.map { suggestion in
      let line: JSONValue = [
        "records_path": .string(suggestion.path.description), "records": .int(suggestion.count),
        "fields": .array(suggestion.fields.map(JSONValue.string)),
        "primary_key": suggestion.primaryKey.map(JSONValue.string) ?? .null,
        "replication_key": suggestion.replicationKey.map(JSONValue.string) ?? .null,
        "custom_stream": stream(for: suggestion),
      ]
      return line.compact + "\n"
    }.joined()
  }

  /// The element of `custom_streams` that reads these records.
  private func stream(for suggestion: PathSuggestion) -> JSONValue {
    var stream: JSONValue = ["name": .string(request.name), "path": .string(request.pathText)]
    if let body = request.body {
      stream["method"] = "POST"
      if body != [:] { stream["body"] = body.escapingBraces }
    }
    let parameters = request.parameters.filter { !SuggestionReport.paging.contains($0.name) }
    if !parameters.isEmpty {
      stream["params"] = .object(
        JSONObject(parameters.map { ($0.name, JSONValue.string($0.value).escapingBraces) }))
    }
    stream["records_path"] = .string(suggestion.path.description)
    stream["primary_key"] = suggestion.primaryKey.map(JSONValue.string)
    stream["replication_key"] = suggestion.replicationKey.map(JSONValue.string)
    stream["paging"] = .string(paging(of: suggestion.path).rawValue)
    return stream
  }

  /// Parameters that find a page, which is the stream's own business.
  private static let paging = ["_limit", "_skip", "_cursor"]

  private func paging(of path: RecordsPath) -> CustomStream.Paging {
    if !path.steps.contains(.each) { return .none }
    if answer["cursor_next"] != nil || answer["cursor"] != nil { return .cursor }
    return answer["has_more"] != nil ? .offset : .none
  }
}

extension JSONValue {
  /// The value with braces in its texts doubled, so that they are no macros.
  fileprivate var escapingBraces: JSONValue {
    switch self {
    case .string(let text): .string(text.replacing("{", with: "{{").replacing("}", with: "}}"))
    case .array(let elements): .array(elements.map(\.escapingBraces))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.escapingBraces) }))
    case .null, .bool, .number: self
    }
  }
}
