import JSONBytes

extension LeadGenerator {
  mutating func addOpportunities() {
    for _ in 0..<random.weighted([45, 35, 15, 5]) {
      let status = cast.opportunityStatuses[random.weighted(opportunityWeights)]
      let start = moment(after: created)
      let end = moment(after: start)
      let note = random.chance(0.2) ? "" : random.pick(Vocabulary.remarks)
      var values: JSONObject = [
        "lead_id": .string(leadID), "user_id": .string(owner), "status_id": .string(status.id),
        "contact_id": random.chance(0.5) ? .text(contacts.first?.id) : nil,
        "confidence": .int(status.type == "won" ? 100 : status.type == "lost" ? 0 : random.below(19) * 5 + 5),
        "note": .string(note), "note_html": .string(RichText.html(note)),
        "value": random.chance(0.05) ? nil : .int((1 + random.below(400)) * 2500),
        "value_period": .string(random.pick(["one_time", "monthly", "annual"])),
        "date_won": status.type == "won" ? .string(end.dateText) : nil,
        "date_lost": status.type == "lost" ? text(end) : nil,
      ]
      addCustomFields(cast.opportunityFields, to: &values)
      let id = add(.opportunity, values, created: start, updated: end)
      if options.activities > 0, status.type != "active" {
        addStatusChange(of: id, to: status.id, values, at: end)
      }
    }
  }

  private var opportunityWeights: [Int] { cast.opportunityStatuses.map { $0.type == "active" ? 20 : 10 } }

  private mutating func addStatusChange(
    of id: String, to status: String, _ values: JSONObject, at end: Timestamp
  ) {
    let won = values["date_won"]?.string.map { $0 + "T00:00:00+00:00" }
    add(
      .opportunityStatusChange,
      [
        "lead_id": .string(leadID), "user_id": .string(owner), "opportunity_id": .string(id),
        "old_status_id": .string(cast.opportunityStatuses[0].id), "new_status_id": .string(status),
        "opportunity_confidence": values["confidence"] ?? nil, "opportunity_date_won": .text(won),
        "opportunity_value": values["value"] ?? nil,
        "opportunity_value_period": values["value_period"] ?? nil,
        "opportunity_value_formatted": .text(Money.text(values["value"]?.int, currency: "USD")),
      ], created: end)
  }

  mutating func addTasks() {
    for _ in 0..<random.weighted([20, 35, 25, 15, 5]) {
      switch random.weighted([70, 8, 8, 4, 3, 2, 2, 2, 1]) {
      case 0: addLeadTask()
      // Somebody has to be called.
      case 1 where contacts.isEmpty: addLeadTask()
      case 1: addNotice("outgoing_call", prefix: "task_", ["text": "Qualify this lead"])
      case 2:
        addNotice(
          "incoming_email",
          [
            "subject": "December metrics", "body_preview": .string(random.pick(Vocabulary.paragraphs)),
            "emails": [.string(ids.next(.email))], "object_type": "emailthread",
          ])
      case 3:
        addNotice(
          "email_followup",
          [
            "subject": "I have an offer for you", "body_preview": "Please respond if you're interested",
            "email_id": .string(ids.next(.email)), "object_type": "emailthread",
          ])
      case 4: addNotice("missed_call", phoneKeys(["object_type": "call"]))
      case 5:
        addNotice(
          "voicemail",
          phoneKeys([
            "object_type": "call", "voicemail_duration": .int(random.below(90) + 3),
            "voicemail_url": "https://recordings.example.com/voicemail.mp3",
          ]))
      case 6:
        addNotice(
          "answered_detached_call",
          phoneKeys(["object_type": "call", "recording_url": "https://recordings.example.com/call.mp3"]))
      case 7:
        addNotice(
          "opportunity_due",
          [
            "object_type": "opportunity", "opportunity_note": "", "opportunity_value": 130_000,
            "opportunity_value_currency": "USD", "opportunity_value_formatted": "$1,300",
            "opportunity_value_period": "one_time",
          ])
      default:
        addNotice(
          "incoming_sms",
          [
            "object_type": "sms", "attachments": [], "local_phone": .string(cast.phones[0]),
            "remote_phone": .text(contacts.first?.phone), "text": .string(random.pick(Vocabulary.smsTexts)),
          ])
      }
    }
  }

  private mutating func addLeadTask() {
    let start = moment(after: created)
    let due = start.adding(seconds: Int64(random.below(60) + 1) * 86_400)
    let isDone = random.chance(0.6)
    let end = isDone ? moment(after: start) : random.chance(0.5) ? start : moment(after: start)
    // Close sends a plain day, or the day's midnight, or the very time that was chosen.
    let date: JSONValue =
      switch random.below(4) {
      case 0: text(due.startOfDay)
      case 1: text(due)
      default: .string(due.dateText)
      }
    let words = random.chance(0.05) ? "" : random.pick(Vocabulary.taskTexts)
    let id = add(
      .task,
      [
        "lead_id": .string(leadID), "assigned_to": .string(owner), "text": .string(words), "date": date,
        "is_complete": .bool(isDone), "contact_id": random.chance(0.3) ? .text(contacts.first?.id) : nil,
      ], created: start, updated: end)
    guard isDone, options.activities > 0 else { return }
    add(
      .taskCompleted,
      [
        "lead_id": .string(leadID), "user_id": .string(owner), "task_id": .string(id),
        "task_text": .string(words), "task_assigned_to": .string(owner),
      ], created: end)
  }

  /// A task that Close makes by itself; its id begins with `noti_`.
  private mutating func addNotice(_ type: String, prefix: String = "noti_", _ extra: JSONObject) {
    let start = moment(after: created)
    var values: JSONObject = [
      "_type": .string(type), "lead_id": .string(leadID), "assigned_to": .string(owner),
      "contact_id": .text(contacts.first?.id), "date": text(start), "is_complete": .bool(random.chance(0.5)),
    ]
    for (key, value) in extra { values[key] = value }
    if extra["object_type"] != nil {
      values["object_id"] = .string(
        ids.next(prefix: type == "opportunity_due" ? "oppo_" : "acti_", length: 43))
    }
    add(
      .task, id: ids.next(prefix: prefix, length: 43), values, created: start, updated: moment(after: start))
  }

  private func phoneKeys(_ extra: JSONObject) -> JSONObject {
    var keys = extra
    keys["phone"] = .text(contacts.first?.phone)
    keys["phone_formatted"] = .text(contacts.first?.phone.flatMap { PhoneNumber($0)?.formatted })
    keys["phone_number_description"] = "California"
    keys["local_phone"] = .string(cast.phones[0])
    return keys
  }
}
