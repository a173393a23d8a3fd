import JSONBytes

/// What a query node is held against: an object, or one entry of an object's lists.
enum SearchSubject: Sendable {
  case record(Record)
  case part(JSONObject)

  /// What stands in relation to this under the name `type`.
  func related(_ type: String, _ context: SearchContext) -> [SearchSubject] {
    guard case .record(let record) = self else { return [] }
    if type == "address" { return SearchPart.parts(type, of: lead(of: record, context)) }
    if SearchPart.fields[type] != nil {
      let contacts = record.kind == .contact ? [record] : related("contact", context).compactMap(\.record)
      return contacts.flatMap { SearchPart.parts(type, of: $0) }
    }
    guard let kind = Kind.bySearchType[type] else { return [] }
    switch (record.kind, kind) {
    case (_, .lead): return lead(of: record, context).map { [.record($0)] } ?? []
    case (.lead, _): return context.store.members(of: record.id, kind).map { .record($0) }
    case (_, .contact):
      let contact = record.text("contact_id").flatMap { context.store.find(.contact, $0) }
      return contact.map { [.record($0)] } ?? []
    case (.contact, _):
      let members = record.leadID.map { context.store.members(of: $0, kind) } ?? []
      return members.filter { $0.text("contact_id") == record.id }.map { .record($0) }
    default: return record.leadID.map { context.store.members(of: $0, kind) }?.map { .record($0) } ?? []
    }
  }

  private var record: Record? { if case .record(let record) = self { record } else { nil } }

  private func lead(of record: Record, _ context: SearchContext) -> Record? {
    record.kind == .lead ? record : record.leadID.flatMap { context.store.find(.lead, $0) }
  }
}

/// Entries of lists that queries treat as objects of their own.
enum SearchPart {
  /// The fields of each type.
  static let fields: [String: Set<String>] = [
    "contact_email": ["email", "type", "is_unsubscribed"],
    "contact_phone": ["phone", "phone_formatted", "type", "country"],
    "contact_url": ["url", "type"],
    "address": ["address_1", "address_2", "city", "state", "zipcode", "country", "label"],
  ]

  private static let keys = [
    "contact_email": "emails", "contact_phone": "phones", "contact_url": "urls", "address": "addresses",
  ]

  static func parts(_ type: String, of record: Record?) -> [SearchSubject] {
    guard let key = keys[type] else { return [] }
    return (record?.value(key)?.array ?? []).compactMap(\.object).map { .part($0) }
  }
}
