import JSONBytes

/// Turns a change of an object into an entry of the event log.
enum EventRecorder {
  /// The object's type as the log calls it; tasks carry their own type.
  static func objectType(_ record: Record) -> String {
    let type = record.kind.resource.event ?? ""
    return record.kind == .task ? type + (record.text("_type") ?? "lead") : type
  }

  /// The entry for one object made, changed or deleted; nil when objects of its kind are not logged, or when
  /// nothing changed.
  static func event(
    from old: Record?, to new: Record?, action: String? = nil, id: String, _ context: WriteContext
  ) -> Event? {
    guard let record = new ?? old, record.kind.resource.event != nil else { return nil }
    var event = Event(
      id: id, objectType: objectType(record), objectID: record.id,
      leadID: record.kind == .lead ? record.id : record.leadID, action: action ?? "updated",
      userID: context.userID,
      requestID: context.requestID, created: context.now, updated: context.now, meta: context.meta)
    event.data = new?.body
    switch (old, new) {
    case (nil, _): event.action = action ?? "created"
    case (let old?, nil):
      event.action = action ?? "deleted"
      event.previousData = old.object
    case (let old?, let new?):
      let (before, after) = (old.object, new.object)
      event.changedFields = changedFields(before, after)
      if event.changedFields.isEmpty, action == nil { return nil }
      event.previousData = JSONObject(event.changedFields.compactMap { key in before[key].map { (key, $0) } })
    }
    return event
  }

  /// The keys that differ, in alphabetical order.
  static func changedFields(_ before: JSONObject, _ after: JSONObject) -> [String] {
    Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
  }
}
