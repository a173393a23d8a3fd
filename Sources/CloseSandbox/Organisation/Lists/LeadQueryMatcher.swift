import JSONBytes

/// Holds legacy queries against leads, and against what leads have.
struct LeadQueryMatcher: Sendable {
  let directory: Directory
  let now: Timestamp
  let zoneOffset: Int64

  func matches(_ node: LeadQuery.Node, _ record: Record, _ store: RecordStore) -> Bool {
    switch node {
    case .all: return true
    case .and(let nodes): return nodes.allSatisfy { matches($0, record, store) }
    case .or(let nodes): return nodes.contains { matches($0, record, store) }
    case .not(let inner): return !matches(inner, record, store)
    case .word(let word):
      return texts(of: record, store).contains { SearchText.matches($0, word, .beginningOfWords) }
    case .phrase(let phrase):
      return texts(of: record, store).contains { SearchText.matches($0, phrase, .phrase) }
    case .related(let name, let inner):
      guard let kind = LeadQueryMatcher.kind(of: name) else { return false }
      return members(of: record, kind, store).contains { matches(inner, $0, store) }
    case .compare(let field, let comparison, let value):
      return compare(field, comparison, value, record, store)
    }
  }

  private func compare(
    _ field: String, _ comparison: Filter.Comparison, _ value: String, _ record: Record, _ store: RecordStore
  ) -> Bool {
    switch field {
    case "id", "lead_id": return record.id == value || record.leadID == value
    case "has":
      guard let kind = LeadQueryMatcher.kind(of: value) else { return false }
      return !members(of: record, kind, store).isEmpty
    case "in":
      guard let view = store.find(.smartView, value), let query = try? SmartView(view).query else {
        return false
      }
      return query.matches(
        .record(record), SearchContext(store: store, directory: directory, now: now, zoneOffset: zoneOffset))
    case "status", "lead_status":
      return [record.text("status_label"), record.text("status_id")].contains {
        $0.map { SearchText.matches($0, value, .exactValue) } ?? false
      }
    case "name" where record.kind == .lead, "company" where record.kind == .lead:
      return record.text("display_name").map { SearchText.matches($0, value, .phrase) } ?? value.isEmpty
    case "email_address", "email": return parts("emails", "email", value, record, store)
    case "phone_number", "phone":
      return parts("phones", "phone", PhoneNumber(value)?.e164 ?? value, record, store)
    case "date_updated", "updated": return holds(comparison, value, record.updated)
    case "date_created", "created": return holds(comparison, value, record.created)
    default: return compareOther(field, comparison, value, record, store)
    }
  }

  /// Numbers of members (`contacts > 1`), custom fields by id or name, and plain keys.
  private func compareOther(
    _ field: String, _ comparison: Filter.Comparison, _ value: String, _ record: Record, _ store: RecordStore
  ) -> Bool {
    if let kind = LeadQueryMatcher.kind(of: field), let number = Double(value) {
      return holds(comparison, Double(members(of: record, kind, store).count), number)
    }
    var key = field
    if key.hasPrefix("custom.") {
      let name = String(key.dropFirst("custom.".count))
      let owner = Directory.owner(record.kind, record.object) ?? "lead"
      if directory.customFields[name] == nil, let field = directory.field(named: name, of: owner) {
        key = "custom." + field.id
      }
    }
    if key == "date" { key = "date_created" }
    guard let found = record.value(key) else { return value.isEmpty }
    return (found.array ?? [found]).contains { element in
      if let number = element.double, let wanted = Double(value) { return holds(comparison, number, wanted) }
      if let text = element.string, comparison != .equal, let date = Timestamp(text) {
        return holds(comparison, value, date)
      }
      return SearchText.matches(element.string ?? element.compact, value, value == "" ? .exactValue : .phrase)
    }
  }

  private func holds(_ comparison: Filter.Comparison, _ value: String, _ date: Timestamp) -> Bool {
    LeadQueryPeriod(value, zoneOffset: zoneOffset)?.holds(comparison, for: date) ?? false
  }

  private func holds(_ comparison: Filter.Comparison, _ number: Double, _ wanted: Double) -> Bool {
    switch comparison {
    case .equal: number == wanted
    case .less: number < wanted
    case .lessOrEqual: number <= wanted
    case .greater: number > wanted
    case .greaterOrEqual: number >= wanted
    }
  }

  private func parts(_ list: String, _ key: String, _ value: String, _ record: Record, _ store: RecordStore)
    -> Bool
  {
    let contacts = record.kind == .lead ? store.members(of: record.id, .contact) : [record]
    return contacts.contains { contact in
      contact.value(list)?.array?.contains {
        $0[key]?.string.map { SearchText.matches($0, value, .exactValue) } ?? false
      } ?? false
    }
  }

  private func members(of record: Record, _ kind: Kind, _ store: RecordStore) -> [Record] {
    store.members(of: record.kind == .lead ? record.id : record.leadID ?? "", kind)
  }

  private func texts(of record: Record, _ store: RecordStore) -> [String] {
    let records = record.kind == .lead ? [record] + store.members(of: record.id, .contact) : [record]
    return records.map { $0.object.values.compactMap(\.string).joined(separator: " ") }
      + records.flatMap { $0.value("emails")?.array?.compactMap { $0["email"]?.string } ?? [] }
  }

  /// `call`, `calls`, `lead_status_change` and so on.
  private static func kind(of name: String) -> Kind? {
    let single = name.hasSuffix("s") && name != "sms" ? String(name.dropLast()) : name
    return names[name] ?? names[single == "opportunitie" ? "opportunity" : single]
  }

  private static let names: [String: Kind] = [
    "contact": .contact, "opportunity": .opportunity, "task": .task, "call": .call, "email": .email,
    "sms": .sms,
    "note": .note, "meeting": .meeting, "custom_activity": .customActivity,
    "lead_status_change": .leadStatusChange, "opportunity_status_change": .opportunityStatusChange,
    "form_submission": .formSubmission,
  ]
}
