import JSONBytes

extension OrganisationGenerator {
  /// Adds what leads refer to: accounts, templates, sequences.
  mutating func addTools(_ cast: inout Cast) {
    for (index, user) in cast.users.enumerated() {
      let email = JSONValue.string(cast.userEmails[index])
      let identity: JSONValue = ["email": email, "name": .text(cast.userNames[user])]
      cast.accounts.append(
        add(
          .connectedAccount,
          [
            "_type": .string(["google", "microsoft", "custom_email"][index % 3]), "email": email,
            "identities": [identity], "default_identity": identity, "synced_calendars": [email],
            "user_id": .string(user),
          ], daysAgo: 500))
      add(
        .phoneNumber,
        [
          "label": "Primary Number", "number": .string(cast.phones[index]),
          "number_formatted": .text(PhoneNumber(cast.phones[index])?.formatted), "user_id": .string(user),
        ], daysAgo: 480)
    }
    add(
      .phoneNumber,
      [
        "label": "Group Number", "number": "+16508881234", "number_formatted": "+1 650-888-1234",
        "is_group_number": true, "participants": .array(cast.users.prefix(3).map { .string($0) }),
      ], daysAgo: 470)
    for (index, subject) in Vocabulary.subjects.prefix(6).enumerated() {
      cast.templates.append(
        add(
          .emailTemplate,
          [
            "name": .string("Cold \(index + 1)"), "subject": .string(subject),
            "body": .string(Vocabulary.paragraphs[index]), "is_shared": .bool(index.isMultiple(of: 2)),
            "is_archived": .bool(index == 5),
          ], daysAgo: 450 - Double(index * 50), by: cast.users[index % cast.users.count]))
    }
    for name in ["New trial", "Win back"] {
      cast.sequences.append((addSequence(name, cast), name))
    }
    for text in Vocabulary.smsTexts.prefix(2) {
      add(
        .smsTemplate,
        [
          "name": .string("SMS: \(text.prefix(12))"), "text": .string(text),
          "owned_by": .string(cast.users[0]),
        ],
        daysAgo: 200, by: cast.users[0])
    }
  }

  private mutating func addSequence(_ name: String, _ cast: Cast) -> String {
    let style = DateStyle(options)
    let steps: [JSONValue] = ["email", "call", "email"].enumerated().map { index, type in
      let date = JSONValue.string(style.text(now.daysAgo(400), isNaive: true))
      return [
        "created_by_id": .string(cast.users[0]), "date_created": date, "date_updated": date,
        "delay": .int(86_400 * (index + 1)),
        "email_template_id": type == "email" ? .string(cast.templates[index]) : nil,
        "id": .string(ids.next(prefix: "seqstep_", length: 22)), "required": true, "step_allowed_delay": nil,
        "step_type": .string(type), "threading": type == "email" ? "old_thread" : nil,
        "updated_by_id": .string(cast.users[0]),
      ]
    }
    return add(
      .sequence, ["name": .string(name), "steps": .array(steps), "timezone": "US/Eastern"], daysAgo: 400,
      by: cast.users[0])
  }

