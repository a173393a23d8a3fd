import JSONBytes

extension LeadGenerator {
  /// About `activitiesPerLead` of them on average, together with those made for tasks and opportunities.
  mutating func addActivities() {
    add(
      .created,
      [
        "lead_id": .string(leadID), "user_id": .string(owner),
        "source": .string(random.pick(["api", "ui", "import"])),
      ],
      created: created)
    let mean = max(0, options.activities - 2.6)
    let count = Int(mean * 2 * Double(random.below(1000)) / 1000 + 0.5)
    for _ in 0..<count {
      switch random.weighted([24, 20, 24, 7, 4, 7, 6, 5, 2, 1, 1]) {
      case 0: addNote()
      case 1: addCall()
      case 2: addThread()
      case 3: addSMS()
      case 4: addWhatsApp()
      case 5: addMeeting()
      case 6: addLeadStatusChange()
      case 7: addCustomActivity()
      case 8: addFormSubmission()
      case 9: addImportUpdate()
      default: addLeadMerge()
      }
    }
  }

  /// The keys every activity of this lead starts with.
  private mutating func base(_ extra: JSONObject) -> JSONObject {
    var values: JSONObject = [
      "lead_id": .string(leadID), "contact_id": .text(contacts.first?.id), "user_id": .string(owner),
    ]
    for (key, value) in extra { values[key] = value }
    return values
  }

  private mutating func addNote() {
    let note = random.pick(Vocabulary.remarks)
    let isPinned = random.chance(0.05)
    let start = moment(after: created)
    let values = base([
      "note": .string(note), "note_html": .string(RichText.html(note)), "contact_id": nil,
      "title": random.chance(0.2) ? "Summary" : nil, "pinned": .bool(isPinned),
      "pinned_at": isPinned ? text(start) : nil, "source": random.chance(0.5) ? nil : "api",
    ])
    add(.note, values, created: start, updated: random.chance(0.7) ? start : moment(after: start))
  }

  private mutating func addCall() {
    let isInbound = random.chance(0.3)
    let isAnswered = random.chance(0.6)
    let note = random.chance(0.5) ? "" : random.pick(Vocabulary.remarks)
    let start = moment(after: created)
    let values = base([
      "direction": isInbound ? "inbound" : "outbound", "duration": .int(isAnswered ? random.below(1800) : 0),
      "disposition": isAnswered ? "answered" : "no-answer", "call_method": "regular",
      "cost": .string("\(random.below(6))"), "source": "Close.io", "note": .string(note),
      "note_html": .string(RichText.html(note)), "local_phone": .string(cast.phones[0]),
      "phone": .text(contacts.first?.phone), "remote_phone": .text(contacts.first?.phone),
      "outcome_id": random.chance(0.2) ? .string(random.pick(cast.outcomes)) : nil,
      "recording_url": random.chance(0.2) ? "https://recordings.example.com/call.mp3" : nil,
    ])
    add(
      .call, values, created: start,
      updated: start.adding(seconds: Int64(random.below(1800))).toTheMillisecond)
  }

  private mutating func addSMS() {
    let isInbound = random.chance(0.4)
    let start = moment(after: created)
    let values = base([
      "cost": .string("\(1 + random.below(3))"), "direction": isInbound ? "inbound" : "outbound",
      "status": isInbound ? "inbox" : "sent", "text": .string(random.pick(Vocabulary.smsTexts)),
      "date_sent": isInbound ? nil : text(start), "local_phone": .string(cast.phones[0]),
      "remote_phone": .text(contacts.first?.phone),
    ])
    add(.sms, values, created: start)
  }

  private mutating func addWhatsApp() {
    let message = random.pick(Vocabulary.smsTexts)
    let start = moment(after: created)
    let values = base([
      "direction": random.chance(0.5) ? "incoming" : "outgoing", "text": .string(message),
      "message_markdown": .string(message), "message_html": .string("<p>\(message)</p>"),
      "external_whatsapp_message_id": .string("wamid.\(index)\(records.count)"),
      "local_phone": .string(cast.phones[0]), "remote_phone": .text(contacts.first?.phone),
    ])
    add(.whatsAppMessage, values, created: start)
  }

