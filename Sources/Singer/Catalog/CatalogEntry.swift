public import JSONBytes

/// One stream of a catalog.
public struct CatalogEntry: Hashable, Sendable {
  /// The name the tap knows the stream by.
  public var tapStreamID: String
  /// The name used in messages.
  public var stream: String
  /// The JSON Schema of a record; an empty object when the catalog gives none.
  public var schema: JSONValue
  /// What is declared and chosen for the stream and its fields.
  public var metadata: CatalogMetadata
  /// The primary key.
  public var keyProperties: [String]
  /// The field the stream is replicated by.
  public var replicationKey: String?
  /// How the stream is replicated: as the user asks, else as the tap forces it.
  public var replicationMethod: ReplicationMethod?
  /// Everything the file said about the stream, so that unknown members survive.
  var source = JSONObject()

  /// Creates an entry as a tap declares it; `stream` is the same as `tapStreamID` unless given.
  public init(
    tapStreamID: String, stream: String? = nil, schema: JSONValue,
    metadata: CatalogMetadata = CatalogMetadata(),
    keyProperties: [String] = [], replicationKey: String? = nil, replicationMethod: ReplicationMethod? = nil
  ) {
    self.tapStreamID = tapStreamID
    self.stream = stream ?? tapStreamID
    self.schema = schema
    self.metadata = metadata
    self.keyProperties = keyProperties
    self.replicationKey = replicationKey
    self.replicationMethod = replicationMethod
  }

  /// The entry as it stands in a catalog, members in the order they were read.
  public var json: JSONValue {
    var members = source
    members["tap_stream_id"] = .string(tapStreamID)
    members["stream"] = .string(stream)
    members["key_properties"] = .strings(keyProperties)
    members["replication_key"] = replicationKey.map(JSONValue.string)
    members["replication_method"] = replicationMethod.map { .string($0.rawValue) }
    members["schema"] = schema
    members["metadata"] = metadata.json
    return .object(members)
  }
}
