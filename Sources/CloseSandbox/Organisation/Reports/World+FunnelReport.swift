import JSONBytes

/// `/report/funnel/opportunity/…`: how far opportunities get in a pipeline.
extension World {
  private struct Deal {
    let userID: String
    let value: Int
    let annualizedValue: Int
    let history: StatusHistory
    let type: String
    let created: Timestamp
    let won: Timestamp?
  }

  func funnelReport(_ call: Call, isByStage: Bool) throws(Refusal) -> SandboxResponse {
    let body = try call.object()
    guard let pipeline = body["pipeline"]?.string else { throw .field("pipeline", "This field is required.") }
    guard live.find(.pipeline, pipeline) != nil else { throw .field("pipeline", "Object does not exist.") }
    guard let type = body["type"]?.string, ["created-cohort", "active-stage-cohort"].contains(type) else {
      throw .field("type", body["type"] == nil ? "This field is required." : "Not a valid choice.")
    }
    let cohort = ReportRange(body["cohort_datetime_range"])
    let range =
      cohort ?? ReportRange(body["report_datetime_range"])
      ?? body["report_relative_range"]?.string.flatMap {
        ReportRange(relative: $0, now: call.now, zoneOffset: call.zoneOffset)
      } ?? ReportRange(start: .earliest, end: call.now)
    let users = body["users"]?.array?.compactMap(\.string) ?? []
    let deals = self.deals(in: pipeline).filter { deal in
      (users.isEmpty || users.contains(deal.userID)) && World.isIn(deal, range, type)
    }
    let groups = Dictionary(grouping: deals, by: \.userID)
    let everyone = users.isEmpty ? groups.keys.sorted() : users
    let stages = directory.opportunityStatuses.filter { $0.pipelineID == pipeline && $0.type != "lost" }
    let data: [JSONValue] = everyone.map { user in
      var row = isByStage ? World.stages(groups[user] ?? [], stages) : World.totals(groups[user] ?? [])
      row["user_id"] = .string(user)
      return row
    }
    let all = isByStage ? World.stages(deals, stages) : World.totals(deals)
    return SandboxResponse(status: 200, ["aggregations": all, "data": .array(data)])
  }

  private func deals(in pipeline: String) -> [Deal] {
    let histories = StatusHistory.all(.opportunity, in: live)
    return live.all(.opportunity).filter { $0.text("pipeline_id") == pipeline }.compactMap { record in
      guard let history = histories[record.id] else { return nil }
      let object = record.object
      return Deal(
        userID: object["user_id"]?.string ?? "", value: object["value"]?.int ?? 0,
        annualizedValue: object["annualized_value"]?.int ?? 0, history: history,
        type: object["status_type"]?.string ?? "active", created: record.created,
        won: object["date_won"]?.string.flatMap { Timestamp($0) })
    }
  }

  /// A cohort is what was made in the range, or what moved in it.
  private static func isIn(_ deal: Deal, _ range: ReportRange, _ type: String) -> Bool {
    range.contains(deal.created)
      || (type == "active-stage-cohort" && deal.history.changes.contains { range.contains($0.date) })
  }

  private static func share(_ part: Int, of whole: Int) -> JSONValue {
    guard whole != 0, let number = JSONNumber(Double(part) / Double(whole)) else { return .null }
    return .number(number)
  }

  private static func stages(_ deals: [Deal], _ stages: [Directory.Status]) -> JSONValue {
    // A deal has been in the stages it left, and is in the one it has.
    let reached = stages.map { stage in
      deals.filter { deal in
        deal.history.current == stage.id || deal.history.original == stage.id
          || deal.history.changes.contains { $0.to == stage.id || $0.from == stage.id }
      }
    }
    let rows: [JSONValue] = stages.indices.map { index in
      let stage = stages[index]
      let here = reached[index]
      let next = index + 1 < stages.count ? reached[index + 1].count : 0
      let nextValue = index + 1 < stages.count ? reached[index + 1].map(\.value).reduce(0, &+) : 0
      let lost = here.filter { $0.type == "lost" && $0.history.changes.last?.from == stage.id }
      let (value, lostValue) = (here.map(\.value).reduce(0, &+), lost.map(\.value).reduce(0, &+))
      let times = here.compactMap { timeToAdvance($0, stage.id) }
      return [
        "average_time_to_advance": times.isEmpty ? nil : .int(times.reduce(0, &+) / times.count),
        "count": .int(here.count), "count_conversion_rate": share(next, of: here.count),
        "count_lost": .int(lost.count), "count_lost_ratio": share(lost.count, of: here.count),
        "status": ["id": .string(stage.id), "label": .string(stage.label), "type": .text(stage.type)],
        "value": .int(value), "value_conversion_rate": share(nextValue, of: value),
        "value_lost": .int(lostValue), "value_lost_ratio": share(lostValue, of: value),
        "weighted_value": .int(value - lostValue),
        "weighted_value_conversion_rate": share(nextValue, of: value - lostValue),
      ]
    }
    return ["stages": .array(rows)]
  }

  /// Seconds from coming into a stage to leaving it.
  private static func timeToAdvance(_ deal: Deal, _ stage: String) -> Int? {
    guard let left = deal.history.changes.first(where: { $0.from == stage }) else { return nil }
    let came = deal.history.changes.last { $0.to == stage && $0.date <= left.date }?.date ?? deal.created
    return Int((left.date.microseconds - came.microseconds) / Timestamp.second)
  }

  private static func totals(_ deals: [Deal]) -> JSONValue {
    let won = deals.filter { $0.type == "won" }
    let complete = deals.filter { $0.type != "active" }
    let times = won.compactMap { deal in
      deal.won.map { Int(max(0, $0.microseconds - deal.created.microseconds) / Timestamp.second) }
    }
    let wonValue = won.map(\.value).reduce(0, &+)
    let completeValue = complete.map(\.value).reduce(0, &+)
    let average = times.isEmpty ? nil : times.reduce(0, &+) / times.count
    let annualized = won.isEmpty ? 0 : won.map(\.annualizedValue).reduce(0, &+) / won.count
    // Annualized value won per day of an average cycle.
    let velocity = average.map { $0 > 0 ? won.count * annualized / max(1, $0 / 86_400) : 0 } ?? 0
    return [
      "average_time_to_win": average.map { .int($0) } ?? nil,
      "average_value_annualized_per_won_opportunity": .int(annualized), "count": .int(deals.count),
      "count_total_complete": .int(complete.count), "count_total_won": .int(won.count),
      "count_win_rate": share(won.count, of: complete.count), "sales_velocity": .int(velocity),
      "value_total_complete": .int(completeValue), "value_total_won": .int(wonValue),
      "value_win_rate": share(wonValue, of: completeValue),
    ]
  }
}
