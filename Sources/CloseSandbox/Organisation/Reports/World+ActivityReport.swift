import JSONBytes

/// `/report/activity/` and `/report/sent_emails/`.
extension World {
  func activityMetrics() -> SandboxResponse {
    let metrics: [JSONValue] = ActivityMetric.all.map {
      ["description": .string($0.description), "key": .string($0.key), "name": .string($0.name)]
    }
    return SandboxResponse(status: 200, ["metrics": .array(metrics)])
  }

  func activityReport(_ call: Call) throws(Refusal) -> SandboxResponse {
    let body = try call.object()
    var problems = JSONObject()
    let type = body["type"]?.string
    if type == nil { problems["type"] = FieldProblem.required.body }
    if let type, !["overview", "comparison"].contains(type) {
      problems["type"] = FieldProblem.invalidChoice.body
    }
    let keys = body["metrics"]?.array?.compactMap(\.string) ?? []
    if keys.isEmpty { problems["metrics"] = FieldProblem.required.body }
    let metrics = keys.compactMap { key in ActivityMetric.all.first { $0.key == key } }
    if metrics.count < keys.count { problems["metrics"] = FieldProblem.invalidChoice.body }
    let relative = body["relative_range"]?.string
    let named = relative.flatMap { ReportRange(relative: $0, now: call.now, zoneOffset: call.zoneOffset) }
    let range = ReportRange(body["datetime_range"]) ?? named
    if range == nil { problems["datetime_range"] = FieldProblem.required.body }
    guard problems.isEmpty, let range else { throw .fields(problems) }
    let users = body["users"]?.array?.compactMap(\.string) ?? []
    let leads = try leadsOfView(body["query"]?["saved_search_id"]?.string, call)
    let rows =
      type == "overview" ? dailyRows(metrics, range, users, leads) : userRows(metrics, range, users, leads)
    if call.request.headers["accept"]?.contains("text/csv") == true { return World.table(rows, keys) }
    let totals = metrics.map { ($0.key, $0.total(matches($0, range, users, leads))) }
    return SandboxResponse(
      status: 200,
      [
        "aggregations": ["totals": .object(JSONObject(totals))], "data": .array(rows.map { .object($0) }),
        "queries": ["leads": .object(JSONObject())],
      ])
  }

  /// The leads a smart view shows; nil without a view.
  private func leadsOfView(_ id: String?, _ call: Call) throws(Refusal) -> Set<String>? {
    guard let id else { return nil }
    guard let view = live.find(.smartView, id) else { throw .field("query", "Object does not exist.") }
    let query = try SmartView(view).query
    let context = SearchContext(store: live, directory: directory, call: call)
    return Set(live.all(.lead).filter { query.matches(.record($0), context) }.map(\.id))
  }

  private func matches(
    _ metric: ActivityMetric, _ range: ReportRange, _ users: [String], _ leads: Set<String>?
  ) -> [Record] {
    let candidates =
      metric.dateKey == nil
      ? live.table(metric.kind).range(.created, from: range.start, before: range.end)
      : live.all(metric.kind)[...]
    return candidates.filter { record in
      guard let date = metric.date(of: record), range.contains(date), metric.counts(record) else {
        return false
      }
      if let leads, !leads.contains(record.kind == .lead ? record.id : record.leadID ?? "") { return false }
      return users.isEmpty || users.contains(World.user(of: record) ?? "")
    }
  }

  private static func user(of record: Record) -> String? {
    record.text("user_id") ?? record.text("created_by")
  }

  private func dailyRows(
    _ metrics: [ActivityMetric], _ range: ReportRange, _ users: [String], _ leads: Set<String>?
  ) -> [JSONObject] {
    let oldest = live.table(.lead).byCreated.first?.created ?? range.end
    // All time begins with the first lead.
    let range = range.start == .earliest ? ReportRange(start: oldest.startOfDay, end: range.end) : range
    let found = metrics.map { metric in
      Dictionary(grouping: matches(metric, range, users, leads)) { record in
        ((metric.date(of: record) ?? range.start).microseconds - range.start.microseconds) / Timestamp.day
      }
    }
    return range.days.enumerated().map { number, day in
      var row: JSONObject = ["datetime": .string(DateStyle().text(day))]
      for (metric, days) in zip(metrics, found) { row[metric.key] = metric.total(days[Int64(number)] ?? []) }
      return row
    }
  }

  private func userRows(
    _ metrics: [ActivityMetric], _ range: ReportRange, _ users: [String], _ leads: Set<String>?
  ) -> [JSONObject] {
    let users = users.isEmpty ? live.all(.user).map(\.id) : users
    return users.map { user in
      var row: JSONObject = ["user_id": .string(user)]
      for metric in metrics { row[metric.key] = metric.total(matches(metric, range, [user], leads)) }
      return row
    }
  }

  /// Rows as comma-separated values.
  static func table(_ rows: [JSONObject], _ keys: [String]) -> SandboxResponse {
    let columns = (rows.first?.keys.prefix(1) ?? []) + keys
    var lines = [columns.joined(separator: ",")]
    for row in rows {
      lines.append(
        columns.map { row[$0]?.string ?? row[$0].map { $0.isNull ? "" : $0.compact } ?? "" }.joined(
          separator: ","))
    }
    return SandboxResponse(
      status: 200, headers: [("Content-Type", "text/csv")],
      body: Array((lines.joined(separator: "\r\n") + "\r\n").utf8))
  }

  /// How the templates did: sent, opened, answered.
  func sentEmailReport(_ call: Call, organization id: String) throws(Refusal) -> SandboxResponse {
    guard id == directory.organizationID else { throw .unknownPath }
    let range = ReportRange(call, from: "date_start", to: "date_end")
    let user = call.parameters["user_id"]
    let sent = live.table(.email).range(.created, from: range.start, before: range.end).filter {
      $0.text("status") == "sent" && (user == nil || $0.text("user_id") == user)
    }
    let groups = Dictionary(grouping: sent) { $0.text("template_id") ?? "" }
    var stats = [sentStatistics(nil, sent)]
    for template in live.all(.emailTemplate) {
      if let emails = groups[template.id] { stats.append(sentStatistics(template, emails)) }
    }
    return SandboxResponse(status: 200, ["sent_email_stats": .array(stats)])
  }

  private func sentStatistics(_ template: Record?, _ emails: [Record]) -> JSONValue {
    let opened = emails.filter { $0.value("opens")?.array?.isEmpty == false }.count
    let answered = emails.filter { $0.value("has_reply")?.bool == true }.count
    let percentage = { (part: Int) in JSONValue.int(emails.isEmpty ? 0 : part * 100 / emails.count) }
    let name = template?.text("name") ?? "All Emails"
    let filter = template == nil ? "" : " template:\"\(name)\""
    return [
      "_queries": [
        "opened": "email(direction:sent\(filter) opened:yes)",
        "responded": "email(direction:sent\(filter) has_reply:yes)",
        "total": "email(direction:sent\(filter))",
      ],
      "is_shared": template?.value("is_shared") ?? true, "name": .string(name), "opened": .int(opened),
      "percentage_opened": percentage(opened), "percentage_responded": percentage(answered),
      "responded": .int(answered), "template_id": .text(template?.id),
      "template_url": .text(
        template.map { "/organization/\(directory.organizationID)/email_templates/\($0.id)/" }),
      "total": .int(emails.count),
    ]
  }
}
