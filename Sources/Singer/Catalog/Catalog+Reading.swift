public import JSONBytes

extension Catalog {
  /// Reads the catalog in the file at `path`.
  ///
  /// - Throws: `SingerError.file` or `.catalog`.
  public init(contentsOf path: String) throws(SingerError) {
    try self.init(try JSONFile.read(path, role: "catalog"), file: path)
  }

  /// Reads a catalog, also in the forms older programs write.
  ///
  /// Accepted besides the standard form: truth values as texts, `selected` and `replication_method` on the
  /// stream, and `selected` and `inclusion` inside the schema (`--properties` files). What the metadata list
  /// says counts first; what only the schema says moves into the metadata.
  /// - Parameter file: The file it came from, named in errors.
  /// - Throws: `SingerError.catalog` with the place.
  public init(_ value: JSONValue, file: String? = nil) throws(SingerError) {
    do throws(SingerError) {
      guard let members = value.object else {
        throw .catalog(mustBe: "an object", not: value, path: "the catalog")
      }
      guard let streams = members["streams"] else {
        throw SingerError(.catalog, "\"streams\" is missing; it must be the array of streams")
      }
      guard let streams = streams.array else {
        throw .catalog(mustBe: "an array", not: streams, path: "streams")
      }
      entries = []
      source = members
      var seen: Set<String> = []
      for (index, stream) in streams.enumerated() {
        let entry = try CatalogEntry(reading: stream, path: "streams[\(index)]")
        guard seen.insert(entry.tapStreamID).inserted else {
          throw SingerError(
            .catalog, "the stream \(entry.tapStreamID) stands twice", path: "streams[\(index)].tap_stream_id")
        }
        entries.append(entry)
      }
    } catch {
      throw error.inFile(file)
    }
  }
}

extension CatalogEntry {
  init(reading value: JSONValue, path: String) throws(SingerError) {
    guard let members = value.object else { throw .catalog(mustBe: "an object", not: value, path: path) }
    let reader = MemberReader(members, path)
    let stream = try reader.string("stream")
    guard let tapStreamID = try reader.string("tap_stream_id") ?? stream else {
      throw SingerError(.catalog, "\"tap_stream_id\" is missing", path: path)
    }
    var metadata = try CatalogMetadata(reading: members["metadata"], path: "\(path).metadata")
    var schema = members["schema"] ?? [:]
    if schema.isNull { schema = [:] }
    guard schema.object != nil else {
      throw .catalog(mustBe: "an object", not: schema, path: "\(path).schema")
    }
    if metadata[.stream]?.isSelected == nil, let isSelected = try reader.bool("selected") {
      metadata[.stream, default: FieldMetadata()].isSelected = isSelected
    }
    metadata.adoptLegacySelection(from: &schema, at: .stream)

    let declared = metadata[.stream]
    let replicationKey = try reader.string("replication_key")
    let method = try reader.replicationMethod("replication_method")
    self.init(
      tapStreamID: tapStreamID, stream: stream, schema: schema, metadata: metadata,
      keyProperties: try reader.strings("key_properties") ?? declared?.tableKeyProperties ?? [],
      replicationKey: declared?.replicationKey ?? replicationKey,
      replicationMethod: declared?.replicationMethod ?? method ?? declared?.forcedReplicationMethod)
    source = members
  }
}

extension CatalogMetadata {
  init(reading value: JSONValue?, path: String) throws(SingerError) {
    guard let value, !value.isNull else { return }
    guard let list = value.array else { throw .catalog(mustBe: "an array", not: value, path: path) }
    for (index, item) in list.enumerated() {
      let place = "\(path)[\(index)]"
      guard let members = item.object else {
        throw .catalog(mustBe: "an object", not: item, path: place)
      }
      let breadcrumb = members["breadcrumb"] ?? []
      guard let steps = breadcrumb.stringArray else {
        throw .catalog(mustBe: "an array of names", not: breadcrumb, path: "\(place).breadcrumb")
      }
      let content = members["metadata"] ?? [:]
      guard let content = content.object else {
        throw .catalog(mustBe: "an object", not: content, path: "\(place).metadata")
      }
      try MemberReader(content, "\(place).metadata").checkMetadata()
      append(members, at: Breadcrumb(steps))
    }
  }

  /// Moves `selected` and `inclusion` from the schema, where old catalogs keep them; what is said here stays.
  fileprivate mutating func adoptLegacySelection(from schema: inout JSONValue, at place: Breadcrumb) {
    guard var members = schema.object else { return }
    for (key, isChoice) in [
      ("selected", members["selected"]?.lenientBool != nil),
      ("inclusion", members["inclusion"]?.string.flatMap(Inclusion.init) != nil),
    ] where isChoice {
      if self[place]?.members[key] == nil {
        self[place, default: FieldMetadata()].members[key] = members[key]
      }
      members[key] = nil
    }
    if var properties = members["properties"]?.object {
      for name in properties.keys {
        guard var field = properties[name] else { continue }
        adoptLegacySelection(from: &field, at: place.property(name))
        properties[name] = field
      }
      members["properties"] = .object(properties)
    }
    if var items = members["items"] {
      adoptLegacySelection(from: &items, at: place.items)
      members["items"] = items
    }
    schema = .object(members)
  }

  fileprivate subscript(breadcrumb: Breadcrumb, default fallback: FieldMetadata) -> FieldMetadata {
    get { self[breadcrumb] ?? fallback }
    set { self[breadcrumb] = newValue }
  }
}
