// The organisation, its people and what they may do and use. See developer.close.com: Users, Organizations, Roles,
// Groups, Phone Numbers, Connected Accounts, Send As.

extension Shape {
  static let me = Shape(.objects("email_accounts", "memberships", "organizations", "phone_numbers"))
    .merging([user])

  static let organization = Shape(
    .key("id"), .string("currency", "currency_symbol", "name", "plan_type"),
    .objects("inactive_memberships", "lead_statuses", "memberships", "opportunity_statuses", "pipelines")
  ).merging([.authorship])

  static let membership = Shape(
    .key("id"),
    .string(
      "auto_record_calls", "default_caller_id", "hangup_recording_url", "onboarding_status",
      "organization_id",
      "plan_type", "primary_personal_number", "role", "role_id", "user_email", "user_first_name",
      "user_full_name", "user_id", "user_image", "user_last_name", "user_phone"),
    .boolean("is_free", "may_workflows_impersonate", "track_email_opens"),
    .strings("permissions_granted"))

  static let pinnedViews = Shape(.key("membership_id"), .strings("saved_view_ids"))

  static let role = Shape(
    .key("id"), .string("name", "visibility_user_lcf_behavior"), .boolean("editable"),
    .strings("permissions", "visibility_user_lcf_ids")
  ).merging([.authorship])

  static let group = Shape(.key("id"), .string("name", "organization_id"), .objects("members"))

  static let userAvailability = Shape(.key("user_id"), .objects("availability"))

  static let phoneNumber = Shape(
    .key("id"),
    .string(
      "address_id", "bundle_id", "carrier", "carrier_type", "country", "forward_to", "forward_to_formatted",
      "label", "number", "number_formatted", "type", "user_id", "voicemail_greeting_url"),
    .integer("inbound_ring_duration"), .number("last_billed_price"), .instant("next_billing_on"),
    .boolean(
      "forward_to_enabled", "is_group_number", "is_premium", "is_verified", "mms_enabled",
      "press_1_to_accept",
      "sms_enabled", "was_ported"),
    .strings(
      "participants", "phone_numbers", "phone_numbers_formatted", "supports_mms_to_countries",
      "supports_sms_to_countries")
  ).merging([.authorship])

  static let blockedPhoneNumber = Shape(.key("id"), .string("phone", "reason")).merging([.authorship])

  static let connectedAccount = Shape(
    .key("id"),
    .string(
      "_type", "calendar_receive_status", "email", "email_receive_status", "organization_id",
      "receive_status",
      "send_status", "user_id", "zoom_account_plan"),
    .boolean("has_meeting_creation_scopes", "is_imap_archive_sync_enabled", "sync_all_calendars"),
    .instant("date_created", "lead_suggestions_updated_at"),
    .strings("available_features", "enabled_features", "synced_calendars"),
    .objects("available_calendars", "identities"),
    .object("calendly", "default_identity", "imap", "latest_receive_error", "latest_send_error", "smtp"))

  static let sendAs = Shape(
    .key("id"), .string("allowed_user_id", "allowing_user_id", "organization_id"))
}
