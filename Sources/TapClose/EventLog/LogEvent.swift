import CloseAPI
import JSONBytes

/// One entry of Close's event log, as far as tables are concerned.
struct LogEvent: Sendable {
  var id = ""
  /// When it happened; moves forward when a later change joins it.
  var date = Timestamp.earliest
  var objectType = ""
  var objectID = ""
  var action = ""
  /// The object afterwards; missing for deleted ones, and hidden from keys without an admin's rights.
  var data: [UInt8]?
  /// What was changed, as it was before, and all of a deleted object; hidden likewise.
  var previousData: [UInt8]?
  /// The lead that a merge has left over.
  var survivor: String?

  var row: KeyedRow { KeyedRow(id: id, date: date) }
}

/// A page of the event log.
struct LogPage: Sendable {
  /// Newest first.
  private(set) var events: [LogEvent] = []
  let envelope: PageEnvelope
  /// Index of the API key that was used.
  let key: Int

  /// - Throws: `JSONError` for a body that is no page, and for an event without id or date.
  init(_ response: APIResponse) throws(JSONError) {
    var events: [LogEvent] = []
    envelope = try PageReader.readPage(response.body) { (cursor) throws(JSONError) in
      events.append(try LogEvent(&cursor))
    }
    guard envelope.hasData else { throw JSONError(.wrongType, at: 0) }
    key = response.key
    self.events = events
  }
}

extension LogEvent {
  /// Reads the event at the cursor; the objects in it stay bytes.
  init(_ cursor: inout JSONCursor) throws(JSONError) {
    let start = cursor.offset
    try cursor.enterObject()
    while let key = try cursor.nextKey() {
      if cursor.matches(key, "id") {
        id = try cursor.readString() ?? ""
      } else if cursor.matches(key, "date_updated") {
        date = try cursor.readString().flatMap { Timestamp($0) } ?? .earliest
      } else if cursor.matches(key, "object_type") {
        objectType = try cursor.readString() ?? ""
      } else if cursor.matches(key, "object_id") {
        objectID = try cursor.readString() ?? ""
      } else if cursor.matches(key, "action") {
        action = try cursor.readString() ?? ""
      } else if cursor.matches(key, "data") {
        data = try cursor.readObjectBytes()
      } else if cursor.matches(key, "previous_data") {
        previousData = try cursor.readObjectBytes()
      } else if cursor.matches(key, "meta") {
        survivor = try cursor.readValue()["merge_destination_lead_id"]?.string
      } else {
        try cursor.skipValue()
      }
    }
    guard !id.isEmpty, date != .earliest else { throw JSONError(.wrongType, at: start) }
  }
}

extension JSONCursor {
  /// The object at the cursor; nil for anything else.
  fileprivate mutating func readObjectBytes() throws(JSONError) -> [UInt8]? {
    let isObject = peek() == UInt8(ascii: "{")
    let range = try skipValue()
    guard isObject else { return nil }
    var bytes: [UInt8] = []
    copy(range, to: &bytes)
    return bytes
  }
}
