/// Batches that are being filled, each until it is full or has been begun too long ago.
struct BatchTable: Sendable {
  private struct Entry {
    var batch: Batch
    /// When it was begun; nil when it is to go now.
    var since: Duration?
  }

  private var entries: [Batch.Group: Entry] = [:]
  private static let longestAge = Duration.seconds(1)

  var isEmpty: Bool { entries.isEmpty }

  /// How many records are in batches.
  var recordCount: Int { entries.values.reduce(0) { $0 + $1.batch.members.count } }

  /// Puts a record into the batch of its group; takes the batch out when that fills it.
  mutating func add(
    _ member: Batch.Member, _ group: Batch.Group, _ rule: BatchRule, at now: Duration
  ) -> Batch? {
    var entry = entries.removeValue(forKey: group) ?? Entry(batch: Batch(group: group), since: now)
    entry.batch.members.append(member)
    if entry.batch.members.count >= rule.size { return entry.batch }
    entries[group] = entry
    return nil
  }

  /// Lets every batch go as far as it has come.
  mutating func closeAll() {
    for group in entries.keys { entries[group]?.since = nil }
  }

  /// Takes out a batch that is to go, the oldest first.
  mutating func takeDue(at now: Duration) -> Batch? {
    let due = entries.filter { $0.value.since.map { $0 + BatchTable.longestAge <= now } ?? true }
    guard let oldest = due.min(by: { $0.value.since ?? .zero < $1.value.since ?? .zero }) else { return nil }
    entries[oldest.key] = nil
    return oldest.value.batch
  }
}
