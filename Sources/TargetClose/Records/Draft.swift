import JSONBytes

/// A record on its way to Close: fields renamed and sorted out, but ids and names of its own system in it.
struct Draft: Sendable {
  /// A field whose value points to something.
  struct Reference: Sendable {
    let field: String
    let kind: ReferenceKind
    /// The id, foreign key or name given; null when only a label is there.
    let value: JSONValue
    /// What the record calls the thing it points to.
    let label: String?
  }

  /// A custom field by whatever the record calls it.
  struct CustomField: Sendable {
    /// Its id or its name.
    let name: String
    /// `.add` or `.remove` when one value is to be added or removed.
    let suffix: String
    let value: JSONValue
  }

  let resource: ResourceDefinition
  /// What a value does that says nothing.
  var nulls = NullPolicy.omit
  /// The id in the record; Close's own, or that of another organisation.
  var id: String?
  var values = JSONObject()
  var references: [Reference] = []
  var customFields: [CustomField] = []
  /// Contacts nested in a lead, and their own ids.
  var contacts: [Draft] = []
  /// Fields nothing is known about, which are not written.
  var unknown: [String] = []

  /// The directory's tables it takes to make sense of the references.
  var tables: Set<Directory.Table> {
    var tables = Set(references.compactMap(\.kind.table))
    if tables.contains(.opportunityStatuses) { tables.insert(.pipelines) }
    if !customFields.isEmpty, let scope = resource.customFields { tables.insert(.customFields(scope)) }
    return contacts.reduce(tables) { $0.union($1.tables) }
  }
}
