public import JSONBytes

/// How far each stream has been read: the bookmarks a run starts from and hands on.
///
///     {"bookmarks": {"leads": {"date_updated": "2024-01-31T08:00:00.000000Z"}}, "currently_syncing": null}
///
/// Everything it does not understand goes out as it came in: bookmarks of other streams, other members.
/// Bookmarks are compared as instants and only move forward.
public struct SingerState: Hashable, Sendable {
  private var members = JSONObject()
  /// The file it came from, named in errors.
  private var file: String?

  /// The state before the first run.
  public init() {}

  /// The state as the `value` of a STATE message.
  public var json: JSONValue {
    var members = members
    if members["bookmarks"] == nil { members["bookmarks"] = [:] }
    return .object(members)
  }

  /// The bookmark of `stream` on `key`; nil when the stream has not been read yet.
  ///
  /// Reads our own shape, and the Meltano SDK's unless it was made for another replication key.
  /// - Throws: `SingerError.state` when the bookmark is not a date.
  public func bookmark(of stream: String, by key: String) throws(SingerError) -> Timestamp? {
    guard let (name, value) = bookmarkMember(of: stream, by: key), !value.isNull else { return nil }
    guard let timestamp = value.string.flatMap({ Timestamp($0) }) else {
      throw SingerError(
        .state, "must be a date-time such as 2024-01-31T08:00:00Z, not \(value.excerpt)", file: file,
        path: "bookmarks.\(stream).\(name)")
    }
    return timestamp
  }

  /// Moves the bookmark of `stream` on `key` forward; an earlier instant changes nothing.
  ///
  /// What the Meltano SDK keeps about its own bookmark of the stream goes away with the old bookmark.
  /// - Returns: Whether the bookmark moved.
  @discardableResult
  public mutating func advance(_ stream: String, _ key: String, to instant: Timestamp) -> Bool {
    if let current = try? bookmark(of: stream, by: key), current >= instant { return false }
    var bookmark = entry(of: stream)
    for name in SingerState.sdkMembers { bookmark[name] = nil }
    bookmark[key] = .string(instant.description)
    replaceEntry(of: stream, with: bookmark)
    return true
  }

  /// A value kept beside the bookmark of `stream`, such as a cursor or a table version.
  public func extra(_ name: String, of stream: String) -> JSONValue? { entry(of: stream)[name] }

  /// Keeps `value` beside the bookmark of `stream`; nil removes it.
  public mutating func setExtra(_ name: String, of stream: String, to value: JSONValue?) {
    var bookmark = entry(of: stream)
    bookmark[name] = value
    replaceEntry(of: stream, with: bookmark)
  }

  /// Forgets everything about `stream`, so that it is read from the start.
  public mutating func reset(_ stream: String) {
    guard var bookmarks = members["bookmarks"] else { return }
    bookmarks[stream] = nil
    members["bookmarks"] = bookmarks
  }

  /// The stream that was being read when the state was written; nil when none was.
  public var currentlySyncing: String? {
    get { members["currently_syncing"]?.string }
    set {
      if newValue == nil, members["currently_syncing"] == nil { return }
      members["currently_syncing"] = newValue.map(JSONValue.string) ?? .null
    }
  }
}

// MARK: - Reading

extension SingerState {
  /// Reads the state in the file at `path`.
  ///
  /// - Throws: `SingerError.file` or `.state`.
  public init(contentsOf path: String) throws(SingerError) {
    try self.init(try JSONFile.read(path, role: "state"), file: path)
  }

  /// Reads a state: the value of a STATE message, a whole STATE message, or what `meltano state get` prints.
  ///
  /// - Parameter file: The file it came from, named in errors.
  /// - Throws: `SingerError.state` with the place.
  public init(_ value: JSONValue, file: String? = nil) throws(SingerError) {
    var value = value
    if value["bookmarks"] == nil {
      if value["type"]?.string == "STATE", let inner = value["value"] { value = inner }
      if let inner = value["singer_state"] { value = inner }
    }
    guard let members = value.object else {
      throw SingerError(.state, "the state must be an object, not \(value.excerpt)", file: file)
    }
    let bookmarks = members["bookmarks"] ?? [:]
    guard let bookmarks = bookmarks.isNull ? JSONObject() : bookmarks.object else {
      throw SingerError(.state, "must be an object, not \(bookmarks.excerpt)", file: file, path: "bookmarks")
    }
    for (stream, bookmark) in bookmarks where bookmark.object == nil && !bookmark.isNull {
      throw SingerError(
        .state, "must be an object, not \(bookmark.excerpt)", file: file, path: "bookmarks.\(stream)")
    }
    self.file = file
    self.members = members
    self.members["bookmarks"] = .object(bookmarks)
  }
}

// MARK: - Shapes

extension SingerState {
  /// What the Meltano SDK stores about its own bookmark; `partitions` are kept.
  private static let sdkMembers = [
    "replication_key", "replication_key_value", "replication_key_signpost", "starting_replication_value",
    "progress_markers",
  ]

  /// The member that holds the bookmark; our own shape comes first.
  private func bookmarkMember(of stream: String, by key: String) -> (name: String, value: JSONValue)? {
    let bookmark = entry(of: stream)
    if let value = bookmark[key] { return (key, value) }
    guard bookmark["replication_key"]?.string == key, let value = bookmark["replication_key_value"] else {
      return nil
    }
    return ("replication_key_value", value)
  }

  private func entry(of stream: String) -> JSONObject {
    members["bookmarks"]?[stream]?.object ?? JSONObject()
  }

  private mutating func replaceEntry(of stream: String, with bookmark: JSONObject) {
    var bookmarks = members["bookmarks"] ?? [:]
    bookmarks[stream] = .object(bookmark)
    members["bookmarks"] = bookmarks
  }
}
