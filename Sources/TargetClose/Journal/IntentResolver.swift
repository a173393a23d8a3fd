import CloseAPI
import CloseConnection
import JSONBytes

/// Finds out what became of a create whose answer never came.
///
/// Several sources are asked, each of which certainly knows after a while:
///
/// | source | for | knows after |
/// |---|---|---|
/// | the object's lead, which shows them | contacts, opportunities | the index lag |
/// | the search, by the values the object goes by or by date | what it covers | the index lag |
/// | the list of the lead's objects | tasks, activities, custom objects | the index lag |
/// | the event log | everything | 5 minutes |
///
/// They are asked again and again until one has found the object, or one must have if it were there.
struct IntentResolver: Sendable {
  /// What became of it.
  enum Resolution: Hashable, Sendable {
    /// It was carried out; this is the object.
    case found(String)
    /// It was certainly not carried out.
    case absent
    /// Nobody can tell.
    case unknown(String)
  }

  let reads: CloseReads
  let journal: Journal
  let directory: DirectoryReader
  let indexLag: Duration
  let clock: ClientClock
  /// One at a time, so that two intents never claim one object.
  let gate: RequestGate
  /// How long Close keeps events.
  private static let logRetention: Int64 = 30 * 86400
  private static let longestPause = Duration.seconds(15)

  /// Looks until the object is found, or until it would certainly have been.
  ///
  /// All times are those of Close's clock, which objects bear.
  /// - Parameter lastSeen: when the request was last known to be on its way; when it was intended, unless given.
  func resolve(_ intent: JournalIntent, lastSeen: Timestamp? = nil) async throws -> Resolution {
    let now = reads.client.date
    let start = lastSeen ?? min(intent.time, now)
    var intent = intent
    // Written by a clock that was ahead; all there is to go by is that it was not long ago.
    if intent.time > now { intent.time = now.adding(seconds: -86400) }
    guard let probe = IntentProbe(intent) else {
      return .unknown(
        "Close cannot be asked about \(intent.request.method.rawValue) /\(intent.request.path)")
    }
    let began = clock.now()
    let ageThen = Duration.microseconds(now.microseconds - start.microseconds)
    var pause = Duration.seconds(1)
    while true {
      let age = ageThen + (clock.now() - began)
      let look = try await gate.enter { [intent] in try await self.look(probe, intent) }
      if let id = look.id { return .found(id) }
      guard let certainty = look.certainAfter else {
        return .unknown("neither the search nor the event log can be read with this key")
      }
      guard age < certainty else { return .absent }
      try await clock.sleep(min(pause, certainty - age))
      pause = min(pause * 2, IntentResolver.longestPause)
    }
  }

  private struct Look {
    var id: String?
    /// When a look like this would certainly have found the object; nil when nobody could be asked.
    var certainAfter: Duration?
  }

  /// Ids of matching objects; nil when a source does not know of such objects.
  private typealias Source = @Sendable (IntentProbe, JournalIntent) async throws -> [String]?

  private func look(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> Look {
    let sources: [(ask: Source, certainAfter: Duration)] = [
      (lead, indexLag), (search, indexLag), (list, indexLag), (eventLog, max(indexLag, .seconds(300))),
    ]
    var look = Look()
    for source in sources {
      do {
        guard let candidates = try await source.ask(probe, intent) else { continue }
        look.certainAfter = min(look.certainAfter ?? source.certainAfter, source.certainAfter)
        if let id = candidates.first(where: { !journal.isClaimed($0) }) {
          try await claim(id, for: intent, probe.resource)
          look.id = id
          return look
        }
      } catch let error as CloseError where error.intent == .skip {
        // This key may not ask here; the other sources may know.
        continue
      } catch is Rejection {
        // Too many to tell apart.
        continue
      }
    }
    return look
  }

  /// At once, so that the next intent with the same content is about another object.
  private func claim(_ id: String, for intent: JournalIntent, _ resource: ResourceDefinition) async throws {
    try journal.note(
      JournalResult(
        key: intent.key, resource: intent.resource, id: id, intent: intent.number, tokens: intent.tokens))
    guard !intent.nestedContacts.isEmpty else { return }
    let live = try await reads.object(resource.path(of: id), label: intent.key.stream)
    try journal.noteContacts(in: .object(live ?? JSONObject()), of: intent)
  }
}

// MARK: - Sources

extension IntentResolver {
  /// What the object's lead shows; nil when leads do not show this kind.
  private func lead(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> [String]? {
    guard let list = probe.resource.listInLead, let lead = probe.lead,
      let live = try await reads.object(ResourceDefinition.lead.path(of: lead), label: intent.key.stream),
      let objects = live[list]?.array
    else { return nil }
    return objects.compactMap(\.object).filter { object in
      var object = object
      // Nested objects do not always say where they are.
      if object["lead_id"] == nil { object["lead_id"] = .string(lead) }
      return probe.matches(object)
    }.compactMap { $0["id"]?.string }
  }

  /// What the search finds by the values the object goes by, or among everything written since.
  private func search(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> [String]? {
    guard probe.resource.searchType != nil else { return nil }
    let criteria = try await directory.criteria(intent.tokens, probe.resource, probe.body)
    var rows: [JSONObject] = []
    for criterion in criteria { rows += try await reads.search(criterion, label: intent.key.stream) }
    if criteria.isEmpty {
      rows = try await reads.changed(probe.resource, since: since(intent), label: intent.key.stream)
    }
    var ids: [String] = []
    for id in rows.compactMap({ $0["id"]?.string }) where !ids.contains(id) && !journal.isClaimed(id) {
      let live = try await reads.object(probe.resource.path(of: id), label: intent.key.stream)
      if let live, probe.matches(live, isRecognised: !criteria.isEmpty) { ids.append(id) }
    }
    return ids
  }

  /// What the list of the lead's objects shows; nil for what is searched for instead.
  private func list(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> [String]? {
    guard probe.resource.searchType == nil, let lead = probe.lead else { return nil }
    let objects = try await reads.objects(of: probe.resource, inLead: lead, label: intent.key.stream)
    return objects.filter { probe.matches($0) }.compactMap { $0["id"]?.string }
  }

  /// Whose creation the log tells; nil when the log does not reach back that far.
  private func eventLog(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> [String]? {
    guard let type = probe.eventType else { return nil }
    let since = since(intent)
    guard since > reads.client.date.adding(seconds: -IntentResolver.logRetention) else { return nil }
    var ids: [String] = []
    let label = intent.key.stream
    for event in try await reads.events(ofType: type, lead: probe.lead, since: since, label: label) {
      guard let id = event["object_id"]?.string, !ids.contains(id) else { continue }
      var object = event["data"]?.object
      if object.map(probe.isIncomplete) ?? true {
        object = try await reads.object(probe.resource.path(of: id), label: label)
      }
      if let object, probe.matches(object) { ids.append(id) }
    }
    return ids
  }

  private func since(_ intent: JournalIntent) -> Timestamp {
    intent.time.adding(seconds: -IntentProbe.clockSkew)
  }
}
