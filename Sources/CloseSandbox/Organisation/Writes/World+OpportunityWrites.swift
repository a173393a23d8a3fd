import JSONBytes

/// Opportunities: their statuses, and what winning and losing does.
extension World {
  /// Without a lead, the opportunity gets one without a name.
  mutating func createOpportunity(_ values: JSONObject, _ context: WriteContext) throws(Refusal) -> Record {
    var values = values
    let status = try opportunityStatus(values) ?? directory.opportunityStatuses.first
    values["status"] = nil
    values["status_id"] = .text(status?.id)
    if values["lead_id"]?.string == nil {
      values["lead_id"] = .string(try createLead(JSONObject(), context).id)
    }
    if values["user_id"]?.string == nil { values["user_id"] = .string(context.userID) }
    World.setNotes(&values)
    setOutcome(&values, from: nil, to: status, context)
    return insert(.opportunity, values, context)
  }

  mutating func updateOpportunity(
    _ opportunity: Record, _ values: JSONObject, _ context: WriteContext
  ) throws(Refusal) -> Record {
    var values = values
    let before = directory.opportunityStatus(opportunity.text("status_id"))
    let after = try opportunityStatus(values) ?? before
    values["status"] = nil
    values["status_id"] = after.map { .string($0.id) }
    World.setNotes(&values)
    setOutcome(&values, from: before, to: after, context)
    let changed = change(opportunity, values, context)
    if let before, let after, before.id != after.id {
      let object = changed.object
      let won = object["date_won"]?.string.map { $0 + "T00:00:00+00:00" }
      insert(
        .opportunityStatusChange,
        [
          "lead_id": .text(changed.leadID), "user_id": .string(context.userID),
          "contact_id": object["contact_id"] ?? nil, "opportunity_id": .string(changed.id),
          "old_status_id": .string(before.id), "new_status_id": .string(after.id),
          "opportunity_confidence": object["confidence"] ?? nil, "opportunity_date_won": .text(won),
          "opportunity_value": object["value"] ?? nil,
          "opportunity_value_period": object["value_period"] ?? nil,
          "opportunity_value_formatted": object["value_formatted"] ?? nil,
        ], context)
    }
    return changed
  }

  /// The status that a write names by id, by label, or by its pipeline; nil when it names none.
  private func opportunityStatus(_ values: JSONObject) throws(Refusal) -> Directory.Status? {
    let pipeline = values["pipeline_id"]?.string
    let choices = directory.opportunityStatuses.filter { pipeline == nil || $0.pipelineID == pipeline }
    if let id = values["status_id"]?.string {
      guard let status = choices.first(where: { $0.id == id }) else {
        throw .field("status_id", "The status does not belong to the pipeline.")
      }
      return status
    }
    if let label = values["status"]?.string {
      guard let status = choices.first(where: { $0.label == label || $0.id == label }) else {
        throw .field("status", "Not a valid choice.")
      }
      return status
    }
    return pipeline == nil ? nil : choices.first
  }

  /// Winning dates the deal today unless told otherwise; leaving the status does not undo that.
  private func setOutcome(
    _ values: inout JSONObject, from before: Directory.Status?, to after: Directory.Status?,
    _ context: WriteContext
  ) {
    guard let after, after.id != before?.id else { return }
    if after.type == "won", before?.type != "won", values["date_won"]?.string == nil {
      values["date_won"] = .string(context.today)
    }
    if after.type == "lost", before?.type != "lost" { values["date_lost"] = .string(dates.text(context.now)) }
  }

  /// Notes are kept as text and as HTML; whoever writes one writes both, and HTML counts more.
  static func setNotes(_ values: inout JSONObject) {
    if let html = values["note_html"]?.string {
      values["note"] = .string(RichText.plain(html))
    } else if let text = values["note"] {
      values["note"] = .string(text.string ?? "")
      values["note_html"] = .string(RichText.html(text.string ?? ""))
    }
  }
}
