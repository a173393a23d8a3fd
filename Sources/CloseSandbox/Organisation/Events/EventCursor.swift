import JSONBytes

/// A place in the event log, the way to go from there, and the bounds the walk began with.
struct EventCursor: Sendable {
  /// Whether the walk goes on to older entries, as usual, or back to newer ones.
  var isTowardsOlder: Bool
  var key: Table.Key
  var start: Timestamp?
  var end: Timestamp?

  init(isTowardsOlder: Bool, key: Table.Key, start: Timestamp?, end: Timestamp?) {
    self.isTowardsOlder = isTowardsOlder
    self.key = key
    self.start = start
    self.end = end
  }

  /// Nil for a text that is no cursor.
  init?(_ token: String) {
    guard let parts = OpaqueToken.decode(token), parts.count == 5, let isTowardsOlder = parts[0].bool,
      let date = parts[1].int, let sequence = parts[2].int
    else { return nil }
    self.isTowardsOlder = isTowardsOlder
    key = Table.Key(date: Timestamp(microseconds: Int64(date)), sequence: sequence)
    start = parts[3].int.map { Timestamp(microseconds: Int64($0)) }
    end = parts[4].int.map { Timestamp(microseconds: Int64($0)) }
  }

  var token: String {
    OpaqueToken.encode([
      .bool(isTowardsOlder), .int(Int(key.date.microseconds)), .int(key.sequence),
      start.map { .int(Int($0.microseconds)) } ?? .null, end.map { .int(Int($0.microseconds)) } ?? .null,
    ])
  }
}
