import JSONBytes

/// A text with places for a record's values: `/lead/{lead_id}/`.
struct TextTemplate: Hashable, Sendable {
  private enum Part: Hashable {
    case text(String)
    case field(String)
  }

  /// The template as written.
  let text: String
  private let parts: [Part]

  init(_ text: String) {
    self.text = text
    var parts: [Part] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      if start > rest.startIndex { parts.append(.text(String(rest[..<start]))) }
      parts.append(.field(String(rest[rest.index(after: start)..<end])))
      rest = rest[rest.index(after: end)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
  }

  /// The fields it asks for, in order.
  var fields: [String] {
    parts.compactMap { if case .field(let name) = $0 { name } else { nil } }
  }

  /// The name of the field, when the whole text is one place.
  var soleField: String? {
    if parts.count == 1, case .field(let name) = parts[0] { name } else { nil }
  }

  /// The text with the values filled in.
  ///
  /// - Throws: `Rejection` when the record lacks a value.
  func text(_ record: JSONObject) throws(Rejection) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .field(let name):
        guard let value = record[name], !value.isNull else {
          throw Rejection("\"\(name)\", which \"\(self.text)\" needs, is missing")
        }
        text += RecordKey.text(of: value)
      }
    }
    return text
  }

  /// The path with the values filled in; a value may not lead elsewhere.
  ///
  /// - Throws: `Rejection`.
  func path(_ record: JSONObject) throws(Rejection) -> String {
    for name in fields {
      let value = RecordKey.text(of: record[name] ?? .null)
      guard value.isPartOfPath else {
        throw Rejection("\"\(name)\" cannot be a part of the path: \"\(value)\"")
      }
    }
    return try text(record)
  }
}

/// A JSON document with places for a record's values.
///
/// A text that is one place takes the value with its type, so `"{amount}"` may become a number; `"{record}"`
/// takes the whole record and `"{records}"` those of a whole batch. A member whose value is missing is left out.
struct BodyTemplate: Hashable, Sendable {
  private let document: JSONValue

  init(_ document: JSONValue) { self.document = document }

  /// The body for `records`, of which the first fills the single places.
  ///
  /// - Throws: `Rejection` when a place inside a longer text has no value.
  func body(_ records: [JSONObject]) throws(Rejection) -> JSONValue {
    try fill(document, records) ?? .object(JSONObject())
  }

  private func fill(_ value: JSONValue, _ records: [JSONObject]) throws(Rejection) -> JSONValue? {
    let first = records.first ?? JSONObject()
    switch value {
    case .string(let text):
      let template = TextTemplate(text)
      switch template.soleField {
      case "records"?: return .array(records.map(JSONValue.object))
      case "record"?: return .object(first)
      case let name?: return first[name]
      case nil: return .string(try template.text(first))
      }
    case .array(let elements):
      var filled: [JSONValue] = []
      for element in elements { if let value = try fill(element, records) { filled.append(value) } }
      return .array(filled)
    case .object(let members):
      var filled = JSONObject()
      for (name, member) in members { filled[name] = try fill(member, records) }
      return .object(filled)
    case .null, .bool, .number: return value
    }
  }
}

/// Any endpoint: a verb, a path and a body with places for a record's values.
struct Endpoint: Sendable {
  let method: WriteMethod
  let path: TextTemplate
  /// Nil sends the record itself.
  let body: BodyTemplate?
}

/// The verbs that change something.
enum WriteMethod: String, CaseIterable, Sendable {
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"

  /// Whether sending it twice does no more than sending it once.
  var isIdempotent: Bool { self == .put || self == .delete }
}
