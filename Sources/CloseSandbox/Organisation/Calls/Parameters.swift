import JSONBytes

/// Query parameters, read the way Close reads them: a name that comes twice, or with brackets, counts for
/// nothing.
struct Parameters: Sendable {
  private var values: [String: String] = [:]

  /// `overridden` is the `_params` of a body, whose lists are joined by commas.
  init(_ query: [(name: String, value: String)], overridden: JSONObject? = nil) {
    var seen: Set<String> = []
    for (name, value) in query where !name.contains("[") {
      if seen.insert(name).inserted { values[name] = value } else { values[name] = nil }
    }
    for (name, value) in overridden ?? JSONObject() { values[name] = Parameters.text(value) }
  }

  subscript(name: String) -> String? { values[name] }

  /// All of them in a fixed order, without those in `names`.
  func sorted(without names: Set<String>) -> [(name: String, value: String)] {
    values.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func text(_ value: JSONValue) -> String? {
    switch value {
    case .null: nil
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): number.text
    case .string(let text): text
    case .array(let elements): elements.compactMap(text).joined(separator: ",")
    case .object: nil
    }
  }
}
