// Templates, sequences, comments, calling and booking. See developer.close.com: Email Templates, SMS Templates,
// Sequences, Comments, Dialer, Scheduling Links, Unsubscribed Emails.

extension Shape {
  static let emailTemplate = Shape(
    .key("id"), .string("body", "name", "subject"), .boolean("is_archived", "is_shared"),
    .objects("attachments", "used_by_sequences")
  ).merging([.authorship])

  static let smsTemplate = Shape(
    .key("id"), .string("name", "owned_by", "status", "text"), .boolean("is_shared"), .objects("attachments")
  ).merging([.authorship])

  static let sequence = Shape(
    .key("id"),
    .string("created_by_id", "name", "organization_id", "schedule_id", "status", "timezone", "updated_by_id"),
    .boolean("allow_manual_enrollment"), .instant("date_created", "date_updated"),
    .objects("steps"), .object("schedule", "subscription_counts_by_status", "trigger_query"))

  static let sequenceSubscription = Shape(
    .key("id"),
    .string(
      "contact_email", "contact_id", "created_by_id", "initial_email_id", "lead_id", "organization_id",
      "sender_account_id", "sender_email", "sender_name", "sequence_id", "status", "status_reason",
      "updated_by_id"),
    .instant("date_created", "date_updated", "start_date"), .strings("calls_assigned_to"))

  static let comment = Shape(
    .key("id"),
    .string(
      "body", "created_by", "lead_id", "object_id", "object_type", "organization_id", "removed_by",
      "thread_id",
      "updated_by"),
    .instant("created_at", "removed_at", "updated_at"), .objects("mentions"))

  static let commentThread = Shape(
    .key("id"), .string("lead_id", "object_id", "object_type", "organization_id"), .integer("num_comments"),
    .instant("created_at", "updated_at"), .strings("participating"))

  static let dialerSession = Shape(
    .key("id"),
    .string(
      "caller_id", "music_preference", "ring_mode", "source_type", "source_value", "status", "type",
      "user_id",
      "visibility_mode"),
    .boolean("is_user_dependent"), .objects("users")
  ).merging([.authorship])

  static let schedulingLink = Shape(
    .key("id"),
    .string(
      "description", "name", "oauth_client_id", "organization_id", "source", "source_id", "source_type",
      "template_tag", "type", "url", "user_id"),
    .integer("duration_in_minutes"))

  static let unsubscribedEmail = Shape(.key("email"))
}
