import JSONBytes

extension Resource {
  /// People and what they may do.
  static let people: [Resource] = [
    Resource(
      .user, "user", "user_", verbs: .readOnly, paging: .offset(1000),
      orders: ["last_name,first_name", "first_name,last_name"],
      template: [
        "date_created": nil, "date_updated": nil, "email": nil, "first_name": "", "id": nil, "image": nil,
        "last_name": "", "last_used_timezone": nil, "organizations": [],
      ]),
    // No list: memberships stand in the organisation.
    Resource(
      .membership, "membership", "memb_", verbs: .update, event: "membership", isManaged: true,
      fields: [
        .reference("role_id", .role), .choice("auto_record_calls", "unset", "enabled", "disabled"),
      ],
      template: [
        "auto_record_calls": "unset", "default_caller_id": nil, "id": nil, "is_active": true,
        "is_free": false, "organization_id": nil, "permissions_granted": [], "primary_personal_number": nil,
        "role_id": "user", "track_email_opens": true, "user_id": nil, "user_phone": nil,
      ]),
    collection(
      .role, "role", "role_", paging: .whole(hasMore: true), isManaged: true, answers: .mixed,
      required: ["name"],
      template: [
        "date_created": nil, "date_updated": nil, "editable": true, "id": nil, "name": nil,
        "organization_id": nil, "permissions": [], "visibility_user_lcf_behavior": nil,
        "visibility_user_lcf_ids": [],
      ]),
    collection(
      .group, "group", "group_", .newer, paging: .whole(hasMore: true), event: "group", isManaged: true,
      required: ["name"], template: ["id": nil, "members": [], "name": nil, "organization_id": nil]),
  ]

  /// Statuses, pipelines, types and other things an organisation sets up once.
  static let setup: [Resource] = [
    collection(
      .leadStatus, "status/lead", "stat_", verbs: .unreadable, paging: .whole(hasMore: true),
      event: "status.lead", isManaged: true, required: ["label"], optional: [.text("color")],
      template: ["id": nil, "label": nil, "organization_id": nil]),
    collection(
      .opportunityStatus, "status/opportunity", "stat_", verbs: .unreadable, paging: .whole(hasMore: true),
      event: "status.opportunity", isManaged: true, required: ["label"],
      optional: [
        .choice("type", "active", "won", "lost"), .reference("pipeline_id", .pipeline), .text("color"),
      ],
      template: ["id": nil, "label": nil, "organization_id": nil, "pipeline_id": nil, "type": "active"]),
    collection(
      .pipeline, "pipeline", "pipe_", .newerNaive, verbs: .unreadable, paging: .whole(hasMore: false),
      isManaged: true, required: ["name"], optional: [.anything("statuses")],
      template: dated(["id": nil, "name": nil, "organization_id": nil])),
    collection(
      .customActivityType, "custom_activity", "actitype_", .newerNaive, paging: .whole(hasMore: false),
      event: "custom_activity_type", isManaged: true, required: ["name"],
      template: dated([
        "api_create_only": false, "description": nil, "editable_with_roles": [], "id": nil,
        "is_archived": false, "name": nil, "organization_id": nil,
      ])),
    collection(
      .customObjectType, "custom_object_type", "cotype_", .newerNaive, paging: .whole(hasMore: false),
      event: "custom_object_type", isManaged: true, required: ["name", "name_plural"],
      template: dated([
        "api_create_only": false, "description": nil, "editable_with_roles": [], "id": nil, "name": nil,
        "name_plural": nil, "organization_id": nil,
      ])),
    collection(
      .integrationLink, "integration_link", "ilink_", paging: .whole(hasMore: true),
      required: ["name", "url"],
      optional: [.choice("type", "lead", "contact", "opportunity").required],
      template: dated([
        "id": nil, "name": nil, "organization_id": nil, "type": "lead", "url": nil,
      ])),
    collection(
      .outcome, "outcome", "outcome_", .newer, answers: .mixed, required: ["name"],
      template: dated([
        "applies_to": ["calls", "meetings"], "description": nil, "id": nil, "name": nil,
        "organization_id": nil, "type": "custom",
      ])),
    collection(
      .playbook, "playbook", "convtyp_", .newer,
      filters: .flag("is_archived") + [
        Filter(parameter: "position__gt", field: "position", test: .number(.greater)),
        Filter(parameter: "created_at__lt", field: "created_at", test: .date(.less)),
      ],
      required: ["name"],
      template: [
        "archived_at": nil, "archived_by_id": nil, "created_at": nil, "created_by_id": nil,
        "custom_field_ids": [], "description": nil, "id": nil, "is_archived": false, "name": nil,
        "organization_id": nil, "outcome_ids": [], "position": nil, "summary_guidance": nil,
        "updated_at": nil, "updated_by_id": nil,
      ]),
    collection(
      .form, "form", "form_", .newer, verbs: .readOnly,
      template: [
        "date_created": nil, "date_updated": nil, "field_definitions": [], "id": nil, "is_archived": false,
        "name": nil, "organization_id": nil,
      ]),
  ]

