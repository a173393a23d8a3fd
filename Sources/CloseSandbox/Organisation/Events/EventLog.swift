import JSONBytes

/// What happened in the organisation, oldest change first.
struct EventLog: Sendable {
  /// Changes to one object this many seconds apart become one entry.
  ///
  /// Close says "a short span".
  static let mergeSpan: Int64 = 10
  /// Entries older than this are gone.
  static let retentionDays: Int64 = 30

  private(set) var events: [Event] = []
  private var latest: [String: Table.Key] = [:]
  private var byID: [String: Table.Key] = [:]
  private var nextSequence = 0

  init(_ events: [Event] = []) {
    self.events = events.sorted { $0.key < $1.key }
    for index in self.events.indices { self.events[index].sequence = index }
    for event in self.events {
      latest[event.objectID] = event.key
      byID[event.id] = event.key
    }
    nextSequence = self.events.count
  }

  /// Adds an entry, or merges it into the last one about the same object.
  mutating func append(_ event: Event) {
    var event = event
    event.sequence = nextSequence
    nextSequence += 1
    if let key = latest[event.objectID], let index = index(of: key),
      events[index].absorbs(event, within: EventLog.mergeSpan)
    {
      event = events[index].merged(with: event)
      events.remove(at: index)
    }
    events.insert(event, at: position(of: event.key))
    latest[event.objectID] = event.key
    byID[event.id] = event.key
  }

  /// The entry called `id`, when the log still goes back that far.
  func find(_ id: String, at now: Timestamp) -> Event? {
    guard let key = byID[id], let index = index(of: key), events[index].updated >= EventLog.oldest(at: now)
    else { return nil }
    return events[index]
  }

  static func oldest(at now: Timestamp) -> Timestamp { now.adding(seconds: -retentionDays * 86_400) }

  /// The index of the first entry that does not stand before `key`.
  func position(of key: Table.Key) -> Int {
    var lower = 0
    var upper = events.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if events[middle].key < key { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }

  private func index(of key: Table.Key) -> Int? {
    let index = position(of: key)
    return index < events.count && events[index].key == key ? index : nil
  }
}
