import JSONBytes

/// The whole organisation: its objects, what lists know of them, and the event log.
///
/// A plain value; `Organisation` keeps it behind a lock and hands it the time with every call.
public struct World: Sendable {
  let options: OrganisationOptions
  /// The organisation object, without statuses, pipelines and memberships.
  private(set) var organization: JSONObject
  /// Objects as they are.
  private(set) var live: RecordStore
  private(set) var directory: Directory
  var events: EventLog
  var ids: IDSource
  /// E-mails and SMS that Close would have sent out.
  var sentMessages = 0
  /// What was written to `sandbox_collection/`.
  var collections = CollectionTable()
  /// Answers to the last list requests, good until something changes.
  var rowCache = RowCache()
  private var lag: LaggingStore?
  private var nextSequence: Int

  init(_ content: GeneratedOrganisation, options: OrganisationOptions, idSeed: UInt64) {
    self.options = options
    organization = content.organization
    live = RecordStore(content.records)
    directory = Directory(organization: content.organization, store: live)
    events = EventLog(content.events)
    ids = IDSource(seed: idSeed)
    nextSequence = (content.records.map(\.sequence).max() ?? -1) + 1
    if options.indexLag > 0 { lag = LaggingStore(live, seconds: options.indexLag) }
  }

  var dates: DateStyle { DateStyle(options) }

  var assembler: Assembler { Assembler(directory: directory, dates: dates) }

  /// What a lead, contact or other object is called.
  func name(of id: String) -> String? {
    guard let record = live[id] else { return nil }
    return record.text("display_name") ?? record.text("name")
  }

  /// Objects as lists and searches know them: some seconds behind when the index lags.
  mutating func listed(at now: Timestamp) -> RecordStore {
    guard lag?.catchUp(to: now) != nil else { return live }
    return lag?.store ?? live
  }

  /// Writes rows as lists know the objects.
  mutating func rows(for call: Call) -> RowWriter {
    RowWriter(
      store: listed(at: call.now), directory: directory, today: call.today,
      projection: call.parameters["_fields"].map { Projection($0) },
      stripsEmails: call.parameters["thread_emails"] == "true")
  }

  /// Writes objects as they are.
  func liveRows(for call: Call) -> RowWriter {
    RowWriter(
      store: live, directory: directory, today: call.today,
      projection: call.parameters["_fields"].map { Projection($0) })
  }
}

// MARK: - Changes

extension World {
  /// A number for the next object, higher than all before it.
  mutating func makeSequence() -> Int {
    defer { nextSequence += 1 }
    return nextSequence
  }

  /// Puts one change into effect.
  mutating func commit(_ change: RecordStore.Change, at now: Timestamp) {
    rowCache.clear()
    live.apply(change)
    lag?.note(change, at: now)
    if (change.new ?? change.old)?.kind.isSetting == true { readDirectory() }
  }

  mutating func setOrganization(_ key: String, _ value: JSONValue) {
    organization[key] = value
    readDirectory()
  }

  private mutating func readDirectory() { directory = Directory(organization: organization, store: live) }

  /// Makes the term index, in which searches look up exact values.
  mutating func indexTerms() {
    live.indexTerms()
    lag?.indexTerms()
  }
}
