public import JSONBytes

/// Whether a field may be chosen, as its tap declares it.
public enum Inclusion: String, Sendable {
  /// The user decides.
  case available
  /// Always sent with its stream.
  case automatic
  /// Never sent.
  case unsupported
}

/// How a stream is brought up to date.
public enum ReplicationMethod: String, Sendable {
  /// Everything, every time.
  case fullTable = "FULL_TABLE"
  /// What changed since the bookmark.
  case incremental = "INCREMENTAL"
  /// What the source's log of changes says.
  case logBased = "LOG_BASED"
}

/// What a catalog says about a stream or a field: selection, inclusion and, for streams, replication.
///
/// Members nobody knows are kept. Truth values may come as the texts `"true"` and `"false"`.
public struct FieldMetadata: Hashable, Sendable {
  /// All members as they stand in the catalog.
  public var members: JSONObject

  /// Takes members as they stand in a catalog.
  public init(_ members: JSONObject = JSONObject()) { self.members = members }

  /// The metadata of a field as a tap declares it.
  public init(inclusion: Inclusion, isSelectedByDefault: Bool? = nil) {
    members = JSONObject()
    self.inclusion = inclusion
    self.isSelectedByDefault = isSelectedByDefault
  }

  /// Whether the field may be chosen.
  public var inclusion: Inclusion? {
    get { members["inclusion"]?.string.flatMap(Inclusion.init) }
    set { members["inclusion"] = newValue.map { .string($0.rawValue) } }
  }

  /// What the user chose; nil when nothing was.
  public var isSelected: Bool? {
    get { members["selected"]?.lenientBool }
    set { members["selected"] = newValue.map(JSONValue.bool) }
  }

  /// What counts when the user chose nothing.
  public var isSelectedByDefault: Bool? {
    get { members["selected-by-default"]?.lenientBool }
    set { members["selected-by-default"] = newValue.map(JSONValue.bool) }
  }

  /// The primary key of a stream.
  public var tableKeyProperties: [String]? {
    get { members["table-key-properties"]?.stringArray }
    set { members["table-key-properties"] = newValue.map(JSONValue.strings) }
  }

  /// The fields a stream may be replicated by.
  public var validReplicationKeys: [String]? {
    get { members["valid-replication-keys"]?.stringArray }
    set { members["valid-replication-keys"] = newValue.map(JSONValue.strings) }
  }

  /// The field the user wants a stream replicated by.
  public var replicationKey: String? {
    get { members["replication-key"]?.string }
    set { members["replication-key"] = newValue.map(JSONValue.string) }
  }

  /// The method the user wants for a stream.
  public var replicationMethod: ReplicationMethod? {
    get { members["replication-method"]?.replicationMethod }
    set { members["replication-method"] = newValue.map { .string($0.rawValue) } }
  }

  /// The method the tap uses unless the user asks for another.
  public var forcedReplicationMethod: ReplicationMethod? {
    get { members["forced-replication-method"]?.replicationMethod }
    set { members["forced-replication-method"] = newValue.map { .string($0.rawValue) } }
  }

  /// The stream whose records lead to the records of this one.
  public var parentTapStreamID: String? {
    get { members["parent-tap-stream-id"]?.string }
    set { members["parent-tap-stream-id"] = newValue.map(JSONValue.string) }
  }
}

extension JSONValue {
  /// A truth value, also when written as text.
  var lenientBool: Bool? {
    switch self {
    case .bool(let value): value
    case .string(let text):
      switch text.lowercased() {
      case "true": true
      case "false": false
      default: nil
      }
    default: nil
    }
  }

  /// The texts, when this is an array of nothing else.
  var stringArray: [String]? {
    guard let array else { return nil }
    let texts = array.compactMap(\.string)
    return texts.count == array.count ? texts : nil
  }

  /// An array of texts.
  static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

  /// The replication method this text names, in any case.
  var replicationMethod: ReplicationMethod? {
    string.flatMap { ReplicationMethod(rawValue: $0.uppercased()) }
  }
}
