import CloseAPI
import CloseConnection
import JSONBytes

/// One match key with a record's values for it: how to search for the object, and how to tell that a result is it.
struct MatchCriterion: Sendable {
  let key: MatchKey
  let resource: ResourceDefinition
  /// The definition of the custom field the key names.
  let customField: CustomFieldDefinition?
  /// Any of these.
  let values: [JSONValue]

  /// The criterion for an object as a record wants it; nil when the record says nothing about the key.
  init?(_ key: MatchKey, _ object: DesiredObject, customField: CustomFieldDefinition? = nil) {
    let values: [JSONValue]
    switch key {
    case .id: values = []
    case .email: values = MatchCriterion.entries(.email, object)
    case .phone: values = MatchCriterion.entries(.phone, object)
    case .field(let name): values = object.values[name]?.list ?? []
    case .custom:
      guard let customField else { return nil }
      values = object.values["custom.\(customField.id)"]?.list ?? []
    }
    self.init(key, object.resource, values, customField: customField)
  }

  /// The criterion for these values; nil when there are none.
  init?(
    _ key: MatchKey, _ resource: ResourceDefinition, _ values: [JSONValue],
    customField: CustomFieldDefinition? = nil
  ) {
    let values = values.filter { !$0.isNull && $0 != "" }
    guard !values.isEmpty else { return nil }
    self.key = key
    self.resource = resource
    self.customField = customField
    self.values = values
  }

  /// What it compares, as tokens and messages name it.
  var field: String { customField.map { "custom.\($0.id)" } ?? key.description }

  /// The same criterion in a form that is equal for all records that may mean the same object.
  var tokens: [MatchToken] {
    values.map { MatchToken(resource: resource.name, field: field, value: $0) }
  }

  /// For a lead, the addresses of the contacts it is created with.
  private static func entries(_ kind: EntryKind, _ object: DesiredObject) -> [JSONValue] {
    let name = kind == .email ? "emails" : "phones"
    let holders =
      object.resource.name == "lead" ? object.values["contacts"]?.list ?? [] : [.object(object.values)]
    return holders.flatMap { $0[name]?.list ?? [] }.map { .string(kind.text($0)) }
  }
}

// MARK: - Telling

extension MatchCriterion {
  /// Whether the object certainly is what the record means; searches find more than they should.
  func confirms(_ object: JSONObject) -> Bool {
    switch key {
    case .id: false
    case .email:
      entries(.email, in: object).contains { entry in values.contains { isSame(.email, entry, $0) } }
    case .phone:
      entries(.phone, in: object).contains { entry in values.contains { isSame(.phone, entry, $0) } }
    case .field(let name):
      (object[name]?.list ?? []).contains { value in values.contains { kind.isSame($0, value) } }
    case .custom:
      (object[field]?.list ?? []).contains { value in values.contains { kind.isSame($0, value) } }
    }
  }

  /// Whether the row of a search may be what the record means: it says so, or does not show what is compared.
  func admits(_ row: JSONObject) -> Bool {
    confirms(row) || confirmedFields.contains { row[$0] == nil }
  }

  /// Whether the object certainly is another one: it has a value for a custom field that holds just one, and it
  /// is none of these.
  func contradicts(_ object: JSONObject) -> Bool {
    guard case .custom = key, customField?.acceptsMultipleValues == false else { return false }
    return (object[field]?.list ?? []).contains { $0 != "" } && !confirms(object)
  }

  /// What the compared field holds.
  private var kind: FieldKind {
    switch key {
    case .field(let name): resource.field(name)?.kind ?? .text
    case .custom: customField?.kind ?? .text
    case .id, .email, .phone: .text
    }
  }

  private func entries(_ kind: EntryKind, in object: JSONObject) -> [JSONValue] {
    let name = kind == .email ? "emails" : "phones"
    guard resource.name == "lead" else { return object[name]?.list ?? [] }
    return (object["contacts"]?.list ?? []).flatMap { $0[name]?.list ?? [] }
  }

  private func isSame(_ kind: EntryKind, _ entry: JSONValue, _ value: JSONValue) -> Bool {
    guard let name = kind.identity else { return false }
    return kind.isSame(entry, .object([name: value]))
  }
}

// MARK: - Searching

extension MatchCriterion {
  /// The fields of an object that `confirms` looks at.
  var confirmedFields: [String] {
    switch key {
    case .id: []
    case .email: resource.name == "lead" ? ["contacts"] : ["emails"]
    case .phone: resource.name == "lead" ? ["contacts"] : ["phones"]
    case .field(let name): [name]
    case .custom: [field]
    }
  }

  /// The condition that finds the object, and perhaps others, by `data/search/`.
  var condition: JSONValue {
    let conditions = values.flatMap(conditions)
    return conditions.count == 1 ? conditions[0] : SearchQuery.any(conditions)
  }

  private func conditions(_ value: JSONValue) -> [JSONValue] {
    let type = resource.searchType ?? resource.name
    let text = RecordKey.text(of: value)
    switch key {
    case .id: return []
    case .email: return [contactPart("contact_email", "email", text)]
    case .phone:
      let number = PhoneNumber(text)
      // Close writes numbers as E.164, of which a national one is the end.
      let spellings =
        number.isInternational ? ["+" + number.digits] : [text, "+" + number.digits, number.digits]
      return spellings.map { contactPart("contact_phone", "phone", $0) }
    case .field(let name): return [SearchQuery.where(SearchQuery.field(name, of: type), condition(value))]
    case .custom:
      return [SearchQuery.where(SearchQuery.customField(customField?.id ?? ""), condition(value))]
    }
  }

  /// An address or number of a contact, or of one of a lead's contacts.
  private func contactPart(_ part: String, _ field: String, _ text: String) -> JSONValue {
    let condition = SearchQuery.where(
      SearchQuery.field(field, of: part), SearchQuery.text(text, mode: "phrase"))
    let ofContact = SearchQuery.related(part, of: "contact", condition)
    return resource.name == "lead" ? SearchQuery.related("contact", of: "lead", ofContact) : ofContact
  }

  private func condition(_ value: JSONValue) -> JSONValue {
    let text = RecordKey.text(of: value)
    switch (kind, customField?.type) {
    case (.number, _): return ["type": "number_range", "gte": value, "lte": value]
    case (.instant, _), (.day, _), (.moment, _):
      guard let instant = Timestamp(text) else { break }
      let day = instant.startOfDay
      return SearchQuery.moments(from: day, before: day.adding(seconds: 86400))
    case (.reference(let kind), _):
      if let type = kind.searchType { return SearchQuery.reference(type, [text]) }
    case (_, "choices"): return SearchQuery.term([text])
    case (_, "user"): return SearchQuery.reference("user", [text])
    case (_, "contact"): return SearchQuery.reference("contact", [text])
    default: break
    }
    return SearchQuery.text(text, mode: "phrase")
  }
}

extension ReferenceKind {
  /// What searches call it.
  fileprivate var searchType: String? {
    switch self {
    case .user: "user"
    case .leadStatus: "status.lead"
    case .opportunityStatus: "status.opportunity"
    case .object("contact"): "contact"
    case .object("lead"): "lead"
    default: nil
    }
  }
}

extension SearchQuery {
  /// The value points to one of these objects.
  fileprivate static func reference(_ type: String, _ ids: [String]) -> JSONValue {
    [
      "type": "reference", "reference_type": .string(type),
      "object_ids": .array(ids.map { .string($0) }),
    ]
  }
}
