import CloseConnection
import JSONBytes

/// Replaces the ids and names in a draft by ids of this organisation.
///
/// What another organisation has and this one lacks is left out with a remark; what the user asked for by name
/// must exist.
struct ReferenceResolver: Sendable {
  let directory: Directory
  /// Names of things by ids of another organisation.
  let foreignNames: @Sendable (String) -> [String]
  /// Names of custom fields by ids of another organisation, from the stream's schema.
  let foreignFields: [String: String]
  /// Whether the record comes from another organisation; nil when it does not say.
  let isForeign: Bool?
  /// The ids of the objects that fields point to, by field.
  let parents: [String: String]
  /// The id of an object of a kind, by the key of the record it was written for.
  let writtenID: @Sendable (_ resource: String, _ key: String) -> String?
  let lists: ListPolicies

  /// The object as it should be, and remarks on what was left out.
  ///
  /// - Throws: `Rejection`.
  func resolve(_ draft: Draft) throws(Rejection) -> (object: DesiredObject, remarks: [String]) {
    var object = DesiredObject(
      resource: draft.resource, values: draft.values, lists: lists, nulls: draft.nulls)
    var remarks: [String] = []
    // Pipelines come before the statuses that are looked up in them.
    for reference in draft.references.sorted(by: { !$0.kind.isStatus && $1.kind.isStatus }) {
      if let id = try resolve(reference, in: object.values, &remarks) {
        object.values[reference.field] = .string(id)
      }
    }
    for field in draft.customFields { try add(field, draft.nulls, to: &object, &remarks) }
    if !draft.contacts.isEmpty {
      var contacts: [JSONValue] = []
      for contact in draft.contacts {
        let (nested, nestedRemarks) = try resolve(contact)
        contacts.append(.object(nested.creation))
        remarks += nestedRemarks
      }
      object.values["contacts"] = .array(contacts)
    }
    return (object, remarks)
  }

  /// The tables that custom fields of these definitions need besides those the draft told.
  static func tables(for draft: Draft, _ directory: Directory) -> Set<Directory.Table> {
    let hasUsers = draft.customFields.contains { field in
      draft.resource.customFields.flatMap { directory.customField(field.name, of: $0) }?.type == "user"
    }
    let own: Set<Directory.Table> = hasUsers ? [.users] : []
    return draft.contacts.reduce(own) { $0.union(tables(for: $1, directory)) }
  }

  // MARK: - References

  private func resolve(
    _ reference: Draft.Reference, in values: JSONObject, _ remarks: inout [String]
  ) throws(Rejection) -> String? {
    let value = reference.value.string
    guard let table = reference.kind.table else {
      guard let value else { return nil }
      if case .object = reference.kind {
        if let id = parents[reference.field] { return id }
        remarks.append("\"\(reference.field)\" points to something that is not known here; it is left out")
        return nil
      }
      // Templates, outcomes and the like are only good in their own organisation.
      if isForeign == true {
        remarks.append("\"\(reference.field)\" means nothing in another organisation; it is left out")
        return nil
      }
      return value
    }
    let texts = [value, reference.label].compactMap(\.self) + (value.map(foreignNames) ?? [])
    return try find(texts, in: table, group: values["pipeline_id"]?.string, field: reference.field, &remarks)
  }

  /// The id of what goes by one of these texts; nil when it is left out.
  private func find(
    _ texts: [String], in table: Directory.Table, group: String? = nil, field: String,
    _ remarks: inout [String]
  ) throws(Rejection) -> String? {
    for text in texts {
      switch directory.find(text, in: table, group: group) {
      case .found(let id): return id
      case .ambiguous: throw Rejection("several \(table.noun)s are called \"\(text)\"; use the id")
      case .unknown: continue
      }
    }
    let name = texts.last ?? ""
    if isForeign == true || texts.contains(where: table.looksLikeID) {
      remarks.append("there is no \(table.noun) \"\(name)\" here; \"\(field)\" is left out")
      return nil
    }
    let names = directory.names(in: table).prefix(20).joined(separator: ", ")
    throw Rejection("there is no \(table.noun) \"\(name)\"; there are \(names.isEmpty ? "none" : names)")
  }

