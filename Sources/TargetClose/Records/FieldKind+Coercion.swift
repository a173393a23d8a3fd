import JSONBytes

extension FieldKind {
  /// The value in the type Close wants; sources such as warehouses write numbers as texts and the like.
  ///
  /// - Throws: `Rejection` that names `field` when the value says nothing of this kind.
  func coerced(_ value: JSONValue, field: String) throws(Rejection) -> JSONValue {
    let given = value
    let value = isStructured ? value.unpacked : value
    func refused() -> Rejection { Rejection("\"\(field)\" must be \(requirement), not \(given.brief)") }
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
        throw refused()
      }
      return number
    case (.boolean, .string("")): return .null
    case (.boolean, .string(let text)) where ["true", "1", "yes", "t", "y", "on"].contains(text.lowercased()):
      return true
    case (.boolean, .string(let text))
    where ["false", "0", "no", "f", "n", "off"].contains(text.lowercased()):
      return false
    case (.boolean, .number(let number)) where number.int == 0 || number.int == 1:
      return .bool(number.int == 1)
    case (.instant, .string(let text)), (.day, .string(let text)), (.moment, .string(let text)):
      if text.isEmpty { return .null }
      guard let instant = Timestamp(text) else { throw refused() }
      if case .day = self { return .string(instant.dateText) }
      return value
    case (.texts, .array(let elements)):
      guard elements.allSatisfy({ $0.string != nil }) else { throw refused() }
      return value
    case (.texts, .string(let text)): return text.isEmpty ? .null : [value]
    case (.entries(let kind), _):
      let isEntry = { (entry: JSONValue) in
        entry.isNull || entry.object != nil || (entry.string != nil && kind.identity != nil)
      }
      guard value.list.allSatisfy(isEntry) else { throw refused() }
      return .array(value.list.compactMap(kind.cleaned))
    default: throw refused()
    }
  }

  /// Whether it holds lists or objects, which some sources keep as one text.
  private var isStructured: Bool {
    switch self {
    case .texts, .entries, .json: true
    default: false
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

extension JSONValue {
  /// The list or object that a text stands for, as warehouses keep them: `["a", "b"]`; any other value as it is.
  var unpacked: JSONValue {
    guard let text = string.map(ContactText.trimmed), text.hasPrefix("[") || text.hasPrefix("{") else {
      return self
    }
    return (try? JSONValue(parsing: text)) ?? self
  }
}
