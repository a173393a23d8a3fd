import CloseAPI
import JSONBytes
import Singer

/// Turns the pages of one table into RECORD lines; one per task, with the counts of what it met.
struct PageEncoder: Sendable {
  private(set) var records: RecordEncoder
  /// Fields that the rows of this listing do not say themselves, as `"name":value` pairs.
  private let constants: [UInt8]
  /// The key of rows that do not say it themselves.
  private let constantKey: String?
  private let identity: RowIdentity?
  private let path: RecordsPath
  /// Marks the records of tables that may have to be replaced as a whole.
  private var version: Int?
  /// What to look for in rows that hold the table's own, and which fields of those are wanted.
  private var nested: (rows: NestedRows, parents: RecordEncoder, selection: StreamSelection)?

  /// An encoder that goes by a plan alone.
  ///
  /// - Parameters:
  ///   - constants: what is put into each row.
  ///   - identity: how rows get keys that have none.
  ///   - path: where the rows stand.
  init(
    _ records: RecordEncoder, constants: JSONObject = JSONObject(), identity: RowIdentity? = nil,
    path: RecordsPath
  ) {
    self.records = records
    constantKey = records.soleKeyProperty.flatMap { constants[$0]?.string }
    self.identity = identity
    self.path = path
    self.constants = constants.pairs
  }

  /// An encoder for a table as the user wants it.
  ///
  /// - Parameter listing: nil for the answers of the search.
  init(
    _ definition: StreamDefinition, _ selection: StreamSelection, _ listing: Listing?, version: Int? = nil
  ) {
    let constants = listing?.constants ?? JSONObject()
    self.init(
      RecordEncoder(selection.plan), constants: selection.wanted(of: constants),
      identity: RowIdentity(listing?.identity ?? [], constants: constants), path: listing?.records ?? .list)
    self.version = version
    nested = definition.nested.map {
      ($0, RecordEncoder(.keysOnly(replicationKey: definition.replicationKey)), selection)
    }
  }

  /// Encodes the rows of a page that `isWanted`.
  ///
  /// - Throws: `JSONError` for a body that is not a page, and for a row without its key.
  mutating func encode(
    _ response: APIResponse, isWanted: (RecordEncoder.Facts) -> Bool
  ) throws(JSONError) -> StreamPage {
    var page = StreamPage(lines: RecordLines(capacity: response.body.count + response.body.count / 8))
    page.key = response.key
    records.stamp(extractedAt: .now(), version: version)
    page.envelope = try PageReader.readPage(response.body, path) { (cursor) throws(JSONError) in
      if nested == nil {
        try encodeRow(&cursor, into: &page, isWanted)
      } else {
        try encodeNestedRows(&cursor, into: &page, isWanted)
      }
    }
    // An answer that speaks of something else is no empty page.
    guard page.envelope.hasData else { throw JSONError(.wrongType, at: 0) }
    return page
  }

  private mutating func encodeRow(
    _ cursor: inout JSONCursor, into page: inout StreamPage, _ isWanted: (RecordEncoder.Facts) -> Bool
  ) throws(JSONError) {
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

  /// The walk goes by the rows that hold them.
  private mutating func encodeNestedRows(
    _ cursor: inout JSONCursor, into page: inout StreamPage, _ isWanted: (RecordEncoder.Facts) -> Bool
  ) throws(JSONError) {
    guard var nested else { return }
    let (mark, parent) = (page.lines.count, cursor)
    let facts = try nested.parents.encode(&cursor, into: page.lines)
    page.lines.truncate(to: mark)
    self.nested = nested
    guard facts.key != nil else { throw JSONError(.wrongType, at: parent.offset) }
    page.rows.append(facts)
    guard isWanted(facts) else { return }
    page.instants.append(facts.instant)
    try nested.rows.forEach(in: parent) { (row, position) throws(JSONError) in
      let constants = nested.selection.wanted(of: nested.rows.constants(of: facts, position: position))
      _ = try records.encode(&row, constants: constants.pairs, into: page.lines)
      page.count += 1
    }
  }

  /// The constants, and the key that was put together for a row.
  private func constants(with key: String?) -> [UInt8] {
    guard let key else { return constants }
    let pairs = JSONObject([(RowIdentity.field, .string(key))]).pairs
    return constants.isEmpty ? pairs : pairs + [UInt8(ascii: ",")] + constants
  }
}

extension JSONObject {
  /// The members as `"name":value` pairs, joined by commas.
  var pairs: [UInt8] { Array(JSONValue.object(self).compact.utf8.dropFirst().dropLast()) }
}
