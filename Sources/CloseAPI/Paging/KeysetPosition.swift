public import JSONBytes

/// A row as paging sees it: its id and the instant the list is ordered by.
public struct KeyedRow: Hashable, Sendable {
  /// The row's id.
  public let id: String
  /// The instant the list is ordered by, mostly `date_updated`.
  public let date: Timestamp

  /// Creates a row.
  public init(id: String, date: Timestamp) {
    self.id = id
    self.date = date
  }
}

/// How far an ascending list has been read, such that reading on from `date` (inclusive) misses nothing.
///
/// Reading on meets the last rows again, so the rows of the last second are remembered and left out. A second,
/// not an instant, because a filter may be coarser than the dates it filters; some are coarser still.
public struct KeysetPosition: Sendable {
  /// The bound to read on from; nil before the first row.
  public private(set) var date: Timestamp?
  private let ceiling: Timestamp
  private let memory: Int64
  private var recent: [String: Timestamp] = [:]
  /// The latest date in `recent`: later rows are new, and most rows are.
  private var latest = Timestamp.earliest

  /// A position in a list that is read up to `ceiling`, by a filter that is precise to `precision` seconds.
  ///
  /// A row at or after the ceiling changed while we read: its content is newer than the index that found it,
  /// so it says nothing about how far the list has been read.
  public init(ceiling: Timestamp? = nil, precision: Int64 = 1) {
    self.ceiling = ceiling ?? .latest
    memory = precision
  }

  /// Whether just this version of a row was emitted; a row that changed again is emitted again.
  public func isEmitted(_ row: KeyedRow) -> Bool { row.date <= latest && recent[row.id] == row.date }

  /// Whether a row tells how far the list has been read.
  func counts(_ row: KeyedRow) -> Bool { row.date < ceiling }

  /// Whether the dates of new rows ascend from where the list has been read to, as far as that shows: few are
  /// earlier than one before.
  ///
  /// One late row makes all that follow it too early, and reading on from its date would lose them.
  public func isInOrder(_ dates: some Sequence<Timestamp>) -> Bool {
    var latest = date?.adding(seconds: -memory) ?? .earliest
    var (all, early) = (0, 0)
    for date in dates where date < ceiling {
      all += 1
      if date < latest { early += 1 }
      latest = max(latest, date.adding(seconds: -memory))
    }
    return early <= max(3, all / 4)
  }

  /// Takes in rows that were emitted.
  public mutating func advance(over rows: some Sequence<KeyedRow>) {
    for row in rows where counts(row) { date = max(date ?? row.date, row.date) }
    let floor = date?.adding(seconds: -memory) ?? .earliest
    if recent.values.contains(where: { $0 < floor }) { recent = recent.filter { $0.value >= floor } }
    for row in rows where row.date >= floor {
      recent[row.id] = row.date
      latest = max(latest, row.date)
    }
  }
}
