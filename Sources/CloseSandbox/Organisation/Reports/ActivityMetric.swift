import JSONBytes

/// Something the activity report can count, as data.
struct ActivityMetric: Sendable {
  enum Aggregate: Sendable {
    case count, sum, average
  }

  let key: String
  let name: String
  let description: String
  let kind: Kind
  let aggregate: Aggregate
  /// Where the number to be added up stands.
  var amount = ""
  /// Keys that must have these values.
  var conditions: [(key: String, value: JSONValue)] = []
  /// Where the date stands that places an object in time; the date of creation without one.
  var dateKey: String?
  /// Keys that must not be empty.
  var nonEmpty: [String] = []

  func counts(_ record: Record) -> Bool {
    conditions.allSatisfy { record.value($0.key) == $0.value }
      && nonEmpty.allSatisfy { key in
        record.value(key).map { !$0.isNull && $0 != [] && $0 != "" } ?? false
      }
  }

  func date(of record: Record) -> Timestamp? {
    guard let dateKey else { return record.created }
    return record.text(dateKey).flatMap { Timestamp($0) }
  }

  /// The number for these objects; nil when there is nothing to take an average of.
  func total(_ records: [Record]) -> JSONValue {
    let sum = records.map { record in amount.isEmpty ? 1 : record.value(amount)?.int ?? 0 }.reduce(0, &+)
    switch aggregate {
    case .count: return .int(records.count)
    case .sum: return .int(sum)
    case .average: return records.isEmpty ? .null : .int(sum / records.count)
    }
  }

  static let all: [ActivityMetric] = calls + messages + deals + leads

  private static let calls: [ActivityMetric] = [
    ("all", "All Calls", []), ("outbound", "Outbound Calls", [("direction", "outbound")]),
    ("inbound", "Inbound Calls", [("direction", "inbound")]),
  ].flatMap { (side: String, name: String, conditions: [(key: String, value: JSONValue)]) in
    [
      ActivityMetric(
        key: "calls.\(side).all.count", name: "\(name) - All Types", description: "The number of calls made.",
        kind: .call, aggregate: .count, conditions: conditions),
      ActivityMetric(
        key: "calls.\(side).all.sum_duration", name: "\(name) - Total Duration",
        description: "The total duration of calls made.", kind: .call, aggregate: .sum, amount: "duration",
        conditions: conditions),
      ActivityMetric(
        key: "calls.\(side).all.avg_duration", name: "\(name) - Average Duration",
        description: "The average duration of calls made.", kind: .call, aggregate: .average,
        amount: "duration", conditions: conditions),
    ]
  }

  private static let messages: [ActivityMetric] = [
    ActivityMetric(
      key: "emails.sent.all.count", name: "Sent Emails - All Types",
      description: "The number of all sent emails.",
      kind: .email, aggregate: .count, conditions: [("status", "sent")]),
    ActivityMetric(
      key: "emails.received.all.count", name: "Received Emails - All Types",
      description: "The number of all incoming emails.", kind: .email, aggregate: .count,
      conditions: [("direction", "incoming")]),
    ActivityMetric(
      key: "emails.opened.all.count", name: "Opened Emails - All Types",
      description: "The number of outgoing emails that have been opened by the recipient.", kind: .email,
      aggregate: .count, conditions: [("status", "sent")], nonEmpty: ["opens"]),
    ActivityMetric(
      key: "sms.sent.all.count", name: "Sent SMS - All Types",
      description: "The number of all sent SMS messages.",
      kind: .sms, aggregate: .count, conditions: [("direction", "outbound")]),
    ActivityMetric(
      key: "sms.received.all.count", name: "Received SMS - All Types",
      description: "The number of all received SMS messages.", kind: .sms, aggregate: .count,
      conditions: [("direction", "inbound")]),
  ]

  private static let deals: [ActivityMetric] = [
    ActivityMetric(
      key: "opportunities.created.all.count", name: "Opportunities - Created",
      description: "The number of opportunities created.", kind: .opportunity, aggregate: .count),
    ActivityMetric(
      key: "opportunities.won.all.count", name: "Opportunities - Won",
      description: "The number of won opportunities.", kind: .opportunity, aggregate: .count,
      conditions: [("status_type", "won")], dateKey: "date_won"),
    ActivityMetric(
      key: "opportunities.won.all.sum_annualized_value", name: "Opportunities - Won - Annualized",
      description: "The annualized value of won opportunities.", kind: .opportunity, aggregate: .sum,
      amount: "annualized_value", conditions: [("status_type", "won")], dateKey: "date_won"),
    ActivityMetric(
      key: "opportunities.lost.all.count", name: "Opportunities - Lost",
      description: "The number of lost opportunities.", kind: .opportunity, aggregate: .count,
      conditions: [("status_type", "lost")], dateKey: "date_lost"),
    ActivityMetric(
      key: "opportunities.lost.all.sum_annualized_value", name: "Opportunities - Lost - Annualized",
      description: "The annualized value of lost opportunities.", kind: .opportunity, aggregate: .sum,
      amount: "annualized_value", conditions: [("status_type", "lost")], dateKey: "date_lost"),
  ]

  private static let leads: [ActivityMetric] = [
    ActivityMetric(
      key: "leads.created.all.count", name: "Created Leads", description: "The number of leads created.",
      kind: .lead, aggregate: .count)
  ]
}
