import JSONBytes

/// Events as the data file keeps them: whole, whoever may see what.
extension Event {
  var stored: JSONObject {
    [
      "id": .string(id), "object_type": .string(objectType), "object_id": .string(objectID),
      "lead_id": .text(leadID), "action": .string(action), "user_id": .text(userID),
      "request_id": .text(requestID), "date_created": .string(created.description),
      "date_updated": .string(updated.description),
      "changed_fields": .array(changedFields.map { .string($0) }),
      "data": data.flatMap { try? JSONValue(parsing: $0) } ?? nil, "previous_data": .object(previousData),
      "meta": .object(meta),
    ]
  }

  /// Nil when something that no event can do without is missing.
  init?(stored: JSONObject, sequence: Int) {
    func text(_ key: String) -> String? { stored[key]?.string }
    guard let id = text("id"), let type = text("object_type"), let object = text("object_id"),
      let action = text("action"), let created = text("date_created").flatMap({ Timestamp($0) }),
      let updated = text("date_updated").flatMap({ Timestamp($0) })
    else { return nil }
    self.init(
      id: id, objectType: type, objectID: object, leadID: text("lead_id"), action: action,
      userID: text("user_id"),
      requestID: text("request_id"), created: created, updated: updated,
      changedFields: stored["changed_fields"]?.array?.compactMap(\.string) ?? [],
      data: stored["data"]?.object.map { Array(JSONValue.object($0).compact.utf8) },
      previousData: stored["previous_data"]?.object ?? JSONObject(),
      meta: stored["meta"]?.object ?? JSONObject(),
      sequence: sequence)
  }
}
