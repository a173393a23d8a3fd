import CloseConnection

// Leads, contacts, opportunities and tasks. See developer.close.com: Leads, Contacts, Opportunities, Tasks.

extension ResourceDefinition {
  static let lead = ResourceDefinition(
    name: "lead", path: "lead/",
    fields: [
      Field.always(.text, "name", "description"), Field.always(.url, "url"),
      Field.reference(.leadStatus, "status_id", labels: "status", "status_label"),
      Field.always(.entries(.address), "addresses"), Field.creation(.json, "contacts"),
      authorship,
    ].flatMap(\.self),
    customFields: .lead, idPrefixes: ["lead_"], searchType: "lead", eventTypes: ["lead"],
    silentlyDropped: readOnly.union([
      "contact_ids", "contacts_summary", "html_url", "integration_links", "localtime", "opportunities",
      "primary_address_summary", "primary_email", "primary_phone", "recent_calls", "source", "summaries",
      "tasks",
    ]))

  static let contact = ResourceDefinition(
    name: "contact", path: "contact/",
    fields: [
      Field.reference(.object("lead"), "lead_id"), Field.always(.text, "name", "title", "timezone"),
      Field.always(.entries(.email), "emails"), Field.always(.entries(.phone), "phones"),
      Field.always(.entries(.url), "urls"), authorship,
    ].flatMap(\.self),
    required: ["lead_id"], customFields: .contact, idPrefixes: ["cont_"],
    shorthands: [
      Shorthand(name: "email", list: "emails", member: "email"),
      Shorthand(name: "phone", list: "phones", member: "phone"),
      Shorthand(name: "url", list: "urls", member: "url"),
    ],
    searchType: "contact", eventTypes: ["contact"], listInLead: "contacts",
    silentlyDropped: readOnly.union([
      "integration_links", "lead_suggestions_operation_id", "recent_calls", "subscriptions",
      "timezone_source",
    ]))

  static let opportunity = ResourceDefinition(
    name: "opportunity", path: "opportunity/",
    fields: [
      Field.reference(.object("lead"), "lead_id", use: .creation),
      Field.reference(.pipeline, "pipeline_id", labels: "pipeline_name", use: .creation),
      Field.reference(.opportunityStatus, "status_id", labels: "status", "status_label"),
      Field.reference(.object("contact"), "contact_id"), user("user_id", label: "user_name"),
      Field.always(.number, "value", "confidence"), Field.always(.text, "value_period", "note"),
      Field.always(.html, "note_html"),
      Field.always(.day, "date_won"), Field.always(.json, "attachments"), authorship,
    ].flatMap(\.self),
    required: ["lead_id"], customFields: .opportunity, idPrefixes: ["oppo_"], searchType: "opportunity",
    eventTypes: ["opportunity"], listInLead: "opportunities",
    silentlyDropped: readOnly.union([
      "annualized_expected_value", "annualized_value", "comment_summary", "date_lost", "expected_value",
      "integration_links", "is_stalled", "lead_primary_email", "lead_primary_phone", "stall_status",
      "status_display_name", "status_type", "suggested_action", "value_currency", "value_formatted",
    ]))

  static let task = ResourceDefinition(
    name: "task", path: "task/",
    fields: [
      Field.creation(.text, "_type"), Field.reference(.object("lead"), "lead_id", use: .creation),
      Field.reference(.object("contact"), "contact_id", use: .creation),
      user("assigned_to", label: "assigned_to_name"), Field.always(.moment, "date"),
      Field.always(.text, "text"), Field.always(.boolean, "is_complete"),
      Field.creation(.boolean, "is_dateless", "disable_notification"), Field.creation(.text, "priority"),
      authorship,
    ].flatMap(\.self),
    required: ["lead_id"], typeRequirements: ["lead": ["text"], "outgoing_call": ["contact_id"]],
    idPrefixes: ["task_", "noti_"],
    eventTypes: ["task.lead", "task.outgoing_call"],
    silentlyDropped: readOnly.union([
      "agent_config_id", "attachments", "body_preview", "cleared_followups", "deduplication_key", "due_date",
      "email_id", "emails", "is_primary_lead_notification", "local_phone", "object_id", "object_type",
      "opportunity_note", "opportunity_value", "opportunity_value_currency", "opportunity_value_formatted",
      "opportunity_value_period", "phone", "phone_formatted", "phone_number_description", "recording_url",
      "remote_phone", "remote_phone_description", "remote_phone_formatted", "resolution", "sequence_id",
      "sequence_subscription_id", "step_id", "subject", "total_emails_count_in_thread", "view",
      "voicemail_duration", "voicemail_url",
    ]))

  static let customObject = ResourceDefinition(
    name: "custom_object", path: "custom_object/",
    fields: [
      Field.reference(.objectType, "custom_object_type_id", labels: "custom_object_type", use: .creation),
      Field.reference(.object("lead"), "lead_id", use: .creation), Field.always(.text, "name"),
    ].flatMap(\.self),
    required: ["custom_object_type_id", "lead_id", "name"], customFields: .customObject,
    idPrefixes: ["custobj_"], searchType: "custom_object", eventTypes: ["custom_object"],
    silentlyDropped: readOnly.union(["created_by", "date_created"]))

  static let comment = ResourceDefinition(
    name: "comment", path: "comment/",
    fields: [Field.creation(.text, "object_id"), Field.always(.text, "body")].flatMap(\.self),
    required: ["object_id", "body"], eventTypes: ["comment"],
    silentlyDropped: readOnly.union(["thread_id", "object_type", "created_by", "date_created"]))
}

extension ResourceDefinition {
  /// Who made an object and when; Close takes both when it is created, for records of old.
  static let authorship =
    Field.creation(.instant, "date_created")
    + Field.reference(.user, "created_by", labels: "created_by_name", use: .creation)

  static func user(_ name: String, label: String, use: Use = .always) -> [Field] {
    Field.reference(.user, name, labels: label, use: use)
  }

  /// What Close itself keeps about every object.
  static let readOnly: Set<String> = [
    "id", "organization_id", "date_updated", "updated_by", "updated_by_name", "created_by_name", "user_name",
    "contact_name", "lead_name", "display_name", "assigned_to_name", "status_label", "pipeline_name",
    "__object_type",
  ]
}
