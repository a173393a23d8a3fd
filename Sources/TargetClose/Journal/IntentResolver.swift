import CloseAPI
import CloseConnection
import JSONBytes

/// Finds out what became of a create whose answer never came.
///
/// Asked are, again and again until the search certainly knows: the object's lead, which shows its contacts and
/// opportunities at once; the search, by the values the object goes by; and the event log.
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
  let indexLag: Duration
  let clock: ClientClock
  /// One at a time, so that two intents never claim one object.
  let gate: RequestGate
  /// Clocks may differ by this much.
  private static let clockSkew: Int64 = 300
  /// How long Close keeps events.
  private static let logRetention: Int64 = 30 * 86400
  private static let longestPause = Duration.seconds(15)

  /// Looks until the object is found, or until it would certainly have been.
  func resolve(_ intent: JournalIntent) async throws -> Resolution {
    guard let probe = IntentProbe(intent) else {
      return .unknown("Close cannot be asked about \(intent.request.method.rawValue) /\(intent.request.path)")
    }
    var pause = Duration.seconds(1)
    while true {
      let sinceIntent = clock.date().microseconds - intent.time.microseconds
      let remaining = indexLag - .microseconds(sinceIntent)
      let look = try await gate.enter { try await self.look(probe, intent) }
      if let id = look.id { return .found(id) }
      guard look.isConclusive else {
        return .unknown("neither the search nor the event log can be read with this key")
      }
      guard remaining > .zero else { return .absent }
      try await clock.sleep(min(pause, remaining))
      pause = min(pause * 2, IntentResolver.longestPause)
    }
  }

  /// Looks once everywhere.
  func look(_ intent: JournalIntent) async throws -> String? {
    guard let probe = IntentProbe(intent) else { return nil }
    return try await gate.enter { try await self.look(probe, intent).id }
  }

  private struct Look {
    var id: String?
    /// Whether anything was asked that would have known.
    var isConclusive = false
  }

  private func look(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> Look {
    var look = Look()
    for source in [lead, search, eventLog] {
      do {
        guard let candidates = try await source(probe, intent) else { continue }
        look.isConclusive = true
        for id in candidates where !journal.isClaimed(id) {
          // Claimed at once: the next intent with the same content is about another object.
          try journal.note(
            JournalResult(
              key: intent.key, resource: intent.resource, id: id, intent: intent.number, tokens: intent.tokens
            ))
          if !intent.nestedContacts.isEmpty {
            let path = probe.resource.path(of: id)
            let live = try await reads.object(path, label: intent.key.stream)
            try journal.noteContacts(in: .object(live ?? JSONObject()), of: intent)
          }
          look.id = id
          return look
        }
      } catch let error as CloseError where error.intent == .skip {
        // This key may not ask here; the other sources may know.
        continue
      }
    }
    return look
  }

  /// Ids of matching objects in the lead; nil when leads do not show this kind.
  private func lead(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> [String]? {
    guard let list = probe.resource.listInLead, let lead = probe.lead,
      let live = try await reads.object(ResourceDefinition.lead.path(of: lead), label: intent.key.stream)
    else { return nil }
    let objects = (live[list]?.list ?? []).compactMap(\.object).map { object in
      var object = object
      // Nested objects do not always say where they are.
      if object["lead_id"] == nil { object["lead_id"] = .string(lead) }
      return object
    }
    return objects.filter(probe.matches).compactMap { $0["id"]?.string }
  }

  /// Ids of matching objects found by the values they go by; nil when there are no such values.
  private func search(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> [String]? {
    guard probe.resource.searchType != nil else { return nil }
    let criteria = intent.tokens.compactMap { $0.criterion(probe.resource) }
    guard !criteria.isEmpty else { return nil }
    var ids: [String] = []
    for criterion in criteria {
      for row in try await reads.search(criterion, label: intent.key.stream) {
        guard let id = row["id"]?.string, !ids.contains(id),
          let live = try await reads.object(probe.resource.path(of: id), label: intent.key.stream),
          probe.matches(live)
        else { continue }
        ids.append(id)
      }
    }
    return ids
  }

  /// Ids of matching objects whose creation the log tells; nil when the log does not reach back that far.
  private func eventLog(_ probe: IntentProbe, _ intent: JournalIntent) async throws -> [String]? {
    guard let type = probe.eventType else { return nil }
    let since = intent.time.adding(seconds: -IntentResolver.clockSkew)
    guard since > clock.date().adding(seconds: -IntentResolver.logRetention) else { return nil }
    var ids: [String] = []
    for event in try await reads.events(
      ofType: type, lead: probe.lead, since: since, label: intent.key.stream)
    {
      guard let id = event["object_id"]?.string, !ids.contains(id) else { continue }
      var object = event["data"]?.object
      if object == nil {
        object = try await reads.object(probe.resource.path(of: id), label: intent.key.stream)
      }
      if let object, probe.matches(object) { ids.append(id) }
    }
    return ids
  }
}
