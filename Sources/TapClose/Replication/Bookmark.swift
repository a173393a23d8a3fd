import JSONBytes

/// How far a table has been read: the greatest replication value emitted that may be trusted.
///
/// Values later than `ceiling` do not count. They may be future-dated (meetings), or so young that the
/// API's index may still be missing rows before them; either way the next run reads them again.
struct Bookmark: Hashable, Sendable {
  /// The value the state holds, nil before anything was read.
  private(set) var value: Timestamp?
  let ceiling: Timestamp

  init(_ value: Timestamp?, ceiling: Timestamp) {
    self.value = value
    self.ceiling = ceiling
  }

  /// Takes note of an emitted value; moves forward only.
  mutating func advance(to instant: Timestamp?) {
    guard let instant, instant <= ceiling, instant > value ?? .earliest else { return }
    value = instant
  }
}
