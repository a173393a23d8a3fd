import JSONBytes

/// Finds objects by exact values: an e-mail address, a phone number, a name, the value of a custom field.
///
/// Only narrows a search down: what it returns is still checked against the whole query.
struct TermIndex: Sendable {
  private var ids: [String: Set<String>] = [:]
  private static let kinds: Set<Kind> = [.lead, .contact, .opportunity, .customObject, .customActivity]

  /// The ids of objects whose `field` holds `text`, in any case of letters.
  func ids(_ field: String, _ text: String) -> Set<String> { ids[TermIndex.term(field, text)] ?? [] }

  mutating func insert(_ record: Record) {
    for term in TermIndex.terms(of: record) { ids[term, default: []].insert(record.id) }
  }

  mutating func remove(_ record: Record) {
    for term in TermIndex.terms(of: record) {
      ids[term]?.remove(record.id)
      if ids[term]?.isEmpty == true { ids[term] = nil }
    }
  }

  private static func term(_ field: String, _ text: String) -> String { field + "=" + text.lowercased() }

  private static func terms(of record: Record) -> [String] {
    guard kinds.contains(record.kind) else { return [] }
    var terms: [String] = []
    try? withJSONCursor(record.body) { (cursor) throws(JSONError) in
      try cursor.enterObject()
      while let name = try cursor.nextKey() {
        let key = cursor.text(of: name)
        if key.hasPrefix("custom.") {
          let value = try cursor.readValue()
          let texts = (value.array ?? [value]).compactMap(\.string)
          terms += texts.map { term(String(key.dropFirst("custom.".count)), $0) }
        } else if key == "name" || key == "display_name" {
          if let text = try cursor.readString() { terms.append(term(key, text)) }
        } else if let part = parts[key] {
          let texts = (try cursor.readValue().array ?? []).compactMap { $0[part]?.string }
          terms += texts.map { term(part, $0) }
        } else {
          try cursor.skipValue()
        }
      }
    }
    return terms
  }

  /// The key that carries the value in each list of a contact.
  private static let parts = ["emails": "email", "phones": "phone", "urls": "url"]
}
