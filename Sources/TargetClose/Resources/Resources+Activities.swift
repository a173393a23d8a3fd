import CloseConnection

// Activities. See developer.close.com: Activities.

extension ResourceDefinition {
  static let note = activity(
    "note", type: "activity.note",
    fields: [
      Field.always(.text, "note", "title"), Field.always(.html, "note_html"),
      Field.always(.boolean, "pinned"),
      Field.always(.json, "attachments"), user("created_by_id", label: "created_by_name", use: .creation),
    ], required: ["lead_id"])

  static let call = activity(
    "call", type: "activity.call",
    fields: [
      Field.always(.text, "status", "note"), Field.always(.html, "note_html"),
      Field.creation(.text, "direction"),
      Field.always(.number, "duration"), Field.always(.phone, "phone"),
      Field.always(.url, "recording_url", "voicemail_url"), Field.reference(.local, "outcome_id"),
      Field.reference(.local, "playbook_id"), Field.reference(.local, "conversation_type_id"),
      user("created_by_id", label: "created_by_name", use: .creation),
    ], required: ["lead_id"])

  static let email = activity(
    "email", type: "activity.email",
    fields: [
      Field.always(.text, "status", "subject", "sender", "body_text"), Field.always(.html, "body_html"),
      Field.always(.texts, "to", "cc", "bcc"), Field.reference(.local, "template_id"),
      Field.reference(.local, "account_id"), Field.reference(.object("email"), "in_reply_to_id"),
      Field.always(.json, "attachments"), Field.always(.instant, "date_scheduled", "followup_date"),
      Field.always(.number, "send_in"),
    ], required: ["lead_id", "status"], sendingStatuses: ["outbox", "scheduled"])

  static let sms = activity(
    "sms", type: "activity.sms",
    fields: [
      Field.always(.text, "status", "text"), Field.creation(.text, "direction"),
      Field.always(.phone, "local_phone", "remote_phone"), Field.reference(.local, "template_id"),
      Field.always(.json, "attachments"), Field.always(.instant, "date_scheduled"),
      Field.always(.number, "send_in"),
    ], required: ["lead_id", "status"], sendingStatuses: ["outbox", "scheduled"])

  static let whatsAppMessage = activity(
    "whatsapp_message", type: "activity.whatsapp_message",
    fields: [
      Field.creation(.text, "direction", "external_whatsapp_message_id"),
      Field.always(.text, "message_markdown"), Field.always(.phone, "local_phone", "remote_phone"),
      Field.reference(.object("whatsapp_message"), "response_to_id"),
      Field.always(.json, "attachments"), Field.always(.url, "integration_link"),
    ],
    required: [
      "activity_at", "contact_id", "direction", "external_whatsapp_message_id", "lead_id", "local_phone",
      "message_markdown", "remote_phone",
    ])

  /// Calendars make meetings; only a person's remarks can be written.
  static let meeting = activity(
    "meeting", type: "activity.meeting",
    fields: [Field.update(.html, "user_note_html"), Field.reference(.local, "outcome_id", use: .update)],
    canCreate: false, readOnly: meetingReadOnly)

  static let customActivity = activity(
    "custom_activity", path: "activity/custom/", type: "activity.custom_activity",
    fields: [
      Field.reference(
        .activityType, "custom_activity_type_id", labels: "custom_activity_type", use: .creation),
      Field.always(.text, "status"), Field.always(.boolean, "pinned"),
      user("created_by_id", label: "created_by_name", use: .creation),
    ], required: ["custom_activity_type_id", "lead_id"], customFields: .activity)

  /// A line in a lead's history; it does not change the lead's status.
  static let leadStatusChange = activity(
    "lead_status_change", path: "activity/status_change/lead/", type: "activity.lead_status_change",
    fields: [
      Field.reference(.leadStatus, "old_status_id", labels: "old_status_label", use: .creation),
      Field.reference(.leadStatus, "new_status_id", labels: "new_status_label", use: .creation),
    ], required: ["lead_id", "old_status_id", "new_status_id"], canUpdate: false)

