internal import JSONBytes

/// One measurement, in Singer's form.
///
///     {"type":"counter","metric":"record_count","value":400,"tags":{"stream":"leads"}}
struct Metric: Hashable, Sendable {
  enum Kind: String, Sendable {
    /// How often since the last line.
    case counter
    /// Seconds.
    case timer
  }

  let kind: Kind
  let name: String
  let value: JSONValue
  var tags: JSONObject

  static func counter(_ name: String, _ count: Int, _ tags: JSONObject) -> Metric {
    Metric(kind: .counter, name: name, value: .int(count), tags: tags)
  }

  static func timer(_ name: String, seconds: Double, _ tags: JSONObject) -> Metric {
    let rounded = JSONNumber((seconds * 1_000_000).rounded() / 1_000_000)
    return Metric(kind: .timer, name: name, value: rounded.map(JSONValue.number) ?? 0, tags: tags)
  }

  var json: JSONValue {
    ["type": .string(kind.rawValue), "metric": .string(name), "value": value, "tags": .object(tags)]
  }
}
