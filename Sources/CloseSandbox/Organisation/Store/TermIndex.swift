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
    for (key, value) in record.object {
      if key.hasPrefix("custom.") {
        for element in value.array ?? [value] {
          if let text = element.string { terms.append(term(String(key.dropFirst("custom.".count)), text)) }
        }
      } else if key == "name" || key == "display_name", let text = value.string {
        terms.append(term(key, text))
      } else if let part = TermIndex.parts[key] {
        for element in value.array ?? [] {
          if let text = element[part]?.string { terms.append(term(part, text)) }
        }
      }
    }
    return terms
  }

  /// The key that carries the value in each list of a contact.
  private static let parts = ["emails": "email", "phones": "phone", "urls": "url"]
}
