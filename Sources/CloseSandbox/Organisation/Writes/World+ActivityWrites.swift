import JSONBytes

/// Activities that people log.
extension World {
  mutating func createActivity(_ kind: Kind, _ values: JSONObject, _ context: WriteContext) throws(Refusal)
    -> Record
  {
    var values = values
    try setLead(&values)
    if values["user_id"]?.string == nil { values["user_id"] = .string(context.userID) }
    switch kind {
    case .note:
      World.setNotes(&values)
      setPin(&values, context)
    case .call: prepareCall(&values)
    case .email: try prepareEmail(&values, context)
    case .sms: prepareSMS(&values, context)
    case .whatsAppMessage: try prepareWhatsApp(&values)
    case .customActivity: try prepareCustomActivity(&values, context)
    case .opportunityStatusChange: prepareStatusChange(&values)
    default: break
    }
    let record = insert(kind, values, context)
    if kind == .email { refreshThread(of: record, context) }
    return record
  }

  mutating func updateActivity(_ record: Record, _ values: JSONObject, _ context: WriteContext)
    throws(Refusal) -> Record
  {
    var values = values
    var action: String?
    switch record.kind {
    case .note:
      World.setNotes(&values)
      setPin(&values, context)
    case .call:
      World.setNotes(&values)
      // What Close has measured itself cannot be changed.
      if record.text("source") != "External" {
        for key in ["status", "duration", "direction"] { values[key] = nil }
      }
      if let phone = values["phone"] { values["remote_phone"] = phone }
    case .email, .sms: action = try prepareDraft(record, &values, context)
    case .whatsAppMessage: World.setMessage(&values)
    case .meeting:
      if let html = values["user_note_html"] {
        values["user_note"] = .text(html.string.map { RichText.plain($0) })
        values["user_note_date_updated"] = .string(dates.text(context.now))
      }
    case .customActivity: try prepareCustomActivity(&values, context, existing: record)
    default: break
    }
    let changed = change(record, values, context, action: action)
    if record.kind == .email { refreshThread(of: changed, context) }
    return changed
  }

  /// An activity belongs to a lead, named by itself or by way of a contact.
  private func setLead(_ values: inout JSONObject) throws(Refusal) {
    guard values["lead_id"]?.string == nil else { return }
    guard let contact = values["contact_id"]?.string, let lead = live.find(.contact, contact)?.leadID else {
      throw .field("lead_id", "This field is required.")
    }
    values["lead_id"] = .string(lead)
  }

  private func setPin(_ values: inout JSONObject, _ context: WriteContext) {
    guard let isPinned = values["pinned"]?.bool else { return }
    values["pinned_at"] = isPinned ? .string(dates.text(context.now)) : .null
  }

  private func prepareCall(_ values: inout JSONObject) {
    World.setNotes(&values)
    values["remote_phone"] = values["phone"]
    if let source = values["source"]?.string, source != "Close.io" { values["source"] = "External" }
  }

  private func prepareStatusChange(_ values: inout JSONObject) {
    guard let opportunity = values["opportunity_id"]?.string.flatMap({ live.find(.opportunity, $0) })?.object
    else { return }
    values["opportunity_confidence"] = opportunity["confidence"]
    values["opportunity_date_won"] = .text(opportunity["date_won"]?.string.map { $0 + "T00:00:00+00:00" })
    for key in ["value", "value_period", "value_formatted", "value_currency"] {
      values["opportunity_" + key] = opportunity[key]
    }
  }

  /// Required fields must be there once an activity is published; a draft may lack them.
  private func prepareCustomActivity(
    _ values: inout JSONObject, _ context: WriteContext, existing: Record? = nil
  ) throws(Refusal) {
    setPin(&values, context)
    let before = existing?.object ?? JSONObject()
    let status = values["status"]?.string ?? before["status"]?.string ?? "published"
    values["status"] = .string(status)
    guard status == "published" else { return }
    let type = values["custom_activity_type_id"]?.string ?? before["custom_activity_type_id"]?.string ?? ""
    var problems = JSONObject()
    for field in directory.fields(of: type) where field.requiredBy.contains(type) {
      let key = "custom." + field.id
      if (values[key] ?? before[key])?.isNull ?? true { problems[key] = FieldProblem.required.body }
    }
    guard problems.isEmpty else { throw .fields(problems) }
    if before["status"]?.string != "published" {
      values["last_published_at"] = .string(dates.text(context.now))
    }
  }
}
