import JSONBytes

extension Resource {
  /// The activity types, each with its own path below `/activity/`.
  static let activities: [Resource] = [
    activity(
      .note, "note", "Note", event: "activity.note",
      fields: [
        .text("note"), .text("note_html"), .text("title"), .flag("pinned"), .anything("attachments"),
      ],
      extra: [
        "attachments": [], "note": "", "note_html": "<body><p></p></body>", "note_mentions": [],
        "pinned": false, "pinned_at": nil, "source": "api", "title": nil,
      ]),
    activity(
      .call, "call", "Call", event: "activity.call",
      fields: [
        .choice(
          "status", "created", "in-progress", "completed", "cancel", "no-answer", "busy", "failed",
          "timeout"),
        .choice("direction", "outbound", "inbound").onCreate, .rule("duration", .integer(0...864_000)),
        .rule("phone", .phone), .text("note"), .text("note_html"), .rule("recording_url", .url),
        .rule("voicemail_url", .url), .reference("outcome_id", .outcome), .anything("source").onCreate,
        .choice(
          "disposition", "answered", "no-answer", "vm-answer", "vm-left", "busy", "blocked", "error",
          "abandoned"), .anything("quality_info"), .anything("playbook_id"),
        .anything("conversation_type_id"),
      ],
      extra: [
        "call_method": "external", "cost": "0", "dialer_id": nil, "dialer_saved_search_id": nil,
        "direction": "outbound", "disposition": "answered", "duration": 0, "has_recording": false,
        "local_country_iso": nil, "local_phone": nil, "local_phone_formatted": nil, "note": "",
        "note_html": "<body><p></p></body>", "outcome_id": nil, "phone": nil, "recording_url": nil,
        "remote_country_iso": nil, "remote_phone": nil, "remote_phone_formatted": nil, "source": "External",
        "status": "completed", "voicemail_duration": nil, "voicemail_url": nil,
      ]),
    activity(
      .email, "email", "Email", maxSkip: 250_000, event: "activity.email",
      fields: [
        .choice("status", "inbox", "draft", "scheduled", "outbox", "sent", "error").required,
        .text("subject"), .text("sender"), .rule("to", .list(.text())), .rule("cc", .list(.text())),
        .rule("bcc", .list(.text())), .text("body_text", max: 1_000_000), .text("body_html", max: 1_000_000),
        .choice("direction", "incoming", "outgoing"), .reference("template_id", .emailTemplate),
        .anything("account_id"), .reference("in_reply_to_id", .email), .reference("thread_id", .emailThread),
        .anything("attachments"), .anything("opens"), .instant("date_scheduled"), .instant("date_sent"),
        .rule("send_in", .integer(0...59)), .anything("followup_date"),
        .anything("followup_sequence_delay"), .anything("followup_sequence_id"),
      ],
      extra: emailKeys),
    activity(
      .emailThread, "emailthread", "EmailThread", verbs: [.list, .read, .delete],
      event: "activity.email_thread",
      extra: ["emails": [], "latest_normalized_subject": "", "n_emails": 0, "participants": []]),
    activity(
      .sms, "sms", "SMS", event: "activity.sms",
      fields: [
        .choice("status", "inbox", "draft", "scheduled", "outbox", "sent", "error").required,
        .rule("local_phone", .phone), .rule("remote_phone", .phone), .text("text"),
        .choice("direction", "inbound", "outbound"), .reference("template_id", .smsTemplate),
        .anything("source"), .anything("attachments"), .instant("date_scheduled"),
        .rule("send_in", .integer(0...59)), .instant("date_sent"),
      ],
      extra: [
        "attachments": [], "cost": nil, "date_scheduled": nil, "date_sent": nil, "direction": "outbound",
        "error_message": nil, "local_country_iso": nil, "local_phone": nil, "local_phone_formatted": nil,
        "remote_country_iso": nil, "remote_phone": nil, "remote_phone_formatted": nil, "source": "Close.io",
        "status": "draft", "template_id": nil, "text": "",
      ]),
    activity(
      .whatsAppMessage, "whatsapp_message", "WhatsAppMessage", event: "activity.whatsapp_message",
      filters: .equal("external_whatsapp_message_id"),
      fields: [
        .choice("direction", "incoming", "outgoing").required, .text("external_whatsapp_message_id").required,
        .rule("local_phone", .phone).required, .rule("remote_phone", .phone).required,
        .text("message_markdown").required, .anything("attachments"), .rule("integration_link", .url),
        .reference("response_to_id", .whatsAppMessage),
      ],
      extra: [
        "attachments": [], "direction": "outgoing", "external_whatsapp_message_id": nil,
        "integration_link": nil, "integration_name": "API", "local_phone": nil, "local_phone_formatted": nil,
        "message_html": "", "message_markdown": "", "remote_phone": nil, "remote_phone_formatted": nil,
        "response_to_id": nil, "source": "api", "text": "",
      ]),
    activity(
      .meeting, "meeting", "Meeting", verbs: [.list, .read, .update, .delete], event: "activity.meeting",
      filters: .equal("provider_calendar_event_id") + .date("starts_at"),
      fields: [.text("user_note_html"), .reference("outcome_id", .outcome), .anything("playbook_id")],
      extra: meetingKeys),
    activity(
      .created, "created", "Created", verbs: .readOnly, extra: ["import_id": nil, "source": "api"]),
    activity(
      .leadStatusChange, "status_change/lead", "LeadStatusChange", verbs: [.list, .create, .read, .delete],
      event: "activity.lead_status_change",
      fields: [
        .reference("old_status_id", .leadStatus).required, .reference("new_status_id", .leadStatus).required,
      ],
      extra: [
        "new_status_id": nil, "new_status_label": nil, "old_status_id": nil, "old_status_label": nil,
      ]),
    activity(
      .opportunityStatusChange, "status_change/opportunity", "OpportunityStatusChange",
      verbs: [.list, .create, .read, .delete], event: "activity.opportunity_status_change",
      filters: .equal("opportunity_id"),
      fields: [
        .reference("opportunity_id", .opportunity).required,
        .reference("old_status_id", .opportunityStatus).required,
        .reference("new_status_id", .opportunityStatus).required,
      ],
      extra: [
        "new_pipeline_id": nil, "new_pipeline_name": nil, "new_status_id": nil, "new_status_label": nil,
        "new_status_type": nil, "old_pipeline_id": nil, "old_pipeline_name": nil, "old_status_id": nil,
        "old_status_label": nil, "old_status_type": nil, "opportunity_confidence": nil,
        "opportunity_date_won": nil, "opportunity_id": nil, "opportunity_value": nil,
        "opportunity_value_currency": "USD", "opportunity_value_formatted": nil,
        "opportunity_value_period": nil,
      ]),
    activity(
      .taskCompleted, "task_completed", "TaskCompleted", verbs: [.list, .read, .delete],
      event: "activity.task_completed",
      extra: ["task_assigned_to": nil, "task_assigned_to_name": nil, "task_id": nil, "task_text": nil]),
    activity(
      .leadMerge, "lead_merge", "LeadMerge", verbs: .readOnly, event: "lead_merge",
      extra: [
        "destination_display_name": nil, "destination_lead_id": nil, "error_message": nil,
        "merge_status": "completed", "source_display_name": nil, "source_lead_id": nil,
      ]),
    activity(
      .customActivity, "custom", "CustomActivity", event: "activity.custom_activity",
      filters: [Filter].many("custom_activity_type_id").onlyWithLead,
      fields: [
        .reference("custom_activity_type_id", .customActivityType).required.immutable,
        .choice("status", "draft", "published"), .flag("pinned"),
      ],
      extra: [
        "custom_activity_type_id": nil, "last_published_at": nil, "mentions": [], "mentions_updated_at": nil,
        "pinned": false, "pinned_at": nil, "source": "api", "status": "published",
      ]),
    activity(
      .formSubmission, "form_submission", "FormSubmission", verbs: [.list, .read, .delete],
      event: "activity.form_submission", filters: .many("form_id"),
      extra: [
        "form_configuration_id": nil, "form_id": nil, "ip_address": nil, "origin": nil, "source_url": nil,
        "source_url_normalized": nil, "values": .object(JSONObject()),
        "values_by_name": .object(JSONObject()),
      ]),
    activity(
      .importUpdate, "import_update", "ImportUpdate", verbs: .readOnly,
      extra: ["import_id": nil, "reverted": false]),
  ]

