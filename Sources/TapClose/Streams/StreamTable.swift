import CloseConnection
import JSONBytes

/// Every table, one line or one small value each.
enum StreamTable {
  static let all = (core + people + activities + setup + communication + automation + reports)
    .map(\.withEventTypes)

  /// The tables that come without a catalog.
  private static let core = [
    StreamDefinition(
      name: "activities", replication: .windows(.activities("activity/")), shape: .anyActivity,
      customFields: .activity, isSelectedByDefault: true),
    StreamDefinition(
      name: "custom_fields", replication: .whole(.lists(customFieldLists)), shape: .customField,
      isSelectedByDefault: true),
    StreamDefinition(
      name: "event_log", replication: .windows(.events), shape: .event, isSelectedByDefault: true),
    StreamDefinition(
      name: "leads", replication: .search(objectType: "lead", substitute: .list("lead/")), shape: .lead,
      customFields: .lead, isSelectedByDefault: true),
    StreamDefinition(
      name: "tasks", replication: .windows(.tasks), shape: .task, isSelectedByDefault: true),
    StreamDefinition(
      name: "users", replication: .whole(.list("user/")), shape: .user, isSelectedByDefault: true),
  ]

  /// What hangs on leads.
  private static let people = [
    StreamDefinition(
      name: "contacts", replication: .search(objectType: "contact", substitute: .list("contact/")),
      shape: .contact, customFields: .contact),
    StreamDefinition(
      name: "opportunities", replication: .windows(.opportunities), shape: .opportunity,
      customFields: .opportunity),
    StreamDefinition(
      name: "custom_objects",
      replication: .search(
        objectType: "custom_object",
        substitute: .perParent(
          FanOut(
            Listing(path: "lead/", parameters: ["_fields": "id"]),
            each: Listing(path: "custom_object/", parameters: ["lead_id": "{id}"], paging: .single)))),
      shape: .customObject, customFields: .customObject),
    // Lists inside of these, for loaders that want tables flat.
    lists("contact_emails", of: "contact", "emails", .contactEmail),
    lists("contact_phones", of: "contact", "phones", .contactPhone),
    lists("contact_urls", of: "contact", "urls", .contactURL),
    lists("lead_addresses", of: "lead", "addresses", .address),
  ]

  private static func lists(
    _ name: String, of type: String, _ list: String, _ shape: Shape
  ) -> StreamDefinition {
    let parent = "\(type)_id"
    return StreamDefinition(
      name: name, replication: .search(objectType: type, substitute: .list("\(type)/")),
      shape: Shape(.key("id"), .string(parent), .integer("position"), .instant("date_updated")).merging([
        shape
      ]),
      nested: NestedRows(list: list, parent: parent))
  }

  private static let activities = [
    activity("notes", "note", .note),
    activity("calls", "call", .call),
    activity("emails", "email", .email),
    activity("email_threads", "emailthread", .emailThread),
    activity("sms", "sms", .sms),
    activity("whatsapp_messages", "whatsapp_message", .whatsAppMessage),
    activity("meetings", "meeting", .meeting),
    activity("created_activities", "created", .created),
    activity("lead_status_changes", "status_change/lead", .leadStatusChange),
    activity("opportunity_status_changes", "status_change/opportunity", .opportunityStatusChange),
    activity("task_completed_activities", "task_completed", .taskCompleted),
    activity("lead_merges", "lead_merge", .leadMerge),
    activity("import_updates", "import_update", .importUpdate),
    StreamDefinition(
      name: "custom_activities", replication: .windows(.activities("activity/custom/")),
      shape: .customActivity, customFields: .activity),
    activity("form_submissions", "form_submission", .formSubmission),
  ]

  /// One list per kind of object, and the fields that several kinds share, which those lists leave out.
  private static let customFieldLists = [
    ("lead", "lead"), ("contact", "contact"), ("opportunity", "opportunity"), ("activity", "activity"),
    ("custom_object_type", "custom_object"), ("shared", "shared"),
  ].map { Listing(path: "custom_field/\($0.0)/", constants: JSONObject([("object_type", .string($0.1))])) }

  private static func activity(_ name: String, _ path: String, _ shape: Shape) -> StreamDefinition {
    StreamDefinition(name: name, replication: .windows(.activities("activity/\(path)/")), shape: shape)
  }
}

extension DateWindows {
  /// Activities list newest first and filter only by `date_created`; late edits are caught by reading again.
  static func activities(_ path: String) -> DateWindows {
    DateWindows(
      listing: Listing(path: path), field: "date_created", isNewestFirst: true, isOpenEnded: true,
      rereads: .attribution)
  }

  /// Without `_type=all` only tasks of type `lead` would come.
  static let tasks = DateWindows(
    listing: Listing(path: "task/", parameters: ["_type": "all", "_order_by": "date_created"]),
    field: "date_updated", isNewestFirst: false, isOpenEnded: false)

  static let opportunities = DateWindows(
    listing: Listing(path: "opportunity/", parameters: ["_order_by": "date_updated"]), field: "date_updated",
    isNewestFirst: false, isOpenEnded: false)

  /// Close keeps events for 30 days, gives at most 50 a page, and may show them five minutes late.
  static let events = DateWindows(
    listing: Listing(path: "event/", paging: .cursor(limit: 50)), field: "date_updated", isNewestFirst: true,
    isOpenEnded: true, days: 1, retentionDays: 30, latenessSeconds: 300)
}
