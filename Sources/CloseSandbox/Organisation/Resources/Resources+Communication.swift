import JSONBytes

extension Resource {
  /// Templates, accounts, numbers and what people say to each other.
  static let communication: [Resource] = [
    collection(
      .emailTemplate, "email_template", "tmpl_", filters: .flag("is_archived", "is_shared"),
      event: "email_template", required: ["name"],
      template: dated([
        "attachments": [], "body": "", "id": nil, "is_archived": false, "is_shared": false, "name": nil,
        "organization_id": nil, "subject": "", "used_by_sequences": [],
      ])),
    collection(
      .smsTemplate, "sms_template", "smstmpl_", .newerNaive, event: "sms_template", required: ["name"],
      template: dated([
        "id": nil, "is_shared": false, "name": nil, "organization_id": nil, "owned_by": nil,
        "status": "active", "text": "",
      ])),
    collection(
      .connectedAccount, "connected_account", "emailacct_", verbs: .readOnly, paging: .whole(hasMore: true),
      filters: .equal("user_id"),
      template: [
        "_type": "google", "date_created": nil, "default_identity": nil, "email": nil,
        "enabled_features": ["email_sending", "email_syncing"], "id": nil, "identities": [],
        "organization_id": nil, "receive_status": "ok", "send_status": "ok", "synced_calendars": [],
        "user_id": nil,
      ]),
    collection(
      .sendAs, "send_as", "sdas_", .newer, verbs: [.list, .create, .read, .delete],
      paging: .whole(hasMore: false), filters: .equal("allowing_user_id", "allowed_user_id"),
      optional: [
        .reference("allowing_user_id", .user).required, .reference("allowed_user_id", .user).required,
      ],
      template: ["allowed_user_id": nil, "allowing_user_id": nil, "id": nil, "organization_id": nil]),
    collection(
      .phoneNumber, "phone_number", "phon_", verbs: [.list, .read, .update, .delete],
      filters: .equal("number", "user_id") + .flag("is_group_number"), event: "phone_number",
      template: [
        "address_id": nil, "bundle_id": nil, "carrier": nil, "carrier_type": nil, "country": "US",
        "date_created": nil, "date_updated": nil, "forward_to": nil, "forward_to_enabled": false,
        "forward_to_formatted": nil, "id": nil, "is_group_number": false, "is_premium": false,
        "is_verified": true, "label": "", "last_billed_price": nil, "mms_enabled": true,
        "next_billing_on": nil, "number": nil, "number_formatted": nil, "organization_id": nil,
        "participants": [], "phone_numbers": [], "phone_numbers_formatted": [], "press_1_to_accept": false,
        "sms_enabled": true, "supports_mms_to_countries": ["CA", "US"],
        "supports_sms_to_countries": ["CA", "US"], "type": "internal", "user_id": nil,
        "voicemail_greeting_url": nil, "was_ported": false,
      ]),
    collection(
      .blockedNumber, "blocked_phone_number", "blkph_", .newer,
      optional: [.rule("phone", .phone).required],
      template: dated(["id": nil, "organization_id": nil, "phone": nil, "reason": ""])),
    collection(
      .unsubscribedEmail, "unsubscribe/email", "", .newer, idKey: "email", verbs: [.list, .create, .delete],
      paging: .whole(hasMore: true), event: "unsubscribed_email", answers: .mixed, required: ["email"],
      template: ["email": nil]),
    collection(
      .schedulingLink, "scheduling_link", "schlnk_", .newer, paging: .whole(hasMore: true),
      required: ["name", "url"],
      template: [
        "description": nil, "duration_in_minutes": nil, "id": nil, "name": nil, "oauth_client_id": nil,
        "organization_id": nil, "source": "MANUAL", "source_id": nil, "source_type": nil,
        "template_tag": nil, "type": "USER", "url": nil, "user_id": nil,
      ]),
    collection(
      .sharedSchedulingLink, "shared_scheduling_link", "schlnk_", .newer, paging: .whole(hasMore: true),
      required: ["name"],
      template: [
        "description": nil, "duration_in_minutes": nil, "id": nil, "name": nil, "organization_id": nil,
        "source": "MANUAL", "source_id": nil, "source_type": nil, "template_tag": nil, "type": "SHARED",
        "url": nil, "user_id": nil,
      ]),
    collection(
      .webhook, "webhook", "whsub_", .newerNaive, paging: .whole(hasMore: true), isManaged: true,
      answers: .mixed, required: ["url"], optional: [.rule("events", .list(.anything)).required],
      template: dated([
        "counters": .object(JSONObject()), "events": [], "health_status": "healthy", "id": nil,
        "latest_error": nil, "pause_reason": nil, "recent_consecutive_fail_buckets_cnt": 0,
        "signature_key": nil, "status": "active", "url": nil, "verify_ssl": true,
      ])),
    collection(
      .comment, "comment", "comm_", .newer, paging: .whole(hasMore: true),
      filters: .equal("object_id", "thread_id"), needs: ["object_id", "thread_id"], event: "comment",
      required: ["object_id", "body"],
      template: [
        "body": "", "created_at": nil, "created_by": nil, "id": nil, "lead_id": nil, "mentions": [],
        "object_id": nil, "organization_id": nil, "removed_at": nil, "removed_by": nil, "thread_id": nil,
        "updated_at": nil, "updated_by": nil,
      ]),
    collection(
      .commentThread, "comment_thread", "comthr_", .newer, verbs: .readOnly,
      filters: [
        Filter(parameter: "ids", field: "id", test: .oneOf),
        Filter(parameter: "object_ids", field: "object_id", test: .oneOf),
      ],
      event: "comment_thread",
      template: [
        "created_at": nil, "id": nil, "lead_id": nil, "num_comments": 0, "object_id": nil,
        "object_type": nil, "organization_id": nil, "participating": [], "updated_at": nil,
      ]),
  ]