  /// `/activity/`, which lists all types together.
  static let allActivities = Resource(
    .note, "activity", "acti_", verbs: .list, filters: activityFilters, template: .object(JSONObject()))

  private static func activity(
    _ kind: Kind, _ path: String, _ type: String, verbs: Verbs = .all, maxSkip: Int? = nil,
    event: String? = nil, filters: [Filter] = [], fields: [FieldRule] = [], extra: JSONValue
  ) -> Resource {
    let base: [FieldRule] = [
      .reference("lead_id", .lead).onCreate, .reference("contact_id", .contact), .reference("user_id", .user),
      .instant("activity_at"), .text("organization_id").onCreate,
    ]
    var template: JSONValue = [
      "_type": .string(type), "activity_at": nil, "contact_id": nil, "created_by": nil,
      "created_by_name": nil, "date_created": nil, "date_updated": nil, "id": nil, "lead_id": nil,
      "organization_id": nil, "updated_by": nil, "updated_by_name": nil, "user_id": nil, "user_name": nil,
      "users": [],
    ]
    for (key, value) in extra.object ?? JSONObject() { template[key] = value }
    return Resource(
      kind, "activity/" + path, "acti_", verbs: verbs, maxSkip: maxSkip, filters: activityFilters + filters,
      event: event, fields: base + fields + FieldRule.origin, template: template)
  }

