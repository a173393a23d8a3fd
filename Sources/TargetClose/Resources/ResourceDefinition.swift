import CloseConnection

/// One kind of object that can be written: where it lives, what may be written, and what Close makes of it.
struct ResourceDefinition: Sendable {
  /// When a field may be sent.
  enum Use: Sendable {
    case always
    /// Only when the object is created; Close does not change it later.
    case creation
    /// Only when the object exists.
    case update
  }

  struct Field: Sendable {
    let name: String
    let kind: FieldKind
    let use: Use
    /// Fields that hold the name of what a reference points to.
    var labels: [String] = []
  }

  /// A flat field that stands for the first entry of a list: `email` for `emails[0].email`.
  struct Shorthand: Sendable {
    let name: String
    let list: String
    let member: String
  }

  /// The last word of the path; what `resource` in the settings names.
  let name: String
  /// Behind the base URL; an object's own path is this and its id.
  let path: String
  let fields: [Field]
  /// Fields without which Close refuses to create the object, or does something nobody wants.
  var required: [String] = []
  /// By `_type`, the types that can be created and what else each requires; empty when there are no types.
  var typeRequirements: [String: [String]] = [:]
  var canCreate = true
  var canUpdate = true
  var canDelete = true
  var customFields: CustomFieldScope?
  /// How its ids begin; never relied on to tell what an id is, only to tell an id from a foreign key.
  var idPrefixes: [String] = []
  var shorthands: [Shorthand] = []
  /// Its type in `data/search/`; nil when it is looked for in a list of its lead.
  var searchType: String?
  /// Its types in the event log.
  var eventTypes: [String] = []
  /// The list in a lead that shows objects of this kind at once, without index lag.
  var listInLead: String?
  /// Values of `status` that make Close send something.
  var sendingStatuses: Set<String> = []
  /// Read-only fields that are expected in records and dropped without a word.
  var silentlyDropped: Set<String> = []

  func field(_ name: String) -> Field? { fields.first { $0.name == name } }

  /// The path of one object.
  func path(of id: String) -> String { "\(path)\(id)/" }

  /// Whether `text` looks like an id of this kind of object.
  func looksLikeID(_ text: String) -> Bool {
    idPrefixes.contains { text.hasPrefix($0) && text.count > $0.count }
  }
}

// MARK: - Notation

extension ResourceDefinition.Field {
  static func always(_ kind: FieldKind, _ names: String...) -> [Self] {
    names.map { Self(name: $0, kind: kind, use: .always) }
  }

  static func creation(_ kind: FieldKind, _ names: String...) -> [Self] {
    names.map { Self(name: $0, kind: kind, use: .creation) }
  }

  static func update(_ kind: FieldKind, _ names: String...) -> [Self] {
    names.map { Self(name: $0, kind: kind, use: .update) }
  }

  static func reference(
    _ kind: ReferenceKind, _ name: String, labels: String..., use: ResourceDefinition.Use = .always
  ) -> [Self] {
    [Self(name: name, kind: .reference(kind), use: use, labels: labels)]
  }
}