  /// Custom field definitions; shared ones are missing from the lists per type.
  static let customFields: [Resource] = [
    customField(.leadField, "lead", event: "custom_fields.lead"),
    customField(.contactField, "contact", event: "custom_fields.contact"),
    customField(.opportunityField, "opportunity", event: "custom_fields.opportunity"),
    customField(
      .activityField, "activity", event: "custom_fields.activity",
      owner: .reference("custom_activity_type_id", .customActivityType),
      extra: ["custom_activity_type_id": nil, "required": false]),
    customField(
      .customObjectField, "custom_object_type", .newer, paging: .whole(hasMore: false),
      event: "custom_fields.custom_object",
      owner: .reference("custom_object_type_id", .customObjectType),
      extra: [
        "back_reference_is_visible": nil, "custom_object_type_id": nil, "referenced_custom_type_id": nil,
        "required": false,
      ]),
    customField(
      .sharedField, "shared", paging: .whole(hasMore: true), event: "custom_fields.shared",
      extra: ["associations": []]),
  ]

  private static func customField(
    _ kind: Kind, _ path: String, _ stack: Stack = .classic, paging: Paging = .offset(1000), event: String,
    owner: FieldRule? = nil, extra: JSONValue = .object(JSONObject())
  ) -> Resource {
    var template = dated([
      "accepts_multiple_values": false, "choices": nil, "description": nil, "editable_with_roles": [],
      "id": nil, "name": nil, "organization_id": nil, "type": nil,
    ])
    for (key, value) in extra.object ?? JSONObject() { template[key] = value }
    if kind == .sharedField { template["editable_with_roles"] = nil }
    let type = FieldRule.choice(
      "type", "text", "textarea", "number", "date", "datetime", "choices", "user", "contact", "custom_object",
      "hidden")
    return collection(
      kind, "custom_field/" + path, "cf_", stack, idLength: 43, paging: paging, event: event, isManaged: true,
      required: ["name"],
      optional: [
        type.required, .rule("choices", .list(.text())), .flag("accepts_multiple_values").onCreate,
      ] + (owner.map { [$0.required.immutable] } ?? []),
      template: template)
  }
}

// MARK: - Building blocks

extension Resource {
  /// A small collection: besides what is named here, every key of the template may be written.
  static func collection(
    _ kind: Kind, _ path: String, _ prefix: String, _ stack: Stack = .classic, idLength: Int? = nil,
    idKey: String = "id", verbs: Verbs = .all, paging: Paging = .offset(100), filters: [Filter] = [],
    needs: [String] = [], event: String? = nil, isManaged: Bool = false, answers: Answers? = nil,
    required: [String] = [],
    optional: [FieldRule] = [], template: JSONValue
  ) -> Resource {
    var rules = required.map { FieldRule.text($0).required } + optional
    for (key, _) in template.object ?? JSONObject()
    where !neverWritten.contains(key) && !rules.contains(where: { $0.name == key }) {
      rules.append(.anything(key))
    }
    return Resource(
      kind, path, prefix, stack, idLength: idLength, idKey: idKey, verbs: verbs, paging: paging,
      filters: filters, needs: needs, event: event, isManaged: isManaged, answers: answers, fields: rules,
      template: template)
  }

  /// Keys that only Close writes.
  static let neverWritten: Set<String> = [
    "id", "organization_id", "date_created", "date_updated", "created_at", "updated_at", "created_by",
    "updated_by", "created_by_id", "updated_by_id", "archived_at", "archived_by_id", "removed_at",
    "removed_by", "fields", "back_reference_fields", "associations", "used_by_sequences", "signature_key",
    "n_leads", "n_leads_processed", "n_objects", "n_objects_processed", "n_docs", "n_docs_processed",
    "download_url",
  ]

  /// `template` with the keys that say when and by whom.
  static func dated(_ template: JSONValue) -> JSONValue {
    var dated = template
    for key in ["created_by", "date_created", "date_updated", "updated_by"] { dated[key] = .null }
    return dated
  }
}
