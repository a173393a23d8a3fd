// Activities: what all share, and what each `_type` adds. See developer.close.com: Activities.

extension Shape {
  static let activity = Shape(
    .key("id"),
    .string("_type", "contact_id", "created_by_name", "lead_id", "updated_by_name", "user_id", "user_name"),
    .instant("activity_at"),
    .strings("users")
  ).merging([.authorship])

  static let note = activity.adding(
    .string("note", "note_html", "source", "title"), .boolean("pinned"), .instant("pinned_at"),
    .objects("attachments", "note_mentions"))

  static let call = activity.adding(
    .string(
      "call_method", "conversation_type_id", "cost", "dialer_id", "dialer_saved_search_id", "direction",
      "disposition", "forwarded_to", "local_country_iso", "local_phone", "local_phone_formatted", "note",
      "note_html",
      "outcome_id", "parent_meeting_id", "phone", "playbook_id", "recording_url", "remote_country_iso",
      "remote_phone", "remote_phone_formatted", "sequence_id", "sequence_name", "sequence_subscription_id",
      "source",
      "status", "transferred_from", "transferred_from_user_id", "transferred_to", "transferred_to_user_id",
      "voicemail_url"),
    .integer("duration", "recording_duration", "voicemail_duration"),
    .boolean("has_recording", "is_forwarded", "is_joinable", "is_to_group_number"),
    .instant("date_answered", "recording_expires_at"),
    .objects("coach_legs"), .object("quality_info"))

  static let email = activity.adding(
    .string(
      "agent_action_reason", "agent_config_id", "body_html", "body_preview", "body_text",
      "bulk_email_action_id",
      "direction", "email_account_id", "followup_sequence_id", "in_reply_to_id", "opens_summary",
      "send_as_id",
      "sender", "sequence_id", "sequence_name", "sequence_subscription_id", "status", "subject",
      "template_id",
      "template_name", "thread_id"),
    .integer("followup_sequence_delay"),
    .boolean("followup_sequence_add_cc_bcc", "has_reply", "need_smtp_credentials"),
    .instant("date_scheduled", "date_sent"),
    .strings("bcc", "cc", "message_ids", "references", "to"),
    .objects("attachments", "body_html_quoted", "body_text_quoted", "opens", "send_attempts"),
    .object("envelope"))

  static let emailThread = activity.adding(
    .string("latest_normalized_subject"), .integer("n_emails"),
    .objects("emails", "latest_emails", "participants"))

  static let sms = activity.adding(
    .string(
      "agent_action_reason", "agent_config_id", "cost", "direction", "error_message", "local_country_iso",
      "local_phone", "local_phone_formatted",
      "remote_country_iso", "remote_phone", "remote_phone_formatted", "sequence_id", "sequence_name",
      "sequence_subscription_id", "source", "status", "template_id", "text"),
    .instant("date_scheduled", "date_sent"), .objects("attachments"))

  static let whatsAppMessage = activity.adding(
    .string(
      "direction", "external_whatsapp_message_id", "integration_link", "integration_name", "local_phone",
      "local_phone_formatted", "message_html", "message_markdown", "remote_phone", "remote_phone_formatted",
      "response_to_id", "sequence_id", "sequence_name", "sequence_subscription_id", "source", "text"),
    .objects("attachments"))

  static let meeting = activity.adding(
    .string(
      "calendar_event_link", "connected_account_id", "conversation_type_id", "conversation_type_reason",
      "location",
      "note", "notetaker_id", "outcome_autofill_reasoning", "outcome_id", "outcome_reason", "playbook_id",
      "playbook_reason", "provider_calendar_event_id", "provider_calendar_type", "source", "status",
      "summary",
      "title", "user_note", "user_note_html"),
    .integer("actual_duration", "duration"), .number("outcome_autofill_confidence"),
    .boolean("is_recurring"),
    .instant("ends_at", "starts_at", "user_note_date_updated"),
    .strings("attached_call_ids", "calendar_event_uids", "provider_calendar_ids"),
    .objects("attendees", "conference_links", "integrations", "transcripts", "user_note_mentions"))

  static let created = activity.adding(.string("import_id", "source"))

  static let leadStatusChange = activity.adding(
    .string("new_status_id", "new_status_label", "old_status_id", "old_status_label"),
    .objects("_paused_subscriptions"))

  static let opportunityStatusChange = activity.adding(
    .string(
      "new_pipeline_id", "new_pipeline_name", "new_status_id", "new_status_label", "new_status_type",
      "old_pipeline_id", "old_pipeline_name", "old_status_id", "old_status_label", "old_status_type",
      "opportunity_date_won", "opportunity_id", "opportunity_value_currency", "opportunity_value_formatted",
      "opportunity_value_period"),
    .integer("opportunity_confidence", "opportunity_value"))

  static let taskCompleted = activity.adding(
    .string("task_assigned_to", "task_assigned_to_name", "task_id", "task_text"))

  static let leadMerge = activity.adding(
    .string(
      "destination_display_name", "destination_lead_id", "error_message", "merge_status",
      "source_display_name",
      "source_lead_id"))

  static let customActivity = activity.adding(
    .string("custom_activity_type_id", "source", "status"), .boolean("pinned"),
    .instant("last_published_at", "mentions_updated_at", "pinned_at"), .objects("mentions"))

  static let formSubmission = activity.adding(
    .string(
      "form_configuration_id", "form_id", "form_name", "ip_address", "origin", "source_url",
      "source_url_normalized"),
    .object("values", "values_by_name"))

  static let importUpdate = activity.adding(.string("import_id"), .boolean("reverted"))

  /// Every type in one table.
  static let anyActivity = activity.merging([
    note, call, email, emailThread, sms, whatsAppMessage, meeting, created, leadStatusChange,
    opportunityStatusChange, taskCompleted, leadMerge, customActivity, formSubmission, importUpdate,
  ])
}
