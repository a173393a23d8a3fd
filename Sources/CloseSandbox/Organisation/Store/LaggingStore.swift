import JSONBytes

/// What lists and searches see when their index is some seconds behind.
struct LaggingStore: Sendable {
  private(set) var store: RecordStore
  private let lag: Int64
  private var pending: [(due: Timestamp, change: RecordStore.Change)] = []
  private var done = 0

  init(_ store: RecordStore, seconds: Double) {
    self.store = store
    lag = Int64(min(seconds, 1e9) * Double(Timestamp.second))
  }

  mutating func note(_ change: RecordStore.Change, at now: Timestamp) {
    pending.append((now.adding(microseconds: lag), change))
  }

  /// Notices every change that is old enough, and returns how many there were.
  mutating func catchUp(to now: Timestamp) -> Int {
    let start = done
    while done < pending.count, pending[done].due <= now {
      store.apply(pending[done].change)
      done += 1
    }
    let count = done - start
    if done == pending.count {
      pending = []
      done = 0
    }
    return count
  }

  mutating func indexTerms() { store.indexTerms() }
}
