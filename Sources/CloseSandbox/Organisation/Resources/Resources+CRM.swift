import JSONBytes

extension Resource {
  /// Leads and what hangs below them.
  static let crm: [Resource] = [
    Resource(
      .lead, "lead", "lead_", paging: .offset(200, wording: .newStyle, counts: true), maxSkip: 35_000,
      filters: .ids, event: "lead",
      fields: [
        .text("name", max: 1000), .rule("url", .url), .text("description"),
        .reference("status_id", .leadStatus), .text("status"), .rule("contacts", .contacts).onCreate,
        .rule("addresses", .addresses),
      ] + FieldRule.origin,
      template: [
        "addresses": [], "created_by": nil, "date_created": nil, "date_updated": nil, "description": nil,
        "display_name": "Untitled", "html_url": nil, "id": nil, "integration_links": [], "name": nil,
        "organization_id": nil, "status_id": nil, "status_label": nil, "updated_by": nil, "url": nil,
      ]),
    Resource(
      .contact, "contact", "cont_", filters: .equal("lead_id"), event: "contact",
      fields: [
        .reference("lead_id", .lead), .text("name", max: 1000), .text("title"), .rule("emails", .emails),
        .rule("phones", .phones), .rule("urls", .urls), .text("timezone"),
      ] + FieldRule.origin,
      template: [
        "created_by": nil, "date_created": nil, "date_updated": nil, "display_name": "", "emails": [],
        "id": nil, "lead_id": nil, "name": nil, "organization_id": nil, "phones": [], "title": nil,
        "updated_by": nil, "urls": [],
      ]),
    Resource(
      .opportunity, "opportunity", "oppo_", paging: .offset(250, counts: true),
      filters: .equal("lead_id", "organization_id") + .ids
        + .many("user_id", "status_id", "status_type", "status_label", "value_period")
        + .flag("is_stalled") + .date("date_won", "date_created", "date_updated"),
      orders: [
        "date_won", "date_updated", "date_created", "confidence", "user_name", "value", "annualized_value",
        "annualized_expected_value",
      ],
      event: "opportunity",
      fields: [
        .reference("lead_id", .lead).onCreate, .reference("contact_id", .contact),
        .reference("user_id", .user), .reference("status_id", .opportunityStatus), .text("status"),
        .reference("pipeline_id", .pipeline).onCreate,
        .rule("value", .integer(0...9_000_000_000_000_000)),
        .choice("value_period", "one_time", "monthly", "annual"), .rule("confidence", .integer(0...100)),
        .text("note"), .text("note_html"), .rule("date_won", .day), .anything("attachments"),
      ] + FieldRule.origin,
      template: [
        "annualized_expected_value": nil, "annualized_value": nil, "confidence": 50, "contact_id": nil,
        "created_by": nil, "date_created": nil, "date_lost": nil, "date_updated": nil, "date_won": nil,
        "expected_value": nil, "id": nil, "lead_id": nil, "lead_name": nil, "note": "",
        "note_html": "<body><p></p></body>", "organization_id": nil, "pipeline_id": nil,
        "pipeline_name": nil, "status_id": nil, "status_label": nil, "status_type": nil, "updated_by": nil,
        "user_id": nil, "user_name": nil, "value": nil, "value_currency": "USD", "value_formatted": nil,
        "value_period": "one_time",
      ]),
    Resource(
      .task, "task", "task_", paging: .offset(1000),
      filters: .many("id") + .equal("lead_id", "organization_id", "assigned_to") + .flag("is_complete")
        + .date("date") + .date("due_date", of: "date") + .range("date_created", "date_updated"),
      orders: ["date", "date_created"], event: "task.",
      fields: [
        .choice("_type", "lead", "outgoing_call").immutable, .reference("lead_id", .lead).required.onCreate,
        .text("text"), .reference("assigned_to", .user), .rule("date", .dayOrInstant),
        .rule("due_date", .dayOrInstant), .flag("is_complete"), .reference("contact_id", .contact),
        .flag("is_dateless"), .anything("priority"), .anything("resolution"), .flag("disable_notification"),
      ] + FieldRule.origin,
      template: [
        "_type": "lead", "assigned_to": nil, "assigned_to_name": nil, "contact_id": nil,
        "contact_name": nil, "created_by": nil, "created_by_name": nil, "date": nil, "date_created": nil,
        "date_updated": nil, "id": nil, "is_complete": false, "is_dateless": false, "lead_id": nil,
        "lead_name": nil, "object_id": nil, "object_type": nil, "organization_id": nil, "text": nil,
        "updated_by": nil, "updated_by_name": nil,
      ]),
    Resource(
      .customObject, "custom_object", "custobj_", .newer, idLength: 43, paging: .whole(hasMore: true),
      filters: .equal("lead_id", "custom_object_type_id"), needs: ["lead_id"], event: "custom_object",
      fields: [
        .reference("custom_object_type_id", .customObjectType).required.immutable,
        .reference("lead_id", .lead).required.immutable, .text("name", max: 1000).required,
      ],
      template: [
        "created_by": nil, "custom_object_type_id": nil, "date_created": nil, "date_updated": nil, "id": nil,
        "lead_id": nil, "name": nil, "organization_id": nil, "updated_by": nil,
      ]),
  ]
}

extension FieldRule {
  /// When and by whom an object was made; accepted on create, so that history can be brought along.
  static let origin: [FieldRule] = [
    .instant("date_created").onCreate, .reference("created_by", .user).onCreate,
    .reference("created_by_id", .user).onCreate,
  ]
}
