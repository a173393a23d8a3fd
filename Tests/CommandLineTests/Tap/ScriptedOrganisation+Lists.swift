import CloseSandbox
import JSONBytes

extension ScriptedOrganisation.State {
  typealias Row = ScriptedOrganisation.Row

  func respond(to request: SandboxRequest) -> SandboxResponse {
    if let status = rules.refusals[request.path] { return refusal(status, "This is not for you.") }
    if request.path == "data/search/" { return search(request.body) }
    if request.path.hasPrefix("custom_field_schema/") { return SandboxResponse(status: 200, ["fields": []]) }
    let table = String(request.path.dropLast())
    let query = Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    return table == "event" ? events(query) : list(table, query)
  }

  // MARK: - Offsets

  private func list(_ table: String, _ query: [String: String]) -> SandboxResponse {
    if rules.refusesQueries, query["query"] != nil { return refusal(400, "There are no queries any more.") }
    let (skip, limit) = (Int(query["_skip"] ?? "0") ?? 0, Int(query["_limit"] ?? "100") ?? 100)
    if let most = rules.maxLimit[table], limit > most {
      return refusal(400, "The limit you set is larger than the maximum limit (max_limit = \(most)).")
    }
    if let most = rules.maxSkip[table], skip > most {
      return rules.classicErrors
        ? refusal(400, "The skip you set is larger than the maximum skip (max_skip = \(most)).")
        : SandboxResponse(
          status: 400,
          [
            "errors": [],
            "field-errors": ["_skip": .string("Input should be less than or equal to \(most)")],
          ])
    }
    let rows = sorted(select(tables[table] ?? [], table, query), table, query)
    let page = rows.dropFirst(skip).prefix(limit)
    var body: JSONValue = ["data": .array(page.map(\.json))]
    if !rules.silentTables.contains(table) { body["has_more"] = .bool(skip + page.count < rows.count) }
    if table == "opportunity" || rules.miscounts[table] != nil {
      body["total_results"] = .int(rows.count + (rules.miscounts[table] ?? 0))
    }
    return SandboxResponse(status: 200, body)
  }

  private func select(_ rows: [Row], _ table: String, _ query: [String: String]) -> [Row] {
    if rules.deafTables.contains(table) { return rows }
    // Whose rows are asked for, where a list is a parent's own.
    let owners = query.filter { $0.key.hasSuffix("_id") }
    let rows = rows.filter { row in owners.allSatisfy { row.members[$0.key]?.string == $0.value } }
    func bound(_ name: String) -> Timestamp? { query[name].flatMap { Timestamp($0) } }
    let minute = query["query"].flatMap { $0.firstMatch(of: /date_updated>="([^"]+)"/) }
    let from = minute.flatMap { Timestamp("\($0.1):00Z") } ?? bound("date_updated__gte") ?? .earliest
    let before = bound("date_updated__lt") ?? .latest
    let (createdFrom, createdBefore) = (bound("date_created__gte"), bound("date_created__lt"))
    return rows.filter {
      $0.updated >= from && $0.updated < before && $0.created >= createdFrom ?? .earliest
        && $0.created < createdBefore ?? .latest
    }
  }

  /// Newest first, unless the request says otherwise.
  private func sorted(_ rows: [Row], _ table: String, _ query: [String: String]) -> [Row] {
    switch rules.orders[table] ?? query["_order_by"]
      ?? (query["query"]?.contains("sort:date_updated") == true ? "date_updated" : "")
    {
    case "date_created": rows.sorted { ($0.created, $0.number) < ($1.created, $1.number) }
    case "date_updated": rows.sorted { ($0.updated, $0.number) < ($1.updated, $1.number) }
    default: rows.sorted { ($0.created, $0.number) > ($1.created, $1.number) }
    }
  }

  // MARK: - Cursors

  /// Newest first, at most 50 a page; a cursor is the number of the last event and the bounds it began with.
  private func events(_ query: [String: String]) -> SandboxResponse {
    let dates = query.keys.filter { $0.hasPrefix("date_updated") }
    let parts = query["_cursor"]?.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    if parts != nil, rules.forgetsCursors { return refusal(400, "Invalid cursor.") }
    if rules.refusesEventFilters, query["object_type"] != nil || query["action"] != nil {
      return refusal(400, "Events are not filtered.")
    }
    if parts != nil, !dates.isEmpty { return refusal(400, "Dates must not come with a cursor.") }
    let bounds = parts.map { ["date_updated__gte": $0[1], "date_updated__lt": $0[2]] } ?? query
    var rows = select(tables["event"] ?? [], "event", rules.ignoresEventDates ? [:] : bounds).sorted {
      ($0.updated, $0.number) > ($1.updated, $1.number)
    }
    if let parts {
      guard let last = rows.firstIndex(where: { String($0.number) == parts[0] }) else {
        return refusal(400, "Invalid cursor.")
      }
      rows.removeFirst(last + 1)
    }
    let page = rows.prefix(50)
    let next = page.last.map {
      "\($0.number)|\(bounds["date_updated__gte"] ?? "")|\(bounds["date_updated__lt"] ?? "")"
    }
    return SandboxResponse(
      status: 200,
      [
        "data": .array(page.map(\.json)), "cursor_previous": nil,
        "cursor_next": page.count < rows.count ? next.map { .string($0) } ?? nil : nil,
      ])
  }

  // MARK: - Search

  /// Oldest change first; a cursor is how many objects have been seen and the last one's place.
  private func search(_ body: [UInt8]) -> SandboxResponse {
    if let status = rules.searchStatus { return refusal(status, "The search is not for you.") }
    guard let request = try? JSONValue(parsing: body), let nodes = request["query"]?["queries"]?.array,
      let type = nodes.lazy.compactMap({ $0["object_type"]?.string }).first
    else { return refusal(400, "This is no search.") }
    let from = nodes.lazy.compactMap { $0["condition"]?["on_or_after"]?["value"]?.string }.first
    let place = request["cursor"]?.string?.split(separator: "|").compactMap { Int($0) } ?? [0, .min, 0]
    var rows = (tables[type] ?? []).sorted { ($0.updated, $0.number) < ($1.updated, $1.number) }
    if !rules.searchIgnoresFilter, let from = from.flatMap({ Timestamp($0) }) {
      rows.removeAll { $0.updated < from }
    }
    if rules.searchIgnoresOrder {
      rows = Array(rows.sorted { ($0.created, $0.number) < ($1.created, $1.number) }.dropFirst(place[0]))
    } else {
      rows.removeAll { (Int($0.updated.microseconds), $0.number) <= (place[1], place[2]) }
    }
    let page = rows.prefix(min(request["_limit"]?.int ?? 100, rules.searchCap - place[0]))
    let seen = place[0] + page.count
    let isOver = page.count == rows.count || seen >= rules.searchCap
    let next = page.last.map { "\(seen)|\($0.updated.microseconds)|\($0.number)" }
    return SandboxResponse(
      status: 200,
      ["data": .array(page.map(\.json)), "cursor": isOver ? nil : next.map { .string($0) } ?? nil])
  }

  private func refusal(_ status: Int, _ text: String) -> SandboxResponse {
    SandboxResponse(status: status, ["error": .string(text)])
  }
}

extension ScriptedOrganisation.Row {
  /// The object as Close writes it.
  var json: JSONValue {
    var object = members
    if object["id"] == nil { object["id"] = .string(id) }
    for (key, date) in [("date_created", created), ("date_updated", updated)] where object[key] == nil {
      object[key] = .string(date.description.dropLast() + "+00:00")
    }
    return .object(object)
  }
}
