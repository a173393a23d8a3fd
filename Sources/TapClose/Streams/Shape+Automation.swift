// Views, bulk actions, exports, webhooks and what teams set up for their work. See developer.close.com: Smart Views,
// Bulk Actions, Exports, Webhooks, Integration Links, Outcomes, Playbooks, Forms.

extension Shape {
  static let savedSearch = Shape(
    .key("id"), .string("description", "name", "query", "type", "user_id"),
    .boolean("is_shared", "is_user_dependent", "used_recently"),
    .strings("shared_with"), .objects("selected_fields"), .object("s_query", "sharing_settings")
  ).merging([.authorship])

  /// What all bulk actions have.
  private static let bulkAction = Shape(
    .key("id"), .string("query", "status"),
    .integer("n_leads", "n_leads_processed", "n_objects", "n_objects_processed", "results_limit"),
    .boolean("send_done_email"), .objects("sort"), .object("s_query")
  ).merging([.authorship])

  static let bulkDelete = bulkAction.adding(.string("bulk_object_type"))

  static let bulkEdit = bulkAction.adding(
    .string("custom_field_id", "custom_field_name", "custom_field_value", "lead_status_id", "type"))

  static let bulkEmail = bulkAction.adding(
    .string("contact_preference", "email_account_id", "sender", "template_id"))

  static let bulkSequenceSubscription = bulkAction.adding(
    .string(
      "action_type", "contact_preference", "from_phone_number_id", "sender_account_id", "sender_email",
      "sender_name", "sequence_id"),
    .strings("calls_assigned_to"))

  static let export = Shape(
    .key("id"), .string("date_format", "download_url", "format", "status", "type"),
    .integer("n_docs", "n_docs_processed", "results_limit"),
    .boolean("include_activities", "send_done_email"), .strings("fields"), .objects("sort"),
    .object("params", "s_query")
  ).merging([.authorship])

  /// The key that signs the calls is a secret and stays out.
  static let webhook = Shape(
    .key("id"), .string("api_key_id", "health_status", "pause_reason", "status", "url"),
    .integer("recent_consecutive_fail_buckets_cnt"), .boolean("verify_ssl"), .objects("events"),
    .object("counters", "latest_error")
  ).merging([.authorship])

  static let integrationLink = Shape(.key("id"), .string("name", "type", "url")).merging([.authorship])

  static let outcome = Shape(.key("id"), .string("description", "name", "type"), .strings("applies_to"))
    .merging([.authorship])

  static let playbook = Shape(
    .key("id"),
    .string(
      "archived_by_id", "created_by_id", "description", "name", "organization_id", "summary_guidance",
      "updated_by_id"),
    .integer("position"), .boolean("is_archived"), .instant("archived_at", "created_at", "updated_at"),
    .strings("custom_field_ids", "outcome_ids"))

  static let form = Shape(.key("id"), .string("name"), .boolean("is_archived"), .objects("field_definitions"))
    .merging([.authorship])
}
