import CloseConnection
import JSONBytes

/// Finds out whether a draft of another organisation points to something whose name is still to come, as a row of
/// a stream such as `users`.
struct NameFinder: Sendable {
  let directory: Directory
  /// Names of custom fields by their ids, from the stream's own schema.
  let foreignFields: [String: String]
  /// Whether a stream of this name is part of the input.
  let isAnnounced: @Sendable (String) -> Bool
  /// Whether the name of the thing with this id has come.
  let isKnown: @Sendable (String) -> Bool

  /// The first name that is missing.
  func missingName(_ draft: Draft) -> RecordPlanner.ParentKey? {
    for reference in draft.references where reference.label == nil {
      guard let table = reference.kind.table, let id = reference.value.string else { continue }
      if let key = missing(id, in: table) { return key }
    }
    guard let scope = draft.resource.customFields else { return nil }
    for field in draft.customFields {
      if foreignFields[field.name] == nil, let key = missing(field.name, in: .customFields(scope)) {
        return key
      }
      let name = foreignFields[field.name] ?? field.name
      guard directory.customField(name, of: scope)?.type == "user" else { continue }
      for value in field.value.list {
        if let id = value.string, let key = missing(id, in: .users) { return key }
      }
    }
    return draft.contacts.lazy.compactMap { contact in
      // Fields of contacts are not told by the schema of leads.
      let finder = NameFinder(
        directory: directory, foreignFields: [:], isAnnounced: isAnnounced, isKnown: isKnown)
      return finder.missingName(contact)
    }.first
  }

  private func missing(_ id: String, in table: Directory.Table) -> RecordPlanner.ParentKey? {
    let stream = table.dictionary
    guard isAnnounced(stream), !isKnown(id) else { return nil }
    // An unread table knows nothing; what it knows needs no other name.
    if case .found = directory.find(id, in: table) { return nil }
    return RecordPlanner.ParentKey(resource: stream, key: RecordKey(text: id))
  }
}

extension Directory.Table {
  /// The stream that tells the names of another organisation.
  fileprivate var dictionary: String {
    switch self {
    case .users: "users"
    case .leadStatuses: "lead_statuses"
    case .opportunityStatuses: "opportunity_statuses"
    case .pipelines: "pipelines"
    case .customFields: "custom_fields"
    case .activityTypes: "custom_activity_types"
    case .objectTypes: "custom_object_types"
    }
  }
}
