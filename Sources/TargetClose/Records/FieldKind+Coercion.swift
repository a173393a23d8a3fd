import JSONBytes

extension FieldKind {
  /// The value in the type Close wants; sources such as warehouses write numbers as texts and the like.
  ///
  /// - Throws: `Rejection` that names `field` when the value says nothing of this kind.
  func coerced(_ value: JSONValue, field: String) throws(Rejection) -> JSONValue {
    let refused = Rejection("\"\(field)\" must be \(requirement), not \(value.brief)")
    switch (self, value) {
    case (_, .null), (.json, _): return value
    case (.text, .string), (.html, .string), (.url, .string), (.phone, .string), (.reference, .string):
      return value
    case (.text, .number), (.html, .number), (.url, .number), (.phone, .number), (.reference, .number),
      (.text, .bool):
      return .string(RecordKey.text(of: value))
    case (.number, .number), (.boolean, .bool): return value
    case (.number, .string(let text)):
      if text.isEmpty { return .null }
      guard let number = try? JSONValue(parsing: ContactText.trimmed(text)), case .number = number else {
        throw refused
      }
      return number
    case (.boolean, .string(let text)) where ["true", "1", "yes"].contains(text.lowercased()): return true
    case (.boolean, .string(let text)) where ["false", "0", "no"].contains(text.lowercased()): return false
    case (.boolean, .number(let number)) where number.int == 0 || number.int == 1:
      return .bool(number.int == 1)
    case (.instant, .string(let text)), (.day, .string(let text)), (.moment, .string(let text)):
      if text.isEmpty { return .null }
      guard let instant = Timestamp(text) else { throw refused }
      if case .day = self { return .string(instant.dateText) }
      return value
    case (.texts, .array(let elements)):
      guard elements.allSatisfy({ $0.string != nil }) else { throw refused }
      return value
    case (.texts, .string(let text)): return text.isEmpty ? [] : [value]
    case (.entries(let kind), _):
      guard value.list.allSatisfy({ $0.object != nil || ($0.string != nil && kind.identity != nil) }) else {
        throw refused
      }
      return .array(value.list.compactMap(kind.cleaned))
    default: throw refused
    }
  }

  private var requirement: String {
    switch self {
    case .text, .html: "a text"
    case .url: "a URL"
    case .phone: "a telephone number"
    case .number: "a number"
    case .boolean: "true or false"
    case .instant: "a date-time"
    case .day, .moment: "a date"
    case .texts: "a list of texts"
    case .entries: "a list of objects"
    case .reference: "an id or a name"
    case .json: "any value"
    }
  }
}

extension JSONValue {
  /// The value as JSON, cut short for messages.
  var brief: String {
    let text = compact
    return text.count > 60 ? text.prefix(60) + "…" : text
  }
}
