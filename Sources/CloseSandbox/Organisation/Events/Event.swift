import JSONBytes

/// One entry of the event log.
struct Event: Sendable {
  let id: String
  /// `lead`, `activity.note`, `task.lead` and so on.
  let objectType: String
  let objectID: String
  let leadID: String?
  var action: String
  let userID: String?
  let requestID: String?
  let created: Timestamp
  /// Moves forward when a later change is merged into this entry.
  var updated: Timestamp
  var changedFields: [String] = []
  /// The object afterwards as JSON; nil for a deleted one.
  var data: [UInt8]?
  /// The changed keys as they were before; the whole object for a deleted one.
  var previousData = JSONObject()
  var meta = JSONObject()
  /// Order among entries of the same moment.
  var sequence = 0

  /// Where it stands in the log.
  var key: Table.Key { Table.Key(date: updated, sequence: sequence) }

  /// Whether two entries may become one: quick changes to one object by one user.
  func absorbs(_ next: Event, within span: Int64) -> Bool {
    objectID == next.objectID && action == "updated" && next.action == "updated" && userID == next.userID
      && meta["bulk_action_id"] == next.meta["bulk_action_id"]
      && next.updated <= updated.adding(seconds: span)
  }

  /// The entry after `next` happened too: from the oldest state to the newest.
  func merged(with next: Event) -> Event {
    var merged = self
    merged.updated = next.updated
    merged.sequence = next.sequence
    merged.data = next.data
    merged.changedFields = Set(changedFields).union(next.changedFields).sorted()
    for (key, value) in next.previousData where previousData[key] == nil && !changedFields.contains(key) {
      merged.previousData[key] = value
    }
    return merged
  }
}

// MARK: - JSON

extension Event {
  /// Appends the entry; `isOpen` tells whether the asker may see the object's contents.
  func write(to output: inout [UInt8], isOpen: Bool, dates: DateStyle, organizationID: String) {
    output.append("{\"action\":")
    output.appendJSONString(action)
    output.append(",\"changed_fields\":")
    JSONValue.array(changedFields.map { .string($0) }).write(to: &output)
    if isOpen {
      output.append(",\"data\":")
      if let data { output += data } else { output.append("null") }
      output.append(",\"previous_data\":")
      JSONValue.object(previousData).write(to: &output)
    }
    let rest: JSONObject = [
      "api_key_id": .text(userID.map { "api_" + $0.dropFirst("user_".count).prefix(22) }),
      "date_created": .string(dates.text(created, isNaive: true)),
      "date_updated": .string(dates.text(updated, isNaive: true)), "id": .string(id),
      "lead_id": .text(leadID),
      "meta": .object(meta), "oauth_client_id": nil, "oauth_scope": nil, "object_id": .string(objectID),
      "object_type": .string(objectType), "organization_id": .string(organizationID),
      "request_id": .text(requestID), "user_id": .text(userID),
    ]
    for (key, value) in rest {
      output.append(",")
      output.appendJSONString(key)
      output.append(":")
      value.write(to: &output)
    }
    output.append("}")
  }
}