  /// What every activity list can be narrowed down by.
  static let activityFilters: [Filter] =
    .many("lead_id") + .ids + .equal("organization_id")
    + [Filter].many("user_id", "contact_id", "_type").onlyWithLead
    + [Filter].range("date_created", "activity_at").toTheSecond

  private static let emailKeys: JSONValue = [
    "attachments": [], "bcc": [], "body_html": "", "body_html_quoted": nil, "body_preview": "",
    "body_text": "", "body_text_quoted": nil, "bulk_email_action_id": nil, "cc": [], "date_scheduled": nil,
    "date_sent": nil, "direction": "outgoing", "email_account_id": nil, "envelope": nil,
    "followup_sequence_add_cc_bcc": false, "followup_sequence_delay": nil, "has_reply": false,
    "in_reply_to_id": nil, "message_ids": [], "need_smtp_credentials": false, "opens": [],
    "opens_summary": nil, "references": [], "send_as_id": nil, "send_attempts": [], "sender": nil,
    "sequence_id": nil, "sequence_name": nil, "sequence_subscription_id": nil, "status": "draft",
    "subject": "", "template_id": nil, "template_name": nil, "thread_id": nil, "to": [],
  ]

  private static let meetingKeys: JSONValue = [
    "actual_duration": nil, "attached_call_ids": [], "attendees": [], "calendar_event_link": nil,
    "calendar_event_uids": [], "conference_links": [], "connected_account_id": nil,
    "conversation_type_id": nil, "conversation_type_reason": nil, "duration": 1800, "ends_at": nil,
    "integrations": [], "is_recurring": false, "location": "", "note": "", "notetaker_id": nil,
    "outcome_autofill_confidence": nil, "outcome_autofill_reasoning": nil, "outcome_id": nil,
    "outcome_reason": nil, "playbook_id": nil, "playbook_reason": nil, "provider_calendar_event_id": nil,
    "provider_calendar_ids": ["primary"], "provider_calendar_type": "google", "source": "calendar",
    "starts_at": nil, "status": "upcoming", "summary": nil, "title": "", "user_note": nil,
    "user_note_date_updated": nil, "user_note_html": nil, "user_note_mentions": [],
  ]
}
