// Tasks of every `_type`; what only some types have is null or absent on the others.
// See developer.close.com: Tasks.

extension Shape {
  /// `date` is a day on some tasks and a date-time on others, hence a plain string.
  static let task = Shape(
    .key("id"),
    .string(
      "_type", "agent_config_id", "assigned_to", "assigned_to_name", "body_preview", "contact_id",
      "contact_name",
      "created_by_name", "date", "deduplication_key", "due_date", "email_id", "lead_id", "lead_name",
      "local_phone",
      "object_id", "object_type", "opportunity_note", "opportunity_value_currency",
      "opportunity_value_formatted",
      "opportunity_value_period", "phone", "phone_formatted", "phone_number_description", "priority",
      "recording_url", "remote_phone", "remote_phone_description", "remote_phone_formatted", "resolution",
      "sequence_id", "sequence_subscription_id", "step_id", "subject", "text", "updated_by_name", "view",
      "voicemail_url"),
    .integer("opportunity_value", "total_emails_count_in_thread", "voicemail_duration"),
    .boolean("is_complete", "is_dateless", "is_primary_lead_notification"),
    .strings("cleared_followups", "emails"),
    .objects("attachments")
  ).merging([.authorship])
}
