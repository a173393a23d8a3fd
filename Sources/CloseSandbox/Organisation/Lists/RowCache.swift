import JSONBytes

/// Remembers which rows the last few list requests selected, so that the next page costs no second look.
struct RowCache: Sendable {
  struct Entry: Sendable {
    let rows: RowSelection.Rows
    /// What stands in the envelope besides the rows.
    var totals = JSONObject()
  }

  private var entries: [String: Entry] = [:]
  private static let capacity = 12

  subscript(key: String) -> Entry? { entries[key] }

  mutating func store(_ entry: Entry, for key: String) {
    if entries.count >= RowCache.capacity { entries.removeAll() }
    entries[key] = entry
  }

  /// Forgets everything; a change has been made.
  mutating func clear() {
    if !entries.isEmpty { entries.removeAll() }
  }
}
