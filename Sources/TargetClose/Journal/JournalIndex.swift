import JSONBytes

/// What a journal's lines add up to, small enough for millions of records: where each record's last result
/// stands in the file, what is not finished, and what was written so lately that Close's search may miss it.
struct JournalIndex: Sendable {
  /// Where the last result of a record is, and a part of its content's digest.
  private struct Slot {
    let offset: Int
    let content: Digest?
  }

  private var slots: [Digest: Slot] = [:]
  private(set) var openIntents: [Int: JournalIntent] = [:]
  private(set) var organisation: String?
  private(set) var nextNumber = 1
  /// The streams whose records became objects of each kind.
  private var streams: [String: [String]] = [:]
  /// Stand for the ids of all objects that records became.
  private var ids: Set<Digest> = []
  private var recent: [MatchToken: [(id: String, time: Timestamp)]] = [:]
  /// Number of lines taken in.
  private(set) var lines = 0

  /// Takes in the line at `offset`.
  ///
  /// - Parameter recentSince: older results are certainly found by a search.
  mutating func apply(_ entry: JournalEntry, at offset: Int, recentSince: Timestamp) {
    lines += 1
    switch entry {
    case .header(let organisation): self.organisation = organisation
    case .void(let number): openIntents[number] = nil
    case .gone(let key): slots[key.digest] = nil
    case .intent(let intent):
      openIntents[intent.number] = intent
      nextNumber = max(nextNumber, intent.number + 1)
    case .result(let result):
      if let number = result.intent { openIntents[number] = nil }
      if !result.id.isEmpty { ids.insert(Digest(result.id)) }
      slots[result.key.digest] = Slot(offset: offset, content: result.content)
      if streams[result.resource]?.contains(result.key.stream) != true {
        streams[result.resource, default: []].append(result.key.stream)
      }
      if let time = result.time, time >= recentSince {
        for token in result.tokens { recent[token, default: []].append((result.id, time)) }
      }
    }
  }

  /// Number of records known.
  var count: Int { slots.count }

  /// Where the last result of a record stands; nil when there is none.
  func offset(of key: JournalKey) -> Int? { slots[key.digest]?.offset }

  /// Whether just this content has been written last.
  func isUnchanged(_ key: JournalKey, _ content: Digest) -> Bool { slots[key.digest]?.content == content }

  /// Whether an object is known as what some record became.
  func isClaimed(_ id: String) -> Bool { ids.contains(Digest(id)) }

  /// The streams whose records became objects of a kind.
  func streams(of resource: String) -> [String] { streams[resource] ?? [] }

  /// Objects written lately that go by a token.
  func recentIDs(_ token: MatchToken, since: Timestamp) -> [String] {
    var ids: [String] = []
    for entry in recent[token] ?? [] where entry.time >= since && !ids.contains(entry.id) {
      ids.append(entry.id)
    }
    return ids
  }

  /// Forgets what a search finds by now.
  mutating func forgetRecent(before: Timestamp) {
    for (token, entries) in recent {
      let kept = entries.filter { $0.time >= before }
      recent[token] = kept.isEmpty ? nil : kept
    }
  }

  /// Takes the next number for an intent.
  mutating func takeNumber() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// Whether most of the file is history that no one needs.
  var isWorthCompacting: Bool { lines > 2 * (slots.count + openIntents.count) + 1000 }

  /// The lines that say all there is to say, in order.
  var liveOffsets: [Int] { slots.values.map(\.offset).sorted() }
}
