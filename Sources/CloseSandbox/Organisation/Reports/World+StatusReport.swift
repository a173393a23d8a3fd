import JSONBytes

/// `/report/statuses/…`: where leads and opportunities stood at the start and the end, and how they moved.
extension World {
  func statusReport(_ call: Call, of kind: Kind, organization id: String) throws(Refusal) -> SandboxResponse {
    guard id == directory.organizationID else { throw .unknownPath }
    let range = ReportRange(call, from: "date_start", to: "date_end")
    var histories = StatusHistory.all(kind, in: live)
    if kind == .opportunity, let user = call.parameters["user_id"] {
      histories = histories.filter { live[$0.key]?.text("user_id") == user }
    }
    let statuses = kind == .lead ? directory.leadStatuses : directory.opportunityStatuses
    let all = Array(histories.values)
    return SandboxResponse(
      status: 200,
      [
        "status_overview": .array(statuses.map { overview($0, all, range) }),
        "status_transitions": transitions(steps(all, range), statuses),
        "status_transitions_summary": transitions(
          all.compactMap { history in
            let (from, to) = (history.status(at: range.start), history.status(at: range.end))
            return to == nil || from == to ? nil : Step(from: from, to: to)
          }, statuses),
      ])
  }

  private struct Step: Hashable {
    let from: String?
    let to: String?
  }

  private func overview(_ status: Directory.Status, _ all: [StatusHistory], _ range: ReportRange) -> JSONValue
  {
    var (started, ended, gained, lost, entered, left) = (0, 0, 0, 0, 0, 0)
    for history in all {
      let before = history.status(at: range.start) == status.id
      let after = history.status(at: range.end) == status.id
      started += before ? 1 : 0
      ended += after ? 1 : 0
      gained += after && !before ? 1 : 0
      lost += before && !after ? 1 : 0
      entered += range.contains(history.created) && history.original == status.id ? 1 : 0
      for change in history.changes where range.contains(change.date) {
        entered += change.to == status.id ? 1 : 0
        left += change.from == status.id ? 1 : 0
      }
    }
    return [
      "change": .int(ended - started),
      "change_percent": started == 0 ? nil : .int((ended - started) * 100 / started),
      "ended": .int(ended), "entered": .int(entered), "gained": .int(gained), "left": .int(left),
      "lost": .int(lost), "started": .int(started), "status_id": .string(status.id),
      "status_is_deleted": false, "status_label": .string(status.label),
    ]
  }

  /// Every change in the range, a new object's first status among them.
  private func steps(_ all: [StatusHistory], _ range: ReportRange) -> [Step] {
    all.flatMap { history in
      (range.contains(history.created) ? [Step(from: nil, to: history.original)] : [])
        + history.changes.filter { range.contains($0.date) }.map { Step(from: $0.from, to: $0.to) }
    }
  }

  private func transitions(_ steps: [Step], _ statuses: [Directory.Status]) -> JSONValue {
    let counts = Dictionary(steps.map { ($0, 1) }, uniquingKeysWith: +)
    let labels = Dictionary(uniqueKeysWithValues: statuses.map { ($0.id, $0.label) })
    let sorted = counts.sorted {
      ($1.value, $0.key.from ?? "", $0.key.to ?? "") < ($0.value, $1.key.from ?? "", $1.key.to ?? "")
    }
    return .array(
      sorted.map { step, count in
        [
          "count": .int(count), "from_status_id": .text(step.from),
          "from_status_is_deleted": step.from.map { .bool(labels[$0] == nil) } ?? nil,
          "from_status_label": .text(step.from.flatMap { labels[$0] }), "to_status_id": .text(step.to),
          "to_status_is_deleted": step.to.map { .bool(labels[$0] == nil) } ?? nil,
          "to_status_label": .text(step.to.flatMap { labels[$0] }),
        ]
      })
  }
}
