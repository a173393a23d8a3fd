import JSONBytes
import Singer
import Synchronization

/// What has been written to Close, kept in a file between runs, so that nothing is written twice.
///
/// Before anything is created an intent goes to the disk, after it the result. An intent without a result means
/// that a run ended in between, and that Close has to be asked before anything is created again. The results
/// are the map from the source's keys to Close's ids as well. Safe to use from any task.
final class Journal: Sendable {
  private let path: String
  /// Nil for a journal that is only read, when there is none yet.
  private let file: LineFile?
  private let lock: FileLock?
  private let isReadOnly: Bool
  private let index: Mutex<JournalIndex>
  private let now: @Sendable () -> Timestamp
  /// For how long results are kept at hand that a search may not find yet.
  private let searchLag: Duration

  /// Opens the journal at `path` for an organisation; without `writing` nothing is changed.
  ///
  /// - Throws: `SingerError` when another process uses it, when it belongs to another organisation, or when a
  ///   line of it is damaged.
  init(
    _ path: String, organisation: String, writing: Bool, searchLag: Duration,
    now: @escaping @Sendable () -> Timestamp
  ) throws(SingerError) {
    self.path = path
    self.now = now
    self.searchLag = searchLag
    isReadOnly = !writing
    var index = JournalIndex()
    var file: LineFile?
    if writing {
      // Before the file is touched: another process may be in the middle of a line.
      guard let lock = try FileLock(path + ".lock", patience: .seconds(2)) else {
        throw SingerError(
          .config, "another target-close is using the journal; wait until it ends", file: path)
      }
      self.lock = lock
      file = try LineFile(appendingTo: path)
    } else {
      lock = nil
      file = try LineFile(reading: path)
    }
    let since = now().adding(seconds: -10 * searchLag.components.seconds)
    if let file { index = try Journal.load(file, recentSince: since) }
    if let known = index.organisation, known != organisation {
      throw SingerError(
        .config,
        "the journal belongs to organisation \(known), the API key to \(organisation); set another journal_path",
        file: path)
    }
    if writing, let old = file {
      if index.organisation == nil {
        let header = JournalEntry.header(organisation: organisation)
        index.apply(header, at: try old.append(header.json), recentSince: since)
      } else if index.isWorthCompacting {
        let compact = try Journal.compact(old, index, organisation)
        index = try Journal.load(compact, recentSince: since)
        file = compact
      }
    }
    self.file = file
    self.index = Mutex(index)
  }

  // MARK: - Asking

  /// Number of records known.
  var count: Int { index.withLock { $0.count } }

  /// Whether just this content has been written last, and all of it.
  func isUnchanged(_ key: JournalKey, _ content: Digest) -> Bool {
    index.withLock { $0.isUnchanged(key, content) }
  }

  /// What a record has been written to; nil when nothing is known.
  ///
  /// - Throws: `SingerError.file`.
  func result(of key: JournalKey) throws(SingerError) -> JournalResult? {
    guard let file, let offset = index.withLock({ $0.offset(of: key) }) else { return nil }
    guard let json = try? JSONValue(parsing: try file.line(at: offset)),
      case .result(let result)? = JournalEntry(json), result.key == key
    else { throw SingerError(.file, "the journal has changed under our hands", file: path) }
    return result
  }

  /// The id of the object of a kind that a record with this key became, whatever its stream.
  ///
  /// - Throws: `SingerError.file`.
  func id(of key: RecordKey, resource: String) throws(SingerError) -> String? {
    for stream in index.withLock({ $0.streams(of: resource) }) {
      let result = try result(of: JournalKey(stream: stream, key: key))
      if let result, result.resource == resource, !result.id.isEmpty { return result.id }
    }
    return nil
  }

  /// Whether records of any stream became objects of this kind.
  func hasRecords(of resource: String) -> Bool { index.withLock { !$0.streams(of: resource).isEmpty } }

  /// Objects written lately that go by a token, which a search may not find yet.
  func recentIDs(_ token: MatchToken) -> [String] {
    let since = now().adding(seconds: -10 * searchLag.components.seconds)
    return index.withLock { $0.recentIDs(token, since: since) }
  }

  /// Writes that may or may not have been carried out, oldest first.
  var openIntents: [JournalIntent] {
    index.withLock { $0.openIntents.values.sorted { $0.number < $1.number } }
  }

