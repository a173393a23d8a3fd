import JSONBytes

/// E-mails, SMS and WhatsApp messages. Nothing is ever sent; what Close would have sent is counted.
extension World {
  /// Statuses that make Close send a message.
  private static let sending: Set = ["outbox", "scheduled"]
  /// Statuses in which an e-mail must say who it is from.
  private static let signed: Set = ["inbox", "scheduled", "outbox", "error"]

  func prepareEmail(_ values: inout JSONObject) throws(Refusal) {
    let status = values["status"]?.string ?? "draft"
    if World.signed.contains(status), values["sender"]?.string?.isEmpty ?? true {
      throw .field("sender", "This field is required.")
    }
    if values["direction"]?.string == nil {
      values["direction"] = status == "inbox" ? "incoming" : "outgoing"
    }
    if let text = values["body_text"]?.string, values["body_html"]?.string == nil {
      values["body_html"] = .string(RichText.html(text))
    } else if let html = values["body_html"]?.string, values["body_text"]?.string == nil {
      values["body_text"] = .string(RichText.plain(html))
    }
    if let text = values["body_text"]?.string { values["body_preview"] = .string(EmailText.preview(text)) }
  }

  mutating func prepareEmail(_ values: inout JSONObject, _ context: WriteContext) throws(Refusal) {
    try prepareEmail(&values)
    countSending(values)
    for key in ["subject", "body_text", "body_html"] where values[key]?.isNull == true { values[key] = "" }
    for key in ["send_in", "account_id", "followup_date"] { values[key] = nil }
    if values["status"]?.string == "sent", values["date_sent"]?.string == nil {
      values["date_sent"] = values["date_created"] ?? .string(dates.text(context.now))
    }
    let answered = values["in_reply_to_id"]?.string.flatMap { live.find(.email, $0) }
    if values["thread_id"]?.string == nil {
      values["thread_id"] = .string(answered?.text("thread_id") ?? makeThread(values, context).id)
    }
  }

  private mutating func makeThread(_ email: JSONObject, _ context: WriteContext) -> Record {
    var values: JSONObject = [
      "lead_id": email["lead_id"] ?? nil, "contact_id": email["contact_id"] ?? nil,
      "user_id": email["user_id"] ?? nil, "latest_normalized_subject": email["subject"] ?? "",
    ]
    for key in ["date_created", "activity_at"] { values[key] = email[key] }
    return insert(.emailThread, values, context)
  }

  /// The thread shows its e-mails, newest first, without their long texts.
  mutating func refreshThread(of email: Record, _ context: WriteContext) {
    guard let id = email.text("thread_id"), let lead = email.leadID, let thread = live.find(.emailThread, id)
    else { return }
    let emails = live.members(of: lead, .email).filter { $0.text("thread_id") == id }
      .sorted { Table.key($0, .created) > Table.key($1, .created) }
    let addresses = emails.flatMap { [$0.text("sender")] + ($0.value("to")?.array?.map(\.string) ?? []) }
      .compactMap { $0 }
    var participants: [JSONValue] = []
    for address in addresses.map(EmailText.address)
    where !participants.contains(where: { $0["email"] == address["email"] }) {
      participants.append(address)
    }
    let values: JSONObject = [
      "emails": .array(emails.map { .object(EmailText.stripped($0.object)) }), "n_emails": .int(emails.count),
      "latest_normalized_subject": emails.first?.value("subject") ?? "", "participants": .array(participants),
    ]
    change(thread, values, context)
  }

  mutating func deleteThread(_ thread: Record, _ context: WriteContext) {
    let emails = thread.leadID.map { live.members(of: $0, .email) } ?? []
    for email in emails where email.text("thread_id") == thread.id { remove(email, context) }
    remove(thread, context)
  }

  mutating func prepareSMS(_ values: inout JSONObject, _ context: WriteContext) {
    countSending(values)
    let status = values["status"]?.string ?? "draft"
    if values["direction"]?.string == nil { values["direction"] = status == "inbox" ? "inbound" : "outbound" }
    if status == "sent", values["date_sent"]?.string == nil {
      values["date_sent"] = .string(dates.text(context.now))
    }
    values["send_in"] = nil
  }

  func prepareWhatsApp(_ values: inout JSONObject) throws(Refusal) {
    for key in ["contact_id", "activity_at"] where values[key]?.string == nil {
      throw .field(key, "This field is required.")
    }
    World.setMessage(&values)
  }

  static func setMessage(_ values: inout JSONObject) {
    guard let text = values["message_markdown"]?.string else { return }
    values["text"] = .string(text)
    values["message_html"] = .string("<p>\(text)</p>")
  }

  /// Only drafts can be written on, and what was to be sent can be called back.
  ///
  /// Returns the event's action when it is not simply an update.
  mutating func prepareDraft(
    _ record: Record, _ values: inout JSONObject, _ context: WriteContext
  ) throws(Refusal) -> String? {
    let before = record.text("status") ?? "draft"
    guard before == "draft" || World.sending.contains(before) else {
      let contents = values.keys.filter { values[$0] != record.value($0) }
      if contents.isEmpty { return nil }
      throw .field(contents[0], "Only drafts can be changed.")
    }
    values["send_in"] = nil
    let status = values["status"]?.string ?? before
    if record.kind == .email {
      var whole = record.object
      for (key, value) in values { whole[key] = value }
      if let text = values["body_text"]?.string, values["body_html"] == nil {
        values["body_html"] = .string(RichText.html(text))
      }
      if let text = values["body_text"]?.string { values["body_preview"] = .string(EmailText.preview(text)) }
      if World.signed.contains(status), whole["sender"]?.string?.isEmpty ?? true {
        throw .field("sender", "This field is required.")
      }
    }
    if status != before { countSending(values) }
    guard status == "sent", before != "sent" else { return nil }
    values["date_sent"] = values["date_sent"] ?? .string(dates.text(context.now))
    return "sent"
  }

  private mutating func countSending(_ values: JSONObject) {
    if World.sending.contains(values["status"]?.string ?? "") { sentMessages += 1 }
  }
}
