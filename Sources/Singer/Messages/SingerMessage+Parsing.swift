internal import JSONBytes

extension SingerMessage {
  /// Parses one line, without its line break.
  ///
  /// Members nobody knows are skipped; a key that stands twice, at any depth, is malformed.
  /// - Throws: `SingerError.malformedMessage` with the line.
  public init(parsing bytes: [UInt8], line: Int) throws(SingerError) {
    let members = try Members(bytes, line: line)
    let type = try members.text("type")
    switch type.uppercased() {
    case "SCHEMA":
      self = .schema(
        Schema(
          stream: try members.text("stream"),
          schema: try members.required("schema", "an object") { $0.objectValue },
          keyProperties: try members.names("key_properties"),
          bookmarkProperties: try members.names("bookmark_properties"), line: line))
    case "RECORD":
      self = .record(
        Record(
          stream: try members.text("stream"),
          version: try members.optional("version", "a whole number") { $0.int },
          timeExtracted: try members.optional("time_extracted", "a string") { $0.string }.flatMap {
            Timestamp($0)
          },
          line: line, message: bytes, range: try members.objectRange("record")))
    case "STATE":
      self = .state(try members.required("value", "JSON") { $0 }, line: line)
    case "ACTIVATE_VERSION":
      self = .activateVersion(
        stream: try members.text("stream"),
        version: try members.required("version", "a whole number") { $0.int },
        line: line)
    case "BATCH":
      self = .batch(
        Batch(
          stream: try members.text("stream"),
          encoding: try members.required("encoding", "an object") { $0.objectValue },
          manifest: try members.required("manifest", "an array of strings") { $0.stringArray }, line: line))
    default:
      self = .unknown(type: type, line: line)
    }
  }
}

/// The members of one message as byte ranges; only those that are asked for are parsed.
private struct Members {
  private let bytes: [UInt8]
  private let line: Int
  private let ranges: [String: Range<Int>]
  /// Known once it has been read, to name it in errors.
  private var stream: String? {
    ranges["stream"].flatMap { try? JSONValue(parsing: Array(bytes[$0])).string }
  }

  init(_ bytes: [UInt8], line: Int) throws(SingerError) {
    self.bytes = bytes
    self.line = line
    do throws(JSONError) {
      ranges = try withJSONCursor(bytes) { (cursor) throws(JSONError) in
        var ranges: [String: Range<Int>] = [:]
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
          let name = cursor.text(of: key)
          guard ranges[name] == nil else { throw JSONError(.duplicateKey, at: key.content.lowerBound - 1) }
          ranges[name] = try cursor.skipUniqueValue()
        }
        try cursor.expectEnd()
        return ranges
      }
    } catch {
      let reason =
        error.code == .wrongType
        ? "a Singer message must be a JSON object" : "this is not a Singer message: \(error)"
      throw SingerError(.malformedMessage, reason, line: line)
    }
  }

  func text(_ name: String) throws(SingerError) -> String { try required(name, "a string") { $0.string } }

  func names(_ name: String) throws(SingerError) -> [String] {
    try optional(name, "an array of strings") { $0.stringArray } ?? []
  }

  /// The bytes of a member that must be an object.
  func objectRange(_ name: String) throws(SingerError) -> Range<Int> {
    guard let range = ranges[name] else { throw missing(name) }
    guard bytes[range.lowerBound] == UInt8(ascii: "{") else {
      _ = try required(name, "an object") { $0.object }
      return range
    }
    return range
  }

  func required<Value>(
    _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(SingerError) -> Value {
    guard let range = ranges[name] else { throw missing(name) }
    return try read(range, name, expected, convert)
  }

  /// A member that may be absent or `null`.
  func optional<Value>(
    _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(SingerError) -> Value? {
    guard let range = ranges[name], bytes[range.lowerBound] != UInt8(ascii: "n") else { return nil }
    return try read(range, name, expected, convert)
  }

  private func read<Value>(
    _ range: Range<Int>, _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(SingerError) -> Value {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: Array(bytes[range]))
    } catch {
      throw malformed("\(error)")
    }
    guard let converted = convert(value) else {
      throw malformed("\"\(name)\" must be \(expected), not \(value.excerpt)")
    }
    return converted
  }

  private func missing(_ name: String) -> SingerError { malformed("\"\(name)\" is missing") }

  private func malformed(_ reason: String) -> SingerError {
    SingerError(.malformedMessage, reason, line: line, stream: stream)
  }
}

extension JSONValue {
  /// The value itself, when it is an object.
  fileprivate var objectValue: JSONValue? { object.map(JSONValue.object) }
}
