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
    let type = criterion.resource.searchType ?? criterion.resource.name
    var walk = KeysetWalk(
      KeysetSearch(
        objectType: type, fields: criterion.confirmedFields + ["lead_id"], conditions: [criterion.condition]))
    var found: [JSONObject] = []
    while true {
      switch walk.next(at: clock.now()) {
      case .finished: return found
      case .failed(let failure): throw Rejection("matching by \(criterion.field) failed: \(failure)")
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
        throw Rejection("more than \(CloseReads.mostRows) objects may match by \(criterion.field)")
      }
    }
  }

  /// The objects of a kind that belong to a lead.
  func objects(of resource: ResourceDefinition, inLead lead: String, label: String) async throws -> [JSONObject]
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
    guard let id = self["id"]?.string, let date = self["date_updated"]?.string.flatMap({ Timestamp($0) }) else {
      return nil
    }
    return KeyedRow(id: id, date: date)
  }
}