  /// Sequences, views, exports and bulk actions.
  static let automation: [Resource] = [
    collection(
      .sequence, "sequence", "seq_", .newerNaive, paging: .offset(1000), event: "sequence",
      answers: .classic, required: ["name"],
      template: [
        "allow_manual_enrollment": true, "created_by_id": nil, "date_created": nil, "date_updated": nil,
        "id": nil, "name": nil, "organization_id": nil, "schedule": nil, "status": "active", "steps": [],
        "timezone": "America/Los_Angeles", "updated_by_id": nil,
      ]),
    collection(
      .sequenceSubscription, "sequence_subscription", "sub_", .newerNaive,
      verbs: [.list, .create, .read, .update], filters: .equal("sequence_id", "contact_id", "lead_id"),
      needs: ["sequence_id", "contact_id", "lead_id"],
      event: "sequence_subscription", answers: .mixed, required: ["contact_email"],
      optional: [
        .reference("sequence_id", .sequence).required, .reference("contact_id", .contact).required,
        .choice("status", "active", "paused", "finished", "goal", "error"),
      ],
      template: [
        "calls_assigned_to": [], "contact_email": nil, "contact_id": nil, "created_by_id": nil,
        "date_created": nil, "date_updated": nil, "id": nil, "lead_id": nil, "organization_id": nil,
        "sender_account_id": nil, "sender_email": nil, "sender_name": nil, "sequence_id": nil,
        "start_date": nil, "status": "active", "status_reason": nil, "updated_by_id": nil,
      ]),
    collection(
      .smartView, "saved_search", "save_", paging: .offset(600), filters: .many("type"),
      event: "saved_search", required: ["name"], optional: [.anything("s_query").required],
      template: [
        "date_created": nil, "date_updated": nil, "description": "", "id": nil, "is_shared": false,
        "is_user_dependent": false, "name": nil, "organization_id": nil, "query": nil, "s_query": nil,
        "type": "lead", "user_id": nil,
      ]),
    collection(
      .dialer, "dialer", "dial_", .newerNaive, verbs: .readOnly,
      filters: .many("status") + .equal("source_type", "source_value", "user_id", "organization_id"),
      template: [
        "caller_id": "", "date_created": nil, "date_updated": nil, "id": nil, "is_user_dependent": false,
        "music_preference": "tone1", "organization_id": nil, "ring_mode": "more-voicemails",
        "source_type": "saved-search", "source_value": nil, "status": "inactive", "type": "power",
        "user_id": nil, "users": [],
      ]),
    collection(
      .export, "export", "expo_", verbs: .readOnly, required: ["format"],
      template: dated([
        "date_format": "original", "download_url": nil, "fields": [], "format": "json", "id": nil,
        "n_docs": nil, "n_docs_processed": 0, "organization_id": nil, "results_limit": nil, "s_query": nil,
        "send_done_email": true, "sort": [], "status": "created", "type": "leads",
      ])),
    bulkAction(.bulkDelete, "delete", "bulkdelete_", ["bulk_object_type": "lead"]),
    bulkAction(
      .bulkEdit, "edit", "bulkedit_",
      [
        "custom_field_id": nil, "custom_field_name": nil, "custom_field_value": nil, "lead_status_id": nil,
        "type": "set_lead_status",
      ]),
    bulkAction(
      .bulkEmail, "email", "bulkemail_",
      ["contact_preference": "lead", "email_account_id": nil, "sender": nil, "template_id": nil],
      filters: .equal("template_id")),
    bulkAction(
      .bulkSequence, "sequence_subscription", "bulkseqsub_",
      [
        "action_type": "subscribe", "calls_assigned_to": nil, "contact_preference": "lead",
        "from_phone_number_id": nil, "sender_account_id": nil, "sender_email": nil, "sender_name": nil,
        "sequence_id": nil,
      ]),
  ]

  private static func bulkAction(
    _ kind: Kind, _ path: String, _ prefix: String, _ extra: JSONValue, filters: [Filter] = []
  ) -> Resource {
    var template = dated([
      "id": nil, "n_leads": nil, "n_leads_processed": 0, "n_objects": nil, "n_objects_processed": 0,
      "organization_id": nil, "query": nil, "results_limit": nil, "s_query": nil, "send_done_email": true,
      "sort": [], "status": "created",
    ])
    for (key, value) in extra.object ?? JSONObject() { template[key] = value }
    return collection(
      kind, "bulk_action/" + path, prefix, verbs: [.list, .create, .read], filters: filters,
      event: "bulk_action." + path, template: template)
  }
}
