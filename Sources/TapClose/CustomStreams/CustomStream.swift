import CloseAPI
import JSONBytes
import Singer

/// Any endpoint as a stream: what is asked, where the records stand in the answer, and what tells them apart.
struct CustomStream: Sendable {
  /// How pages follow each other.
  enum Paging: String, CaseIterable, Sendable {
    /// One answer has it all.
    case none
    /// `_skip` and `_limit`.
    case offset
    /// `_cursor` in the query, or `cursor` in the body of a POST.
    case cursor
  }

  /// What the requests are made for, one series of them each.
  indirect enum Lookup: Sendable {
    /// The rows of a file.
    case rows([JSONObject])
    /// The rows of another stream, all of them.
    case stream(StreamDefinition)
  }

  let name: String
  var request = RequestTemplate()
  var records = RecordsPath.list
  /// Values of the answer that stand outside the records.
  var metadata: [MetadataPath] = []
  var keyProperties: [String] = []
  var replicationKey: String?
  /// Nil leaves it to what is asked.
  var paging: Paging?
  var pattern = DatePattern.standard
  var unit = TimeUnit.day
  var lookup: Lookup?
  /// What a sample of the records has told of their fields.
  var sampledProperties = JSONObject()

  /// The property that takes values from outside the records.
  static let metadataField = "_metadata"
  /// In front of the names of the lookup's columns.
  static let lookupPrefix = "_lookup_"

  /// Whether a property is added to the records by us.
  static func isAttached(_ name: String) -> Bool { name == metadataField || name.hasPrefix(lookupPrefix) }

  /// The properties that are added to each record.
  var attachedNames: [String] {
    (metadata.isEmpty ? [] : [CustomStream.metadataField])
      + request.shownColumns.map { CustomStream.lookupPrefix + $0 }
  }

  /// The key properties that the records bring along themselves.
  var ownKeys: [String] { keyProperties.filter { !attachedNames.contains($0) } }

  /// A walk through the pages of one series of requests.
  var newWalk: PageWalk {
    let isList = records.steps.contains(.each)
    return PageWalk(
      paging ?? (request.body == nil && isList ? .offset : .none), limit: request.pageSize,
      hasKeys: !ownKeys.isEmpty && !records.isNested, isStrict: paging == nil,
      ceiling: request.isSearch ? CustomStream.mostRowsOfSearch : nil)
  }

  /// A search gives no more than these, and does not say that there are more.
  private static let mostRowsOfSearch = 10_000

  /// What macros stand for when requests are made for `row`.
  func values(_ row: JSONObject, start: Timestamp?, now: Timestamp) -> MacroValues {
    MacroValues(
      now: now, bookmark: start ?? Timestamp(seconds: 0), pattern: pattern, unit: unit, row: row)
  }
}

// MARK: - As one of the tables

extension CustomStream {
  /// The table it makes.
  var definition: StreamDefinition {
    StreamDefinition(
      name: name, replication: .custom(self), shape: Shape(), isSelectedByDefault: true,
      keyProperties: keyProperties)
  }

  /// All properties known so far, in alphabetical order: keys and what is attached always, others from a sample.
  var properties: JSONObject {
    var properties = sampledProperties
    for name in keyProperties where properties[name] == nil { properties[name] = FieldType.key.schema }
    if let replicationKey {
      properties[replicationKey] =
        keyProperties.contains(replicationKey)
        ? ["type": "string", "format": "date-time"] : FieldType.instant.schema
    }
    if !metadata.isEmpty { properties[CustomStream.metadataField] = FieldType.object(Shape()).schema }
    for column in request.shownColumns {
      let name = CustomStream.lookupPrefix + column
      properties[name] = keyProperties.contains(name) ? FieldType.key.schema : FieldType.string.schema
    }
    return JSONObject(properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }
}

extension StreamDefinition {
  /// What stands behind a table that the user has described.
  var custom: CustomStream? { if case .custom(let stream) = replication { stream } else { nil } }

  /// The fields of its records as far as they are known.
  var knownProperties: JSONObject { custom?.properties ?? shape.properties }
}
