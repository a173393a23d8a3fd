import JSONBytes

/// Lists and single objects.
extension World {
  /// Parameters that choose a page or fields, but no rows.
  private static let pageParameters: Set<String> = ["_limit", "_skip", "_fields", "_cursor"]

  /// One page of a list.
  mutating func list(_ call: Call, _ resource: Resource) throws(Refusal) -> SandboxResponse {
    let query = try ListQuery(call, resource, world: self)
    let entry = select(query, call, resource)
    let rows = rows(for: call)
    guard case .offset(_, _, let counts) = resource.paging else {
      return whole(entry.rows, rows, resource)
    }
    let start = min(query.page.skip, entry.rows.count)
    let end = min(start + query.page.limit, entry.rows.count)
    var body: [UInt8] = []
    body.reserveCapacity((end - start) * 1500 + 200)
    body.append("{\"data\":[")
    if let grouping = query.grouping {
      writeGroups(grouping, entry.rows, start..<end, rows, &body)
    } else {
      writeRows((start..<end).lazy.map { entry.rows[$0] }, rows, &body)
    }
    body.append(end < entry.rows.count ? "],\"has_more\":true" : "],\"has_more\":false")
    if counts {
      for (key, value) in entry.totals { append(key, value, to: &body) }
    }
    body.append("}")
    return SandboxResponse(status: 200, body: body)
  }

  /// The rows of a list, remembered for the next page.
  private mutating func select(_ list: ListQuery, _ call: Call, _ resource: Resource) -> RowCache.Entry {
    let store = listed(at: call.now)
    let parameters = call.parameters.sorted(without: World.pageParameters).map { "\($0.name)=\($0.value)" }
    let query = parameters.joined(separator: "&")
    let key = "\(resource.path)?\(query)#\(call.today) \(call.zoneOffset) \(store.version)"
    if let entry = rowCache[key] { return entry }
    var rows = list.selection.rows(in: store)
    if let grouping = list.grouping { rows = grouped(rows, grouping) }
    var entry = RowCache.Entry(rows: rows)
    if resource.kind == .opportunity {
      let totals = OpportunityTotals((0..<rows.count).lazy.map { rows[$0] })
      entry.totals = totals.envelope(count: rows.count, currency: directory.currency)
    } else {
      entry.totals = ["total_results": .int(rows.count)]
    }
    // What a smart view shows may depend on the time of day.
    let hasView = call.parameters["lead_saved_search_id"] != nil || query.contains("in:")
    if !hasView { rowCache.store(entry, for: key) }
    return entry
  }

  private func whole(_ selected: RowSelection.Rows, _ rows: RowWriter, _ resource: Resource)
    -> SandboxResponse
  {
    var body: [UInt8] = []
    body.append("{\"data\":[")
    writeRows((0..<selected.count).lazy.map { selected[$0] }, rows, &body)
    body.append("]")
    if case .whole(hasMore: true) = resource.paging { body.append(",\"has_more\":false") }
    body.append("}")
    return SandboxResponse(status: 200, body: body)
  }

  private func writeRows(_ records: some Sequence<Record>, _ rows: RowWriter, _ body: inout [UInt8]) {
    var isFirst = true
    for record in records {
      if !isFirst { body.append(UInt8(ascii: ",")) }
      isFirst = false
      rows.write(record, asListRow: true, to: &body)
    }
  }

  private func append(_ key: String, _ value: JSONValue, to body: inout [UInt8]) {
    body.append(",")
    body.appendJSONString(key)
    body.append(":")
    value.write(to: &body)
  }

  /// One object, as it is at this moment.
  func read(_ call: Call, _ resource: Resource, id: String) throws(Refusal) -> SandboxResponse {
    guard let record = live.find(resource.kind, id) else { throw .notFound(resource) }
    return answer(record, call)
  }

  /// An answer that carries one object.
  func answer(_ record: Record, _ call: Call, status: Int = 200) -> SandboxResponse {
    var response = SandboxResponse(status: status)
    liveRows(for: call).write(record, to: &response.body)
    if status == 201 {
      response.headers = [("Location", "/api/v1/\(record.kind.resource.path)/\(record.id)/")]
    }
    return response
  }
}

// MARK: - Groups of opportunities

extension World {
  private func grouped(_ rows: RowSelection.Rows, _ grouping: OpportunityGrouping) -> RowSelection.Rows {
    let keyed = (0..<rows.count).map { (key: grouping.key(of: rows[$0]), position: $0, record: rows[$0]) }
    let sorted = keyed.sorted {
      $0.key == $1.key ? $0.position < $1.position : ($0.key < $1.key) != grouping.isDescending
    }
    return RowSelection.Rows(records: sorted.map(\.record)[...], isReversed: false)
  }

  /// Paging counts opportunities, so a group may go on in the next page.
  private func writeGroups(
    _ grouping: OpportunityGrouping, _ rows: RowSelection.Rows, _ page: Range<Int>, _ writer: RowWriter,
    _ body: inout [UInt8]
  ) {
    var start = page.lowerBound
    while start < page.upperBound {
      let key = grouping.key(of: rows[start])
      let end = (start..<page.upperBound).first { grouping.key(of: rows[$0]) != key } ?? page.upperBound
      let members = (0..<rows.count).lazy.map { rows[$0] }.filter { grouping.key(of: $0) == key }
      if start > page.lowerBound { body.append(",") }
      body.append("{\"key\":")
      body.appendJSONString(key)
      body.append(",\"objects\":[")
      writeRows((start..<end).lazy.map { rows[$0] }, writer, &body)
      body.append("]")
      let totals = OpportunityTotals(members).envelope(count: members.count, currency: directory.currency)
      let parts = grouping.parts(of: key, userName: directory.userNames[key])
      for (name, value) in parts { append(name, value, to: &body) }
      for (name, value) in totals { append(name, value, to: &body) }
      body.append("}")
      start = end
    }
  }
}
