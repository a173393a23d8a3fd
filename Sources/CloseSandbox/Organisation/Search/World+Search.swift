import JSONBytes

/// `POST /data/search/`
extension World {
  mutating func search(_ call: Call) throws(Refusal) -> SandboxResponse {
    guard options.searchEnabled else { throw .unknownPath }
    let body = try call.object()
    do throws(SearchFault) {
      return answer(try SearchRequest(body, at: call.now), call)
    } catch {
      throw error.refusal
    }
  }

  private mutating func answer(_ request: SearchRequest, _ call: Call) -> SandboxResponse {
    if request.query.hasExactValue { indexTerms() }
    let context = SearchContext(store: listed(at: call.now), directory: directory, call: call)
    let plan = SearchPlan(request: request, context: context)
    let seen = request.cursor?.seen ?? 0
    // A walk ends at the caller's own limit, or at Close's.
    let left = max(0, min(SearchCursor.mostObjects, request.resultsLimit ?? .max) - seen)
    let limit = min(request.limit, left)
    let found = plan.page(limit: limit + 1)
    let page = found.prefix(limit)
    var body: [UInt8] = []
    body.append("{\"data\":[")
    for (index, record) in page.enumerated() {
      if index > 0 { body.append(",") }
      write(record, request, RowWriter(store: context.store, directory: directory, today: call.today), &body)
    }
    body.append("],\"cursor\":")
    let isOver = found.count <= limit || limit >= left
    if let last = page.last, !isOver {
      let cursor = SearchCursor(
        issued: call.now, seen: seen + page.count, values: plan.cursorValues(of: last),
        sequence: last.sequence)
      body.appendJSONString(cursor.token)
    } else {
      body.append("null")
    }
    if request.includesCounts {
      let total = count(plan, context)
      let limited = min(total, request.resultsLimit ?? total)
      body.append(",\"count\":")
      JSONValue.object(["limited": .int(limited), "total": .int(total)]).write(to: &body)
    }
    body.append("}")
    return SandboxResponse(status: 200, body: body)
  }

  /// The number of matches, remembered until something changes.
  private mutating func count(_ plan: SearchPlan, _ context: SearchContext) -> Int {
    let key = "\(plan.request.cacheKey) \(context.now) \(context.store.version)"
    if let entry = rowCache[key] { return entry.rows.count }
    let rows = RowSelection.Rows(records: plan.matches()[...], isReversed: false)
    rowCache.store(RowCache.Entry(rows: rows), for: key)
    return rows.count
  }

  /// `{"__object_type": "lead", "id": "lead_…", …}` with the fields that were asked for.
  private func write(_ record: Record, _ request: SearchRequest, _ rows: RowWriter, _ body: inout [UInt8]) {
    body.append("{\"__object_type\":")
    body.appendJSONString(record.kind.searchType ?? "")
    body.append(",\"id\":")
    body.appendJSONString(record.id)
    let fields = request.fields.filter { $0 != "id" }
    if !fields.isEmpty {
      var rows = rows
      rows.projection = Projection(fields)
      var members: [UInt8] = []
      rows.write(record, to: &members)
      if members.count > 2 {
        body.append(",")
        body.append(contentsOf: members[1..<members.count - 1])
      }
    }
    body.append("}")
  }
}
