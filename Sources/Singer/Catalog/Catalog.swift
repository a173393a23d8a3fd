public import JSONBytes

/// The streams a tap offers, or those a user has chosen from them.
public struct Catalog: Hashable, Sendable {
  /// The streams, in order.
  public var entries: [CatalogEntry]
  /// Everything the file said, so that unknown members survive.
  var source = JSONObject()

  /// Creates a catalog of these streams.
  public init(_ entries: [CatalogEntry]) { self.entries = entries }

  /// The entry of the stream with this `tap_stream_id`.
  public subscript(tapStreamID: String) -> CatalogEntry? { entries.first { $0.tapStreamID == tapStreamID } }

  /// What is chosen of a stream: nothing, when the catalog does not list it.
  public func selection(of tapStreamID: String) -> Selection {
    self[tapStreamID].map { Selection(of: $0) } ?? .nothing
  }

  /// The catalog as JSON.
  public var json: JSONValue {
    var members = source
    members["streams"] = .array(entries.map(\.json))
    return .object(members)
  }

  /// The catalog as indented JSON, without a final newline.
  public var pretty: String { json.pretty }
}