  // MARK: - Custom fields

  private func add(
    _ field: Draft.CustomField, _ nulls: NullPolicy, to object: inout DesiredObject,
    _ remarks: inout [String]
  ) throws(Rejection) {
    guard let scope = object.resource.customFields else { return }
    let type = (object.values["custom_activity_type_id"] ?? object.values["custom_object_type_id"])?.string
    let names = [field.name] + [foreignFields[field.name]].compactMap(\.self) + foreignNames(field.name)
    let definition = names.lazy.compactMap { directory.customField($0, of: scope, group: type) }.first
    guard let definition else {
      let isID = field.name.hasPrefix("cf_") || field.name.hasPrefix("lcf_")
      let name = names.last ?? field.name
      guard isID || isForeign == true else {
        throw Rejection("there is no \(scope.rawValue) custom field \"\(name)\"")
      }
      remarks.append("there is no \(scope.rawValue) custom field \"\(name)\" here; it is left out")
      return
    }
    let key = "custom.\(definition.id)"
    object.customFields[key] = definition
    guard let value = try value(of: field, definition, nulls, &remarks) else { return }
    object.values[key + field.suffix] = value
  }

  private func value(
    of field: Draft.CustomField, _ definition: CustomFieldDefinition, _ nulls: NullPolicy,
    _ remarks: inout [String]
  ) throws(Rejection) -> JSONValue? {
    let all = definition.acceptsMultipleValues ? field.value.unpacked : field.value
    let given = all.list.filter(definition.saysSomething)
    if given.isEmpty, all.array?.isEmpty != true {
      return nulls == .clear && field.suffix.isEmpty ? .null : nil
    }
    var elements: [JSONValue] = []
    for element in given {
      if let value = try single(element, definition, &remarks) { elements.append(value) }
    }
    if definition.acceptsMultipleValues, field.suffix.isEmpty {
      return elements.isEmpty && !given.isEmpty ? nil : .array(elements)
    }
    guard elements.count <= 1 else {
      throw Rejection("\"\(definition.name)\" holds one value, not \(field.value.brief)")
    }
    return elements.first
  }

  private func single(
    _ value: JSONValue, _ definition: CustomFieldDefinition, _ remarks: inout [String]
  ) throws(Rejection) -> JSONValue? {
    let name = definition.name
    switch definition.type {
    case "number": return try FieldKind.number.coerced(value, field: name)
    case "date": return try FieldKind.day.coerced(value, field: name)
    case "datetime": return try FieldKind.instant.coerced(value, field: name)
    case "user":
      let text = RecordKey.text(of: value)
      return try find([text] + foreignNames(text), in: .users, field: name, &remarks).map { .string($0) }
    case "contact", "custom_object":
      let text = RecordKey.text(of: value)
      if let id = writtenID(definition.type, text) { return .string(id) }
      guard isForeign == true else { return .string(text) }
      remarks.append("\"\(name)\" points to something that is not known here; it is left out")
      return nil
    default: return try FieldKind.text.coerced(value, field: name)
    }
  }
}

extension CustomFieldDefinition {
  /// Whether a value means something to the field; an empty text is one only where texts are kept.
  fileprivate func saysSomething(_ value: JSONValue) -> Bool {
    !value.isNull && (value != "" || ["text", "textarea", "hidden"].contains(type))
  }
}

extension ReferenceKind {
  fileprivate var isStatus: Bool {
    switch self {
    case .leadStatus, .opportunityStatus: true
    default: false
    }
  }
}

extension Directory.Table {
  /// Whether a text that is no id here looks like one of another organisation.
  fileprivate func looksLikeID(_ text: String) -> Bool {
    switch self {
    case .users: text.hasPrefix("user_")
    case .leadStatuses, .opportunityStatuses: text.hasPrefix("stat_")
    case .pipelines: text.hasPrefix("pipe_")
    case .activityTypes: text.hasPrefix("actitype_")
    case .objectTypes: text.hasPrefix("cotype_")
    case .customFields: text.hasPrefix("cf_") || text.hasPrefix("lcf_")
    }
  }
}
