import CloseConnection

/// The names an organisation has for what its objects point to: users, statuses, pipelines, custom fields, types.
struct Directory: Sendable {
  /// One list of names.
  enum Table: Hashable, Sendable {
    case users, leadStatuses, opportunityStatuses, pipelines, activityTypes, objectTypes
    case customFields(CustomFieldScope)
  }

  /// Something that has an id and names.
  struct Entry: Hashable, Sendable {
    let id: String
    /// Every name it goes by, the usual one first.
    let names: [String]
    /// The pipeline of an opportunity status, the type of a custom activity's field.
    var group: String?
  }

  /// What became of a look at a table.
  enum Finding: Hashable, Sendable {
    case found(String)
    case unknown
    /// Several go by this name.
    case ambiguous
  }

  private(set) var tables: [Table: [Entry]] = [:]
  private(set) var customFields: [CustomFieldScope: [CustomFieldDefinition]] = [:]

  mutating func add(_ entries: [Entry], to table: Table) { tables[table] = entries }

  mutating func add(_ definitions: [CustomFieldDefinition], of scope: CustomFieldScope) {
    customFields[scope] = definitions
    tables[.customFields(scope)] = definitions.map {
      Entry(id: $0.id, names: [$0.name], group: $0.customTypeID)
    }
  }

  func has(_ table: Table) -> Bool { tables[table] != nil }

  /// Finds an entry by its id, else by its name, exactly or, when nothing is exactly so, in another case.
  ///
  /// - Parameter group: the only pipeline or type to look in, besides what belongs to none.
  func find(_ text: String, in table: Table, group: String? = nil) -> Finding {
    let entries = tables[table] ?? []
    if entries.contains(where: { $0.id == text }) { return .found(text) }
    var matches = entries.filter { $0.names.contains(text) }
    if matches.isEmpty {
      let name = ContactText.email(text)
      matches = entries.filter { $0.names.contains { ContactText.email($0) == name } }
    }
    if let group { matches = matches.filter { $0.group == group || $0.group == nil } }
    // Pipelines are listed in their order, and the first is the default one.
    if matches.count > 1, case .opportunityStatuses = table, let first = matches.first {
      return .found(first.id)
    }
    guard let match = matches.first else { return .unknown }
    return matches.count == 1 ? .found(match.id) : .ambiguous
  }

  /// The definition of a custom field, by its id or its name.
  func customField(
    _ text: String, of scope: CustomFieldScope, group: String? = nil
  ) -> CustomFieldDefinition? {
    guard case .found(let id) = find(text, in: .customFields(scope), group: group) else { return nil }
    return customFields[scope]?.first { $0.id == id }
  }

  /// The usual names in a table, for messages.
  func names(in table: Table) -> [String] { (tables[table] ?? []).compactMap(\.names.first) }
}

extension Directory.Table {
  /// What one entry is called in messages.
  var noun: String {
    switch self {
    case .users: "user"
    case .leadStatuses: "lead status"
    case .opportunityStatuses: "opportunity status"
    case .pipelines: "pipeline"
    case .activityTypes: "custom activity type"
    case .objectTypes: "custom object type"
    case .customFields(let scope): "\(scope.rawValue) custom field"
    }
  }
}

extension ReferenceKind {
  /// Where its names are listed; nil for what has none.
  var table: Directory.Table? {
    switch self {
    case .user: .users
    case .leadStatus: .leadStatuses
    case .opportunityStatus: .opportunityStatuses
    case .pipeline: .pipelines
    case .activityType: .activityTypes
    case .objectType: .objectTypes
    case .object, .local: nil
    }
  }
}
