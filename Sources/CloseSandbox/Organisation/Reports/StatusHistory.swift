import JSONBytes

/// Which status an object had when, told by the activities that its changes left behind.
struct StatusHistory: Sendable {
  struct Change: Sendable {
    let date: Timestamp
    let from: String?
    let to: String?
  }

  let created: Timestamp
  let current: String?
  /// Oldest first.
  let changes: [Change]

  /// The status at some moment; nil before the object was made.
  func status(at moment: Timestamp) -> String? {
    guard created <= moment else { return nil }
    return changes.first { $0.date > moment }.map(\.from) ?? current
  }

  var original: String? { changes.first.map(\.from) ?? current }

  /// The histories of all leads, or of all opportunities, by id.
  static func all(_ kind: Kind, in store: RecordStore) -> [String: StatusHistory] {
    let changeKind: Kind = kind == .lead ? .leadStatusChange : .opportunityStatusChange
    var changes: [String: [Change]] = [:]
    for record in store.all(changeKind) {
      let owner = kind == .lead ? record.leadID : record.text("opportunity_id")
      guard let owner else { continue }
      changes[owner, default: []].append(
        Change(date: record.created, from: record.text("old_status_id"), to: record.text("new_status_id")))
    }
    return Dictionary(
      uniqueKeysWithValues: store.all(kind).map { record in
        (
          record.id,
          StatusHistory(
            created: record.created, current: record.text("status_id"), changes: changes[record.id] ?? [])
        )
      })
  }
}