  /// A line in a lead's history; it does not change the opportunity's status.
  static let opportunityStatusChange = activity(
    "opportunity_status_change", path: "activity/status_change/opportunity/",
    type: "activity.opportunity_status_change",
    fields: [
      Field.reference(.object("opportunity"), "opportunity_id", use: .creation),
      Field.reference(.opportunityStatus, "old_status_id", labels: "old_status_label", use: .creation),
      Field.reference(.opportunityStatus, "new_status_id", labels: "new_status_label", use: .creation),
    ], required: ["opportunity_id", "lead_id", "old_status_id", "new_status_id"], canUpdate: false)

  private static func activity(
    _ name: String, path: String? = nil, type: String, fields: [[Field]], required: [String] = [],
    canCreate: Bool = true, canUpdate: Bool = true, customFields: CustomFieldScope? = nil,
    sendingStatuses: Set<String> = [], readOnly ownReadOnly: Set<String> = []
  ) -> ResourceDefinition {
    let shared = [
      Field.reference(.object("lead"), "lead_id", use: .creation),
      Field.reference(.object("contact"), "contact_id"),
      user("user_id", label: "user_name", use: .creation), Field.always(.instant, "activity_at"),
      Field.creation(.instant, "date_created"),
    ]
    return ResourceDefinition(
      name: name, path: path ?? "activity/\(name)/", fields: (shared + fields).flatMap(\.self),
      required: required, canCreate: canCreate, canUpdate: canUpdate, customFields: customFields,
      idPrefixes: ["acti_"], eventTypes: [type], sendingStatuses: sendingStatuses,
      silentlyDropped: readOnly.union(activityReadOnly).union(ownReadOnly))
  }

  /// What a calendar, Close or its assistant says of a meeting.
  private static let meetingReadOnly: Set<String> = [
    "actual_duration", "calendar_event_link", "calendar_event_uids", "conference_links",
    "connected_account_id", "conversation_type_id", "conversation_type_reason", "duration", "ends_at",
    "integrations", "is_recurring", "location", "note", "notetaker_id", "outcome_autofill_confidence",
    "outcome_autofill_reasoning", "outcome_reason", "playbook_id", "playbook_reason",
    "provider_calendar_event_id", "provider_calendar_ids", "provider_calendar_type", "starts_at", "status",
    "summary", "title", "transcripts", "user_note", "user_note_date_updated", "user_note_mentions",
  ]

  /// What Close keeps about activities of every type.
  private static let activityReadOnly: Set<String> = [
    "_type", "agent_action_reason", "agent_config_id", "attached_call_ids", "attendees", "body_html_quoted",
    "body_preview", "body_text_quoted", "bulk_email_action_id", "call_method", "coach_legs", "cost",
    "created_by", "date_answered", "date_scheduled", "date_sent", "dialer_id", "dialer_saved_search_id",
    "direction", "disposition", "email_account_id", "envelope", "error_message",
    "followup_sequence_add_cc_bcc", "followup_sequence_delay", "followup_sequence_id", "forwarded_to",
    "has_recording", "has_reply", "integration_name", "is_forwarded", "is_joinable", "is_to_group_number",
    "last_published_at", "local_country_iso", "local_phone", "local_phone_formatted", "mentions",
    "mentions_updated_at", "message_html", "message_ids", "need_smtp_credentials", "note_mentions", "opens",
    "opens_summary", "parent_meeting_id", "phone_formatted", "pinned_at", "quality_info",
    "recording_duration", "recording_expires_at", "references", "remote_country_iso", "remote_phone",
    "remote_phone_formatted", "send_as_id", "send_attempts", "sequence_id", "sequence_name",
    "sequence_subscription_id", "source", "template_name", "text", "thread_id", "transferred_from",
    "transferred_from_user_id", "transferred_to", "transferred_to_user_id", "users", "voicemail_duration",
    "old_pipeline_id", "old_pipeline_name", "new_pipeline_id", "new_pipeline_name", "old_status_type",
    "new_status_type", "old_status_label", "new_status_label", "opportunity_confidence",
    "opportunity_date_won", "opportunity_value", "opportunity_value_currency", "opportunity_value_formatted",
    "opportunity_value_period", "_paused_subscriptions",
  ]
}