  /// The write of a record that may or may not have been carried out; nil when there is none.
  func openIntent(of key: JournalKey) -> JournalIntent? {
    index.withLock { index in
      guard !index.openIntents.isEmpty else { return nil }
      return index.openIntents.values.first { $0.key.stream == key.stream && $0.key.key == key.key }
    }
  }

  /// Whether an object is known as what some record became.
  func isClaimed(_ id: String) -> Bool { index.withLock { $0.isClaimed(id) } }

  // MARK: - Writing

  /// Says, on the disk, that an object is about to be created.
  ///
  /// - Parameter durably: false when another line follows that takes this one to the disk.
  /// - Throws: `SingerError.output`.
  func intend(
    _ operation: Operation, _ request: PlannedRequest, of key: JournalKey, durably: Bool = true
  ) throws(SingerError) -> JournalIntent {
    let intent = JournalIntent(
      number: index.withLock { $0.takeNumber() }, key: key, resource: operation.resource, request: request,
      tokens: operation.tokens, time: now(), nestedContacts: operation.nestedContacts,
      nestedTokens: operation.nestedTokens)
    try add(.intent(intent), durably: durably)
    return intent
  }

  /// Says what became of contacts that were created with a lead: their own records do not create them again.
  ///
  /// - Parameter lead: the lead as Close shows it, its contacts in whatever order.
  /// - Throws: `SingerError.output`.
  func noteContacts(in lead: JSONValue, of intent: JournalIntent) throws(SingerError) {
    let contacts = IntentProbe.contacts(of: intent, in: lead)
    for (index, key) in intent.nestedContacts.enumerated() where index < contacts.count {
      guard let key, let id = contacts[index]?["id"]?.string else { continue }
      let tokens = index == 0 ? intent.nestedTokens : []
      try note(JournalResult(key: key, resource: "contact", id: id, tokens: tokens, time: now()))
    }
  }

  /// Says what came of a write, or that a record is in Close as it should be.
  ///
  /// - Throws: `SingerError.output`.
  func note(_ result: JournalResult) throws(SingerError) {
    var result = result
    if result.time == nil, result.intent != nil || !result.tokens.isEmpty { result.time = now() }
    try add(.result(result))
  }

  /// Says that a write was certainly not carried out.
  ///
  /// - Throws: `SingerError.output`.
  func void(_ intent: JournalIntent) throws(SingerError) { try add(.void(intent.number)) }

  /// Says that the object of a record is gone.
  ///
  /// - Throws: `SingerError.output`.
  func forget(_ key: JournalKey) throws(SingerError) { try add(.gone(key)) }

  /// Returns once everything is on the disk.
  ///
  /// - Throws: `SingerError.output`.
  func sync() throws(SingerError) {
    if !isReadOnly { try file?.sync() }
  }

  private func add(_ entry: JournalEntry, durably: Bool = false) throws(SingerError) {
    guard !isReadOnly, let file else { return }
    let since = now().adding(seconds: -10 * searchLag.components.seconds)
    let offset = try file.append(entry.json, durably: durably)
    index.withLock { index in
      index.apply(entry, at: offset, recentSince: since)
      if index.lines.isMultiple(of: 1000) { index.forgetRecent(before: since) }
    }
  }

  // MARK: - The file

  private static func load(_ file: LineFile, recentSince since: Timestamp) throws(SingerError) -> JournalIndex
  {
    var index = JournalIndex()
    try file.forEachLine { (line, offset, number) throws(SingerError) in
      guard let json = try? JSONValue(parsing: line), let entry = JournalEntry(json) else {
        throw SingerError(
          .file, "this line of the journal is damaged; restore the file, or remove the line", file: file.path,
          line: number)
      }
      index.apply(entry, at: offset, recentSince: since)
    }
    return index
  }

  /// A journal that says the same in as few lines as possible.
  private static func compact(
    _ old: LineFile, _ index: JournalIndex, _ organisation: String
  ) throws(SingerError) -> LineFile {
    try LineFile.replace(old.path) { (new) throws(SingerError) in
      try new.append(JournalEntry.header(organisation: organisation).json)
      for offset in index.liveOffsets { try new.append(try old.line(at: offset)) }
      for intent in index.openIntents.values.sorted(by: { $0.number < $1.number }) {
        try new.append(JournalEntry.intent(intent).json)
      }
    }
  }
}
