import JSONBytes

/// One version of one object: its JSON as the API sends it, and what lists sort and find it by.
///
/// Versions never change; an edit makes a new one. Keys that follow from other objects (a lead's contacts, a
/// task's view) are not in `body`: `RowWriter` adds them when the object is sent.
final class Record: Sendable {
  let kind: Kind
  let id: String
  /// The lead it belongs to, nil for leads themselves and for objects without one.
  let leadID: String?
  let created: Timestamp
  let updated: Timestamp
  /// Counts up with every object made; settles the order of equal dates and stays the same over versions.
  let sequence: Int
  /// One JSON object without white space.
  let body: [UInt8]

  init(
    kind: Kind, id: String, leadID: String?, created: Timestamp, updated: Timestamp, sequence: Int,
    body: [UInt8]
  ) {
    self.kind = kind
    self.id = id
    self.leadID = leadID
    self.created = created
    self.updated = updated
    self.sequence = sequence
    self.body = body
  }

  /// Reads the dates, the id and the lead out of `object`.
  convenience init(kind: Kind, object: JSONObject, sequence: Int) {
    var body: [UInt8] = []
    body.reserveCapacity(1024)
    JSONValue.object(object).write(to: &body)
    let keys = kind.resource.dateKeys
    let created = object[keys.created]?.string.flatMap { Timestamp($0) } ?? .earliest
    self.init(
      kind: kind, id: object[kind.resource.idKey]?.string ?? "", leadID: object["lead_id"]?.string,
      created: created, updated: object[keys.updated]?.string.flatMap { Timestamp($0) } ?? created,
      sequence: sequence, body: body)
  }

  /// The object as a tree; reading and editing only, lists send `body`.
  var object: JSONObject { (try? JSONValue(parsing: body))?.object ?? JSONObject() }

  /// The value of one key without building the others; nil when the key is missing.
  func value(_ key: String) -> JSONValue? {
    let found = try? withJSONCursor(body) { (cursor) throws(JSONError) -> JSONValue? in
      try cursor.enterObject()
      while let name = try cursor.nextKey() {
        if cursor.text(of: name) == key { return try cursor.readValue() }
        try cursor.skipValue()
      }
      return nil
    }
    return found ?? nil
  }

  /// The text of one key; nil when it is missing, null or not a string.
  func text(_ key: String) -> String? { value(key)?.string }
}
