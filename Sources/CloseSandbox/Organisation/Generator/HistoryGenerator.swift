import JSONBytes

/// Invents the event log that goes with generated objects: what was made and changed in the last 30 days, and
/// a few leads that exist nowhere else any more.
struct HistoryGenerator {
  let options: OrganisationOptions
  let now: Timestamp
  let cast: Cast
  let assembler: Assembler
  private var ids: IDSource
  private var random: SeededRandom
  private var events: [Event] = []

  init(options: OrganisationOptions, now: Timestamp, cast: Cast, assembler: Assembler) {
    self.options = options
    self.now = now
    self.cast = cast
    self.assembler = assembler
    ids = IDSource(seed: options.seed &+ 3)
    random = SeededRandom(seed: options.seed &+ 4)
  }

  mutating func events(of records: [Record]) -> [Event] {
    let start = EventLog.oldest(at: now)
    for record in records where record.kind.resource.event != nil {
      if record.created >= start, record.created <= now { add("created", record, at: record.created) }
      if record.updated >= start, record.updated > record.created.adding(seconds: EventLog.mergeSpan) {
        addUpdate(record)
      }
    }
    for number in 0..<(options.empty ? 0 : options.leads / 100) { addDeletedLead(number) }
    return events
  }

  private mutating func add(
    _ action: String, _ record: Record, at moment: Timestamp, changed: [String] = [],
    previous: JSONObject = JSONObject(), data: [UInt8]?, meta: JSONObject
  ) {
    let resource = record.kind.resource
    events.append(
      Event(
        id: ids.next(prefix: "ev_", length: 22), objectType: EventRecorder.objectType(record),
        objectID: record.id, leadID: record.kind == .lead ? record.id : record.leadID, action: action,
        userID: record.text(resource.authorKeys.updated) ?? cast.users.first,
        requestID: ids.next(prefix: "req_", length: 22), created: moment, updated: moment,
        changedFields: changed, data: data, previousData: previous, meta: meta))
  }

  private mutating func add(_ action: String, _ record: Record, at moment: Timestamp) {
    add(
      action, record, at: moment, data: record.body,
      meta: ["request_method": "POST", "request_path": .string("/api/v1/\(record.kind.resource.path)/")])
  }

  /// The last change, told by the one key that people change most in such an object.
  private mutating func addUpdate(_ record: Record) {
    let keys: [Kind: String] = [
      .lead: "description", .contact: "title", .opportunity: "note", .task: "date", .note: "note",
      .call: "note",
    ]
    let updated = record.kind.resource.dateKeys.updated
    var previous: JSONObject = [updated: assembler.dates.json(record.created, record.kind.resource)]
    if let key = keys[record.kind], record.value(key) != nil { previous[key] = key == "date" ? nil : "" }
    add(
      "updated", record, at: record.updated, changed: previous.keys.sorted(), previous: previous,
      data: record.body,
      meta: [
        "request_method": "PUT",
        "request_path": .string("/api/v1/\(record.kind.resource.path)/\(record.id)/"),
      ])
  }

  /// A lead and its contact that were deleted, now and then because they were merged into another lead.
  private mutating func addDeletedLead(_ number: Int) {
    var ghost = LeadGenerator(
      index: options.leads + number, options: options, now: now.daysAgo(1), cast: cast, assembler: assembler,
      sequence: 0)
    ghost.generate()
    let moment = now.daysAgo(Double(random.below(2900)) / 100)
    let destination = cast.sampleLeads.isEmpty || number % 5 != 0 ? nil : random.pick(cast.sampleLeads)
    var meta: JSONObject = ["request_method": "DELETE", "request_path": "/api/v1/lead/"]
    if let destination {
      meta = [
        "request_method": "POST", "request_path": "/api/v1/lead/merge/",
        "merge_source_lead_id": .string(ghost.leadID), "merge_destination_lead_id": .string(destination),
      ]
    }
    for record in ghost.records
    where record.kind == .lead || (destination == nil && record.kind.resource.event != nil) {
      add("deleted", record, at: moment, previous: record.object, data: nil, meta: meta)
    }
  }
}
