// Leads, contacts and opportunities. See developer.close.com: Leads, Contacts, Opportunities.

extension Shape {
  /// Who made and last changed an object, and when.
  static let authorship = Shape(
    .instant("date_created", "date_updated"),
    .string("created_by", "updated_by", "organization_id"))

  static let lead = Shape(
    .key("id"),
    .string(
      "contacts_summary", "created_by_name", "description", "display_name", "html_url", "name",
      "primary_address_summary", "source", "status_id", "status_label", "updated_by_name", "url"),
    .instant("localtime"),
    .strings("contact_ids"),
    .objects("addresses", of: .address),
    .objects("contacts", of: .contact),
    .objects("opportunities", of: .opportunity),
    .objects("tasks", of: .task),
    .objects("integration_links", of: Shape(.string("name", "url"))),
    .objects("recent_calls", "summaries"),
    .object("primary_email", "primary_phone")
  ).merging([.authorship])

  static let address = Shape(
    .string("address_1", "address_2", "city", "country", "label", "state", "zipcode"), .strings("tz_ids"))

  static let contact = Shape(
    .key("id"),
    .string(
      "display_name", "lead_id", "lead_suggestions_operation_id", "name", "timezone", "timezone_source",
      "title"),
    .objects("emails", of: .contactEmail),
    .objects("phones", of: .contactPhone),
    .objects("urls", of: .contactURL),
    .objects("integration_links", of: Shape(.string("name", "url"))),
    .objects("recent_calls", "subscriptions")
  ).merging([.authorship])

  static let contactEmail = Shape(.string("email", "type"), .boolean("is_unsubscribed"))

  static let contactPhone = Shape(
    .string("country", "phone", "phone_formatted", "type"),
    .boolean("is_unsubscribed", "outbound_sms_blocked"), .strings("tz_ids"))

  static let contactURL = Shape(.string("type", "url"))

  static let opportunity = Shape(
    .key("id"),
    .string(
      "contact_id", "contact_name", "created_by_name", "lead_id", "lead_name", "note", "note_html",
      "pipeline_id",
      "pipeline_name", "status_display_name", "status_id", "status_label", "status_type", "updated_by_name",
      "user_id",
      "user_name", "value_currency", "value_formatted", "value_period"),
    .integer("annualized_expected_value", "annualized_value", "confidence", "expected_value", "value"),
    .instant("date_lost"),
    .date("date_won"),
    .boolean("is_stalled"),
    .objects("attachments", "integration_links", "lead_primary_phone"),
    .object("comment_summary", "lead_primary_email", "stall_status", "suggested_action")
  ).merging([.authorship])

  static let customObject = Shape(.key("id"), .string("custom_object_type_id", "lead_id", "name"))
    .merging([.authorship])

  static let user = Shape(
    .key("id"),
    .string("email", "first_name", "image", "last_name", "last_used_timezone"),
    .instant("date_created", "date_updated", "email_verified_at", "email_verification_token_generated_at"),
    .strings("organizations"))
}
