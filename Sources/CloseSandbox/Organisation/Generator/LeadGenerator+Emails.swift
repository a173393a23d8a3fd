import JSONBytes

extension LeadGenerator {
  /// A conversation of one to three e-mails, and the thread that holds them.
  mutating func addThread() {
    let threadID = ids.next(.emailThread)
    let subject = String(
      random.pick(Vocabulary.subjects).split(separator: "{company}", omittingEmptySubsequences: false)
        .joined(separator: company))
    var last = moment(after: created)
    var emails: [JSONObject] = []
    for number in 0..<random.weighted([60, 25, 15]) + 1 {
      if number > 0 { last = moment(after: last) }
      emails.append(addEmail(number, threadID, subject, at: last))
    }
    let stripped = emails.reversed().map { JSONValue.object(EmailText.stripped($0)) }
    add(
      .emailThread, id: threadID,
      [
        "lead_id": .string(leadID), "contact_id": .text(contacts.first?.id), "user_id": .string(owner),
        "emails": .array(stripped), "latest_normalized_subject": .string(subject),
        "n_emails": .int(emails.count), "users": [.string(owner)], "activity_at": text(last),
        "participants": .array(
          contacts.prefix(1).map { ["email": .text($0.email), "name": .string($0.name)] }
            + [["email": .string(cast.userEmails[0]), "name": .text(cast.userNames[owner])]]),
      ], created: emails.first.flatMap { $0["date_created"]?.string.flatMap { Timestamp($0) } } ?? last,
      updated: last)
  }

  private mutating func addEmail(_ number: Int, _ thread: String, _ subject: String, at start: Timestamp)
    -> JSONObject
  {
    let isIncoming = number.isMultiple(of: 2) ? random.chance(0.3) : random.chance(0.7)
    let body = emailBody()
    let their = contacts.first?.email ?? "info@\(domain)"
    let our = cast.userEmails[cast.users.firstIndex(of: owner) ?? 0]
    let status = isIncoming ? "inbox" : random.chance(0.04) ? "draft" : "sent"
    let message = "<\(index).\(records.count)@mail.example.com>"
    let sender = isIncoming ? their : "\(cast.userNames[owner] ?? "") <\(our)>"
    let isOpened = !isIncoming && random.chance(0.4)
    let html = RichText.html(body)
    let values: JSONObject = [
      "lead_id": .string(leadID), "contact_id": .text(contacts.first?.id), "user_id": .string(owner),
      "direction": isIncoming ? "incoming" : "outgoing", "status": .string(status),
      "subject": .string(subject),
      "sender": .string(sender), "to": [.string(isIncoming ? our : their)], "body_text": .string(body),
      "body_html": .string(html), "body_preview": .string(EmailText.preview(body)),
      "body_text_quoted": [["expand": true, "text": .string(body)]], "thread_id": .string(thread),
      "message_ids": status == "draft" ? [] : [.string(message)],
      "date_sent": status == "sent" ? text(start) : nil,
      "envelope": status == "draft"
        ? nil : EmailText.envelope(from: sender, to: isIncoming ? our : their, subject, message, start),
      "opens": isOpened
        ? [
          ["opened_at": text(moment(after: start)), "opened_by": .string(their), "ip_address": "203.0.113.7"]
        ] : [],
      "opens_summary": isOpened ? "Opened 1 time" : nil,
      "has_reply": .bool(number == 0 && random.chance(0.3)),
      "template_id": random.chance(0.1) ? .text(cast.templates.first) : nil,
    ]
    let updated = random.chance(0.6) ? start : moment(after: start)
    return addObject(.email, values, created: start, updated: updated).object
  }

  /// A few paragraphs; now and then a conversation quoted in full.
  private mutating func emailBody() -> String {
    let count = random.chance(0.02) ? 60 : 1 + random.below(4)
    var lines = ["Hi \(contacts.first.map { String($0.name.prefix { $0 != " " }) } ?? "there"),"]
    for _ in 0..<count { lines.append(random.pick(Vocabulary.paragraphs)) }
    lines.append("Best,\n\(cast.userNames[owner] ?? "")")
    return lines.joined(separator: "\n\n")
  }
}
