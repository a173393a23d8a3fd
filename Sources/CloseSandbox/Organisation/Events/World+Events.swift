import JSONBytes

/// `/event/`: newest first, at most 50 at a time, at most 30 days back.
extension World {
  private static let largestPage = 50
  /// Users who are no admins see what an entry is about only this long.
  private static let openSeconds: Int64 = 3600
  /// Entries may come to light this late when the log is out of order.
  private static let disorderSeconds = 300

  func listEvents(_ call: Call) throws(Refusal) -> SandboxResponse {
    let filter = try EventFilter(call.parameters)
    let limit = min(try World.eventLimit(call), World.largestPage)
    let token = call.parameters["_cursor"].flatMap { $0.isEmpty ? nil : $0 }
    let cursor = token.flatMap { EventCursor($0) }
    if token != nil, cursor == nil { throw .error(400, "Invalid cursor.") }
    let (start, end) = if let cursor { (cursor.start, cursor.end) } else { try eventBounds(call) }
    let range = visibleRange(start, end, at: call.now)
    let found: [Event]
    let isTowardsOlder = cursor?.isTowardsOlder ?? true
    if isTowardsOlder {
      let from = cursor.map { min(events.position(of: $0.key), range.upperBound) } ?? range.upperBound
      found = older(than: from, down: range.lowerBound, limit + 1, filter, call.now)
    } else {
      let from = cursor.map { max(events.position(of: $0.key) + 1, range.lowerBound) } ?? range.lowerBound
      found = newer(from: from, up: range.upperBound, limit + 1, filter, call.now)
    }
    var page = Array(found.prefix(limit))
    if !isTowardsOlder { page.reverse() }
    let hasMore = found.count > limit
    let link = { (isTowardsOlder: Bool, event: Event?) in
      event.map { EventCursor(isTowardsOlder: isTowardsOlder, key: $0.key, start: start, end: end).token }
    }
    return answer(
      page, call, next: isTowardsOlder && !hasMore ? nil : link(true, page.last),
      previous: cursor == nil || (!isTowardsOlder && !hasMore) ? nil : link(false, page.first))
  }

  func readEvent(_ call: Call, id: String) throws(Refusal) -> SandboxResponse {
    guard let event = events.find(id, at: call.now), isVisible(event, at: call.now) else {
      throw .error(404, "Not found.")
    }
    var response = SandboxResponse(status: 200)
    write(event, call, to: &response.body)
    return response
  }

  // MARK: - Finding

  private static func eventLimit(_ call: Call) throws(Refusal) -> Int {
    guard let text = call.parameters["_limit"] else { return largestPage }
    guard let limit = Int(text), limit >= 0 else {
      throw .error(400, "_limit must be an integer (got \"\(text)\" instead).")
    }
    return limit
  }

  /// The half-open range of `date_updated` that the request's filters leave.
  private func eventBounds(_ call: Call) throws(Refusal) -> (Timestamp?, Timestamp?) {
    let conditions = try ListQuery.conditions(call, .date("date_updated"), options)
    var start: Timestamp?
    var end: Timestamp?
    for condition in conditions {
      guard case .date(let comparison) = condition.filter.test, case .date(let bound) = condition.value else {
        continue
      }
      let (instant, next) = (bound.instant, bound.instant.adding(microseconds: 1))
      switch comparison {
      case .greater: start = max(start ?? next, next)
      case .greaterOrEqual: start = max(start ?? instant, instant)
      case .less: end = min(end ?? instant, instant)
      case .lessOrEqual: end = min(end ?? next, next)
      case .equal: (start, end) = (instant, bound.isDay ? instant.adding(seconds: 86_400) : next)
      }
    }
    return (start, end)
  }

  private func visibleRange(_ start: Timestamp?, _ end: Timestamp?, at now: Timestamp) -> Range<Int> {
    let oldest = max(start ?? .earliest, EventLog.oldest(at: now))
    let lower = events.position(of: Table.Key(date: oldest, sequence: -1))
    let upper = end.map { events.position(of: Table.Key(date: $0, sequence: -1)) } ?? events.events.count
    return lower..<max(lower, upper)
  }

  private func isVisible(_ event: Event, at now: Timestamp) -> Bool {
    guard options.eventDisorder else { return true }
    let delay =
      Int64(UInt64(truncatingIfNeeded: event.sequence) &* 0x9E37_79B9_7F4A_7C15 >> 33)
      % Int64(World.disorderSeconds)
    return now >= event.updated.adding(seconds: delay)
  }

  private func older(than start: Int, down end: Int, _ limit: Int, _ filter: EventFilter, _ now: Timestamp)
    -> [Event]
  {
    var found: [Event] = []
    var index = start - 1
    while index >= end, found.count < limit {
      let event = events.events[index]
      if filter.matches(event), isVisible(event, at: now) { found.append(event) }
      index -= 1
    }
    return found
  }

  private func newer(from start: Int, up end: Int, _ limit: Int, _ filter: EventFilter, _ now: Timestamp)
    -> [Event]
  {
    var found: [Event] = []
    var index = start
    while index < end, found.count < limit {
      let event = events.events[index]
      if filter.matches(event), isVisible(event, at: now) { found.append(event) }
      index += 1
    }
    return found
  }

  // MARK: - Writing

  private func answer(_ page: [Event], _ call: Call, next: String?, previous: String?) -> SandboxResponse {
    var body: [UInt8] = []
    body.append("{\"data\":[")
    for (index, event) in page.enumerated() {
      if index > 0 { body.append(",") }
      write(event, call, to: &body)
    }
    body.append("],\"cursor_next\":")
    JSONValue.text(next).write(to: &body)
    body.append(",\"cursor_previous\":")
    JSONValue.text(previous).write(to: &body)
    body.append("}")
    return SandboxResponse(status: 200, body: body)
  }

  private func write(_ event: Event, _ call: Call, to body: inout [UInt8]) {
    let isOpen =
      call.request.caller.isAdmin || event.updated > call.now.adding(seconds: -World.openSeconds)
    event.write(to: &body, isOpen: isOpen, dates: dates, organizationID: directory.organizationID)
  }
}