  /// Adds what refers to leads and contacts: views, subscriptions, comments, bulk actions and the like.
  mutating func addCollections(_ cast: Cast) {
    let user = cast.users[0]
    let contacts = records.lazy.filter { $0.kind == .contact && $0.text("lead_id") != nil }.prefix(12)
    for (index, contact) in Array(contacts).enumerated() {
      let object = contact.object
      add(
        .sequenceSubscription,
        [
          "contact_id": .string(contact.id), "lead_id": object["lead_id"] ?? nil,
          "contact_email": object["emails"]?.array?.first?["email"] ?? nil,
          "calls_assigned_to": [.string(user)],
          "sender_account_id": .string(cast.accounts[0]), "sender_email": .string(cast.userEmails[0]),
          "sender_name": .text(cast.userNames[user]),
          "sequence_id": .string(cast.sequences[index % 2].id),
          "status": .string(["active", "paused", "finished", "goal"][index % 4]),
          "status_reason": index % 4 == 1 ? "manual" : nil,
        ], daysAgo: 20 + Double(index), by: user)
    }
    addViews(cast)
    for note in records.filter({ $0.kind == .note }).prefix(3) { addComments(on: note, cast) }
    addBulkActions(cast)
    add(
      .sendAs, ["allowing_user_id": .string(user), "allowed_user_id": .string(cast.users[1])], daysAgo: 100)
    add(.blockedNumber, ["phone": "+15553334444", "reason": "Unwanted caller"], daysAgo: 30, by: user)
    for email in ["jane@example.org", "bob@example.org"] {
      add(.unsubscribedEmail, id: email, [:], daysAgo: 60)
    }
    add(
      .schedulingLink,
      [
        "name": "30 Minute Meeting", "url": "https://calendly.com/ana/30min", "duration_in_minutes": 30,
        "source": "CALENDLY", "source_type": "Solo", "user_id": .string(user),
      ], daysAgo: 100)
    add(
      .sharedSchedulingLink, ["name": "Team meeting", "template_tag": "team_meeting"], daysAgo: 90)
    add(
      .webhook,
      [
        "url": "https://hooks.example.com/close", "events": [["action": "created", "object_type": "lead"]],
        "signature_key": .string(String(repeating: "5f", count: 32)),
      ], daysAgo: 200, by: user)
    add(
      .playbook,
      [
        "name": "Discovery Call", "description": "Initial discovery call with prospect.", "position": 0,
        "outcome_ids": .array(cast.outcomes.prefix(2).map { .string($0) }),
        "custom_field_ids": [.string(cast.leadFields[0].id)],
      ], daysAgo: 120, by: user)
  }

  private mutating func addViews(_ cast: Cast) {
    for (name, type) in [
      ("All Leads", "lead"), ("Customers", "lead"), ("All Contacts", "contact"), ("Won deals", "opportunity"),
    ] {
      var queries: [JSONValue] = [["type": "object_type", "object_type": .string(type)]]
      if name == "Customers" {
        queries.append([
          "type": "field_condition",
          "field": ["type": "regular_field", "object_type": "lead", "field_name": "status_id"],
          "condition": [
            "type": "reference", "reference_type": "status.lead",
            "object_ids": [.string(cast.leadStatuses[3])],
          ],
        ])
      }
      let id = add(
        .smartView,
        [
          "name": .string(name), "type": .string(type), "is_shared": true, "user_id": .string(cast.users[0]),
          "s_query": [
            "query": ["type": "and", "queries": .array(queries), "negate": false], "results_limit": nil,
            "sort": [],
          ],
        ], daysAgo: 300)
      guard name == "Customers" else { continue }
      add(.dialer, ["source_value": .string(id), "user_id": .string(cast.users[1])], daysAgo: 150)
    }
  }

  private mutating func addComments(on note: Record, _ cast: Cast) {
    let thread = add(
      .commentThread,
      [
        "lead_id": .text(note.leadID), "num_comments": 2, "object_id": .string(note.id),
        "object_type": "activity.note", "participating": [.string(cast.users[0]), .string(cast.users[1])],
      ], daysAgo: 15)
    for user in cast.users.prefix(2) {
      add(
        .comment,
        [
          "body": .string("<body><p>\(random.pick(Vocabulary.remarks))</p></body>"),
          "lead_id": .text(note.leadID), "object_id": .string(note.id), "thread_id": .string(thread),
        ], daysAgo: 14, by: user)
    }
  }

  private mutating func addBulkActions(_ cast: Cast) {
    let query: JSONValue = ["type": "object_type", "object_type": "lead"]
    let done: JSONObject = [
      "n_leads": 77, "n_leads_processed": 77, "n_objects": 77, "n_objects_processed": 77, "s_query": query,
      "status": "done", "send_done_email": false,
    ]
    let extras: [(Kind, JSONObject)] = [
      (.bulkDelete, [:]), (.bulkEdit, ["lead_status_id": .string(cast.leadStatuses[1])]),
      (.bulkEmail, ["template_id": .string(cast.templates[0]), "sender": .string(cast.userEmails[0])]),
      (.bulkSequence, ["sequence_id": .string(cast.sequences[0].id)]),
      (.export, ["format": "csv", "type": "leads", "fields": ["id", "name"], "n_docs": 77]),
    ]
    for (kind, extra) in extras {
      var values = done
      for (key, value) in extra { values[key] = value }
      if kind == .export {
        for key in Array(values.keys) where key.hasPrefix("n_leads") || key.hasPrefix("n_obj") {
          values[key] = nil
        }
      }
      add(kind, values, daysAgo: 50, by: cast.users[0])
    }
  }
}