  /// A meeting is dated by when it starts, which may be weeks ahead and after its last change.
  private mutating func addMeeting() {
    let change = moment(after: created)
    let isAhead = random.chance(0.15)
    let begin =
      isAhead
      ? now.adding(seconds: Int64(1 + random.below(40 * 24)) * 3600).toTheMillisecond
      : change.adding(seconds: Int64(random.below(72)) * 3600)
    let start = Timestamp(microseconds: begin.microseconds - begin.microseconds % (900 * Timestamp.second))
    let length = [1800, 2700, 3600][random.below(3)]
    let attendees: [JSONValue] = contacts.prefix(2).map {
      [
        "contact_id": .string($0.id), "email": .text($0.email), "is_organizer": false,
        "name": .string($0.name),
        "status": "noreply", "user_id": nil,
      ]
    }
    let organizer: JSONValue = [
      "contact_id": nil, "email": .string(cast.userEmails[0]), "is_organizer": true, "name": nil,
      "status": "yes", "user_id": .string(owner),
    ]
    let event = "ev\(index)\(records.count)"
    let values = base([
      "activity_at": text(start), "starts_at": text(start),
      "ends_at": text(start.adding(seconds: Int64(length))), "duration": .int(length),
      "status": start > now ? "upcoming" : random.chance(0.1) ? "canceled" : "completed",
      "title": .string("\(contacts.first?.name ?? company) – intro"),
      "attendees": .array(attendees + [organizer]),
      "location": "https://zoom.us/j/\(4_000_000 + index)", "users": [.string(owner)],
      "conference_links": [["type": "ZOOM", "url": .string("https://zoom.us/j/\(4_000_000 + index)")]],
      "note": "──────────\nJoin Zoom Meeting\n──────────", "calendar_event_uids": [.string(event)],
      "provider_calendar_event_id": .string(event), "connected_account_id": .text(cast.accounts.first),
      "outcome_id": random.chance(0.3) ? .string(cast.outcomes[0]) : nil,
    ])
    add(.meeting, values, created: start, updated: change)
  }

  private mutating func addLeadStatusChange() {
    let start = moment(after: created)
    add(
      .leadStatusChange,
      base([
        "contact_id": nil, "old_status_id": .string(cast.leadStatuses[0]),
        "new_status_id": .string(cast.leadStatuses[1 + random.below(cast.leadStatuses.count - 1)]),
      ]), created: start)
  }

  private mutating func addCustomActivity() {
    let type = random.pick(cast.activityTypes)
    let isDraft = random.chance(0.1)
    let start = moment(after: created)
    var values = base([
      "custom_activity_type_id": .string(type.id), "status": isDraft ? "draft" : "published",
      "last_published_at": isDraft ? nil : text(start), "source": random.chance(0.5) ? "ui" : "api",
    ])
    addCustomFields(type.fields, to: &values)
    add(.customActivity, values, created: start, updated: moment(after: start))
  }

  private mutating func addFormSubmission() {
    let form = random.pick(cast.forms)
    let answers = zip(
      form.fields, [contacts.first?.name, contacts.first?.email, random.pick(Vocabulary.remarks)])
    let start = moment(after: created)
    add(
      .formSubmission,
      base([
        "form_id": .string(form.id),
        "form_configuration_id": .string(ids.next(prefix: "formconf_", length: 22)),
        "ip_address": "192.0.2.\(random.below(250))", "origin": "https://www.example.com",
        "source_url": "https://www.example.com/contact?utm_source=search&utm_campaign=demo",
        "source_url_normalized": "www.example.com/contact", "user_id": nil,
        "values": .object(JSONObject(answers.map { ($0, JSONValue.text($1)) })),
      ]), created: start)
  }

  /// Another lead was merged into this one some time ago.
  private mutating func addLeadMerge() {
    add(
      .leadMerge,
      base([
        "contact_id": nil, "source_lead_id": .string(ids.next(.lead)), "destination_lead_id": .string(leadID),
        "source_display_name": "\(company) (old)", "destination_display_name": .string(company),
      ]), created: moment(after: created))
  }

  private mutating func addImportUpdate() {
    add(
      .importUpdate, base(["import_id": .string(ids.next(prefix: "bulk_", length: 43)), "contact_id": nil]),
      created: moment(after: created))
  }
}
