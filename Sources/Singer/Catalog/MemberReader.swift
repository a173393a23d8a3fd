internal import JSONBytes

/// Reads typed members of one catalog object and says where it stood when a type is wrong; `null` is absent.
struct MemberReader {
  let members: JSONObject
  let path: String

  init(_ members: JSONObject, _ path: String) {
    self.members = members
    self.path = path
  }

  func string(_ key: String) throws(SingerError) -> String? {
    try read(key, "a string") { $0.string }
  }

  func bool(_ key: String) throws(SingerError) -> Bool? {
    try read(key, "true or false") { $0.lenientBool }
  }

  func strings(_ key: String) throws(SingerError) -> [String]? {
    try read(key, "an array of strings") { $0.stringArray }
  }

  func replicationMethod(_ key: String) throws(SingerError) -> ReplicationMethod? {
    try read(key, "FULL_TABLE, INCREMENTAL or LOG_BASED") { $0.replicationMethod }
  }

  /// Checks the members of a metadata entry that decide what is sent.
  func checkMetadata() throws(SingerError) {
    _ = try bool("selected")
    _ = try bool("selected-by-default")
    _ = try read("inclusion", "available, automatic or unsupported") { $0.string.flatMap(Inclusion.init) }
    _ = try replicationMethod("replication-method")
    _ = try replicationMethod("forced-replication-method")
    _ = try string("replication-key")
    _ = try strings("table-key-properties")
  }

  private func read<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(SingerError) -> Value? {
    guard let value = members[key], !value.isNull else { return nil }
    guard let converted = convert(value) else {
      throw .catalog(mustBe: expected, not: value, path: "\(path).\(key)")
    }
    return converted
  }
}

extension SingerError {
  static func catalog(mustBe expected: String, not found: JSONValue, path: String) -> SingerError {
    SingerError(.catalog, "must be \(expected), not \(found.excerpt)", path: path)
  }

  /// The same error, said of a file.
  func inFile(_ file: String?) -> SingerError {
    var error = self
    error.file = file ?? error.file
    return error
  }
}

extension JSONValue {
  /// The value as errors show it: short ones as they are, others by their type.
  var excerpt: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string(let text) where text.count > 40: "a text of \(text.count) characters"
    default: compact
    }
  }
}
