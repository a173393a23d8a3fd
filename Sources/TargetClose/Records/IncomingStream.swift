import JSONBytes
import Singer

/// A stream as its SCHEMA announced it, with the settings its records are written by.
final class IncomingStream: Sendable {
  let name: String
  let settings: StreamSettings
  let keyProperties: [String]
  /// Names of custom fields by their ids, as the schema tells them; another organisation's ids mean nothing here.
  let customFieldNames: [String: String]
  private let validator: SchemaValidator?

  /// - Throws: `SingerError.invalidSchema`.
  init(_ message: SingerMessage.Schema, settings: StreamSettings) throws(SingerError) {
    name = message.stream
    self.settings = settings
    keyProperties = message.keyProperties
    validator = try SchemaValidator(message)
    var names: [String: String] = [:]
    for (name, schema) in message.schema["properties"]?.object ?? JSONObject() where name.hasPrefix("custom.")
    {
      names[String(name.dropFirst("custom.".count))] =
        schema["description"]?.string ?? schema["title"]?.string
    }
    customFieldNames = names
  }

  /// A stream known without a SCHEMA, from a dead letter or a file for a test.
  init(name: String, keyProperties: [String], customFieldNames: [String: String], settings: StreamSettings) {
    self.name = name
    self.settings = settings
    self.keyProperties = keyProperties
    self.customFieldNames = customFieldNames
    validator = nil
  }

  /// Parses and checks a record.
  ///
  /// - Throws: `SingerError.invalidRecord` when it breaks its schema.
  func read(_ message: SingerMessage.Record) throws(SingerError) -> SourceRecord {
    let fields = try message.parse()
    try validator?.validate(fields, of: message)
    return record(fields, bytes: Array(message.bytes), line: message.line)
  }

  /// A record that has been checked before.
  ///
  /// - Parameter key: what it is known by when it has no key of its own; its content, unless given.
  func record(_ fields: JSONObject, bytes: [UInt8], line: Int, key: RecordKey? = nil) -> SourceRecord {
    let content = Digest([bytes, settings.fingerprint])
    let own = RecordKey(keyProperties, of: fields, content: content)
    return SourceRecord(
      line: line, stream: self, key: own.isContent ? key ?? own : own, fields: fields, content: content,
      size: bytes.count)
  }
}

/// One record of the input.
struct SourceRecord: Sendable {
  /// The input line it stands on, counted from 1.
  let line: Int
  let stream: IncomingStream
  let key: RecordKey
  let fields: JSONObject
  /// Stands for the record's bytes and the settings it is written by.
  let content: Digest
  /// Bytes of JSON.
  let size: Int

  /// Whether anything tells it from other records; records without a key by intention are told by their content.
  var hasKey: Bool {
    let names = stream.keyProperties
    return names.isEmpty || names.contains { !(fields[$0] ?? .null).isNothing }
  }

  /// Whether the source says that it is gone (`_sdc_deleted_at`).
  var isTombstone: Bool {
    let date = fields["_sdc_deleted_at"] ?? .null
    return !date.isNothing && date != false
  }

  /// The organisation it was read from, when it says so.
  var organisation: String? { fields["organization_id"]?.string }
}
