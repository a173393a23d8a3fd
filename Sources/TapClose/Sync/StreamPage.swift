import CloseAPI
import JSONBytes
import Singer

/// One page of a table, ready to be written.
struct StreamPage: Sendable {
  /// RECORD lines of the rows that are wanted.
  let lines: RecordLines
  /// How many those are.
  var count = 0
  /// Replication values of those rows; nil where a row has none.
  var instants: [Timestamp?] = []
  /// What the walk needs to know about every row of the page, wanted or not.
  var rows: [RecordEncoder.Facts] = []
  var envelope = PageEnvelope()
  /// Index of the API key that was used.
  var key = 0
}

/// Turns the pages of one table into RECORD lines; one per task, with the counts of what it met.
struct PageEncoder: Sendable {
  private(set) var records: RecordEncoder
  /// Fields that the rows of this listing do not say themselves, as `"name":value` pairs.
  private let constants: [UInt8]
  /// The key of rows that do not say it themselves.
  private let constantKey: String?
  private let identity: RowIdentity?
  private let path: RecordsPath

  /// - Parameters:
  ///   - constants: what is put into each row.
  ///   - identity: how rows get keys that have none.
  ///   - path: where the rows stand.
  init(
    _ records: RecordEncoder, constants: JSONObject = JSONObject(), identity: RowIdentity? = nil,
    path: RecordsPath
  ) {
    self.records = records
    constantKey = records.keyProperty.flatMap { constants[$0]?.string }
    self.identity = identity
    self.path = path
    self.constants = Array(JSONValue.object(constants).compact.utf8.dropFirst().dropLast())
  }

  /// Encodes the rows of a page that `isWanted`.
  ///
  /// - Throws: `JSONError` for a body that is not a page, and for a row without its key.
  mutating func encode(
    _ response: APIResponse, isWanted: (RecordEncoder.Facts) -> Bool
  ) throws(JSONError) -> StreamPage {
    var page = StreamPage(lines: RecordLines(capacity: response.body.count + response.body.count / 8))
    page.key = response.key
    records.stamp(extractedAt: .now())
    page.envelope = try PageReader.readPage(response.body, path) { (cursor) throws(JSONError) in
      let mark = page.lines.count
      let start = cursor.offset
      let key = try identity?.key(at: cursor)
      var facts = try records.encode(&cursor, constants: constants(with: key), into: page.lines)
      facts.key = facts.key ?? key ?? constantKey
      guard facts.key != nil else { throw JSONError(.wrongType, at: start) }
      page.rows.append(facts)
      if isWanted(facts) {
        page.instants.append(facts.instant)
        page.count += 1
      } else {
        page.lines.truncate(to: mark)
      }
    }
    // An answer that speaks of something else is no empty page.
    guard page.envelope.hasData else { throw JSONError(.wrongType, at: 0) }
    return page
  }

  /// The constants, and the key that was put together for a row.
  private func constants(with key: String?) -> [UInt8] {
    guard let key else { return constants }
    var pairs = Array("\"\(RowIdentity.field)\":".utf8)
    pairs.appendJSONString(key)
    return constants.isEmpty ? pairs : pairs + [UInt8(ascii: ",")] + constants
  }
}
