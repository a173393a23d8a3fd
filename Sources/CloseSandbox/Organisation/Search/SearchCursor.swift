import JSONBytes

/// Where a search stopped.
///
/// It names the last row rather than a number of rows, so what changes in the meantime moves ahead and is
/// met again, and nothing that stays is passed over.
struct SearchCursor: Sendable {
  /// Seconds until a cursor is dead.
  static let lifetime: Int64 = 30
  /// How many objects one walk may see.
  static let mostObjects = 10_000

  let issued: Timestamp
  /// Objects seen so far.
  let seen: Int
  /// The last row: its values in the order of the sort, and its sequence.
  let values: [JSONValue]
  let sequence: Int

  init(issued: Timestamp, seen: Int, values: [JSONValue], sequence: Int) {
    self.issued = issued
    self.seen = seen
    self.values = values
    self.sequence = sequence
  }

  /// - Throws: A fault when the cursor is too old or never was one.
  init(_ token: String, at now: Timestamp) throws(SearchFault) {
    guard let parts = OpaqueToken.decode(token), parts.count >= 3, let issued = parts[0].int,
      let seen = parts[1].int, let sequence = parts[2].int
    else { throw SearchFault("Invalid cursor", at: .key("cursor")) }
    self.issued = Timestamp(microseconds: Int64(issued))
    self.seen = seen
    self.sequence = sequence
    values = Array(parts.dropFirst(3))
    guard now <= self.issued.adding(seconds: SearchCursor.lifetime) else {
      throw SearchFault("Expired cursor", at: .key("cursor"))
    }
  }

  var token: String {
    OpaqueToken.encode([.int(Int(issued.microseconds)), .int(seen), .int(sequence)] + values)
  }
}
