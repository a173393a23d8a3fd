import JSONBytes

/// Statuses, pipelines, custom fields and types: what changing them does to everything else.
extension World {
  mutating func createSetting(_ kind: Kind, _ values: JSONObject, _ context: WriteContext) throws(Refusal)
    -> Record
  {
    var values = values
    switch kind {
    case .opportunityStatus:
      if values["pipeline_id"]?.string == nil { values["pipeline_id"] = .text(directory.pipelines.first?.id) }
    case .pipeline:
      let statuses = values["statuses"]
      values["statuses"] = nil
      let pipeline = insert(kind, values, context)
      setStatuses(statuses, of: pipeline.id, context)
      return pipeline
    case .group:
      guard !live.all(.group).contains(where: { $0.value("name") == values["name"] }) else {
        throw .field("name", "A group with this name exists already.")
      }
    case .leadField, .contactField, .opportunityField, .customObjectField, .sharedField:
      guard values["type"]?.string != "textarea" else { throw .field("type", "Not a valid choice.") }
    default: break
    }
    if Kind.fields.contains(kind) { try checkChoices(values) }
    return insert(kind, values, context)
  }

  mutating func updateSetting(_ record: Record, _ values: JSONObject, _ context: WriteContext) throws(Refusal)
    -> Record
  {
    var values = values
    if record.kind == .pipeline {
      setStatuses(values["statuses"], of: record.id, context)
      values["statuses"] = nil
    }
    if Kind.fields.contains(record.kind) {
      var whole = record.object
      for (key, value) in values { whole[key] = value }
      try checkChoices(whole)
      let isFixed = ![.leadField, .contactField, .opportunityField].contains(record.kind)
      if isFixed, let type = values["type"], type != record.value("type") {
        throw .field("type", "Value cannot be changed.")
      }
    }
    let changed = change(record, values, context)
    if changed.value("label") != record.value("label") { refreshLabels(of: record, at: context.now) }
    return changed
  }

  /// Values of a deleted field vanish from all objects; statuses that are in use stay.
  mutating func deleteSetting(_ record: Record, _ context: WriteContext) throws(Refusal) {
    switch record.kind {
    case .leadStatus, .opportunityStatus:
      guard !users(of: record).contains(where: { $0.text("status_id") == record.id }) else {
        throw .error(400, "The status is in use.")
      }
    case .pipeline:
      guard !directory.opportunityStatuses.contains(where: { $0.pipelineID == record.id }) else {
        throw .error(400, "The pipeline still has statuses.")
      }
    case .role:
      guard record.value("editable")?.bool == true else { throw .error(400, "This role cannot be deleted.") }
    case .customActivityType, .customObjectType:
      let fields = [Kind.activityField, .customObjectField].flatMap { live.all($0) }
      for field in fields where directory.customFields[field.id]?.owners == [record.id] {
        remove(field, context)
      }
    default: break
    }
    if Kind.fields.contains(record.kind) { clearValues(of: record.id, at: context.now) }
    remove(record, context)
  }

  // MARK: - Parts

  private func checkChoices(_ field: JSONObject) throws(Refusal) {
    guard field["type"]?.string == "choices", field["choices"]?.array?.isEmpty ?? true else { return }
    throw .field("choices", "This field is required.")
  }

  /// Moves statuses into a pipeline by their ids, and makes those that come with a label only.
  private mutating func setStatuses(_ statuses: JSONValue?, of pipelineID: String, _ context: WriteContext) {
    for status in statuses?.array ?? [] {
      let id = status["id"]?.string ?? status.string
      if let record = id.flatMap({ live.find(.opportunityStatus, $0) }) {
        change(record, ["pipeline_id": .string(pipelineID)], context)
      } else if let label = status["label"]?.string {
        insert(
          .opportunityStatus,
          [
            "label": .string(label), "type": status["type"] ?? "active", "pipeline_id": .string(pipelineID),
          ], context)
      }
    }
  }

  /// The objects that can have a status.
  private func users(of status: Record) -> [Record] {
    live.all(status.kind == .leadStatus ? .lead : .opportunity)
  }

  private mutating func refreshLabels(of status: Record, at now: Timestamp) {
    for user in users(of: status) where user.text("status_id") == status.id { refresh(user, at: now) }
  }

  private mutating func clearValues(of fieldID: String, at now: Timestamp) {
    let key = "custom." + fieldID
    for kind in [Kind.lead, .contact, .opportunity, .customActivity, .customObject] {
      for record in live.all(kind) where record.value(key) != nil {
        refresh(record, at: now) { $0[key] = nil }
      }
    }
  }
}
