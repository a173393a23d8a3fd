import CloseAPI
import CloseConnection
import JSONBytes

/// What the target asks Close, all within the number of requests allowed in flight.
struct CloseReads: Sendable {
  let client: CloseClient
  let gate: RequestGate
  /// Time for search cursors.
  let clock: ClientClock
  /// Matching more is no match.
  private static let mostRows = 2000

  /// The object at a path as it is now; nil when there is none.
  func object(_ path: String, label: String) async throws -> JSONObject? {
    do {
      return try await gate.enter { try await client.json(.get(path, label: label)).object }
    } catch let error as CloseError {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  /// The objects that a criterion finds, as the search shows them; they may be out of date.
  ///
  /// - Throws: `Rejection` when there are too many to tell apart.
  func search(_ criterion: MatchCriterion, label: String) async throws -> [JSONObject] {
    let search = KeysetSearch(
      objectType: criterion.resource.searchType ?? criterion.resource.name,
      fields: criterion.confirmedFields + ["lead_id"], conditions: [criterion.condition])
    return try await rows(search, by: criterion.field, label: label)
  }

  /// The objects of a kind that were created or changed since, as the search shows them.
  ///
  /// - Throws: `Rejection` when there are too many to tell apart.
  func changed(_ resource: ResourceDefinition, since: Timestamp, label: String) async throws -> [JSONObject] {
    let search = KeysetSearch(objectType: resource.searchType ?? resource.name, fields: [], from: since)
    return try await rows(search, by: "date", label: label)
  }

  private func rows(_ search: KeysetSearch, by field: String, label: String) async throws -> [JSONObject] {
    var walk = KeysetWalk(search)
    var found: [JSONObject] = []
    while true {
      switch walk.next(at: clock.now()) {
      case .finished: return found
      case .failed(let failure): throw Rejection("searching by \(field) failed: \(failure)")
      case .request(let body):
        do {
          let page = try await gate.enter { try await client.json(.ask("data/search/", body, label: label)) }
          let rows = (page["data"]?.array ?? []).compactMap(\.object)
          found += rows.filter { row in row.keyed.map { !walk.isEmitted($0) } ?? true }
          walk.receive(rows.compactMap(\.keyed), cursor: page["cursor"]?.string, at: clock.now())
        } catch let error as CloseError {
          guard walk.refuse(error) else { throw error }
        }
      }
      guard found.count <= CloseReads.mostRows else {
        throw Rejection("more than \(CloseReads.mostRows) objects may match by \(field)")
      }
    }
  }

  /// The objects of a kind that belong to a lead.
  func objects(of resource: ResourceDefinition, inLead lead: String, label: String) async throws
    -> [JSONObject]
  {
    var call = APICall.get(resource.path, query: [("lead_id", lead)], label: label)
    if resource.name == "task" { call.query.append(("_type", "all")) }
    let rows = try await gate.enter { try await client.rows(call) }
    // A filter Close does not know is ignored without a word.
    return rows.compactMap(\.object).filter { $0["lead_id"]?.string == lead }
  }
}

extension JSONObject {
  /// The row as paging sees it; nil when it lacks id or date.
  fileprivate var keyed: KeyedRow? {
    guard let id = self["id"]?.string, let date = self["date_updated"]?.string.flatMap({ Timestamp($0) })
    else {
      return nil
    }
    return KeyedRow(id: id, date: date)
  }
}

extension CloseReads {
  /// Creations that the event log tells of, newest first.
  func events(
    ofType type: String, lead: String?, since: Timestamp, label: String
  ) async throws -> [JSONObject] {
    var query = [
      (name: "object_type", value: type), (name: "action", value: "created"),
      (name: "date_updated__gte", value: since.description),
    ]
    if let lead { query.append(("lead_id", lead)) }
    var walk = CursorWalk()
    var events: [JSONObject] = []
    while case .request(let cursor, let upTo, let limit) = walk.step {
      var call = APICall.get("event/", query: query + [("_limit", String(limit))], label: label)
      if let upTo { call.query.append(("date_updated__lte", upTo.description)) }
      if let cursor {
        call.query = call.query.filter { !$0.name.hasPrefix("date_updated") } + [("_cursor", cursor)]
      }
      do {
        let page = try await gate.enter { try await client.json(call) }
        let rows = (page["data"]?.array ?? []).compactMap(\.object)
        events += rows.filter { $0["object_type"]?.string == type && $0["action"]?.string == "created" }
        let isBelow = rows.last?.keyed.map { $0.date < since } ?? true
        walk.receive(rows.compactMap(\.keyed), next: isBelow ? nil : page["cursor_next"]?.string)
      } catch let error as CloseError {
        guard walk.refuse(error) else { throw error }
      }
    }
    return events.filter { $0.keyed.map { $0.date >= since } ?? false }
  }
}

extension CloseReads {
  /// The lead that one which is gone has been merged into; nil when it was just deleted, or too long ago to tell.
  func survivor(ofLead lead: String, label: String) async throws -> String? {
    var call = APICall.get("event/", label: label)
    call.query = [("object_id", lead), ("action", "deleted")]
    do {
      let page = try await gate.enter { try await client.json(call) }
      let events = (page["data"]?.array ?? []).filter {
        // A filter Close does not know is ignored without a word.
        $0["object_id"]?.string == lead && $0["action"]?.string == "deleted"
      }
      return events.lazy.compactMap { $0["meta"]?["merge_destination_lead_id"]?.string }.first
    } catch let error as CloseError where error.intent == .skip {
      return nil
    }
  }
}
