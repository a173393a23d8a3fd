/// Every kind of object that can be written, and the streams that are written to each unless told otherwise.
enum ResourceTable {
  static let all: [ResourceDefinition] = [
    .lead, .contact, .opportunity, .task, .note, .call, .email, .sms, .whatsAppMessage, .meeting,
    .customActivity, .leadStatusChange, .opportunityStatusChange, .customObject, .comment,
  ]

  static func resource(named name: String) -> ResourceDefinition? { all.first { $0.name == name } }

  /// The resource whose objects a stream of this name holds: `leads` or `lead` for leads.
  static func resource(ofStream name: String) -> ResourceDefinition? {
    resource(named: name) ?? streams[name].flatMap(resource(named:))
  }

  /// The resource of an activity, by its `_type`.
  static func activity(ofType type: String) -> ResourceDefinition? {
    activityTypes[type].flatMap(resource(named:))
  }

  /// Activities that Close makes by itself and nobody can write.
  static let recordedByClose: Set<String> = [
    "Created", "EmailThread", "TaskCompleted", "LeadMerge", "FormSubmission", "ImportUpdate",
  ]

  /// Streams that only tell the names of what records of their organisation point to.
  static let dictionaries: Set<String> = [
    "users", "lead_statuses", "opportunity_statuses", "pipelines", "custom_fields",
    "custom_activity_types", "custom_object_types",
  ]

  private static let streams = [
    "leads": "lead", "contacts": "contact", "opportunities": "opportunity", "tasks": "task", "notes": "note",
    "calls": "call", "emails": "email", "whatsapp_messages": "whatsapp_message", "meetings": "meeting",
    "custom_activities": "custom_activity", "custom_objects": "custom_object",
    "lead_status_changes": "lead_status_change", "opportunity_status_changes": "opportunity_status_change",
    "comments": "comment",
  ]

  private static let activityTypes = [
    "Note": "note", "Call": "call", "Email": "email", "SMS": "sms", "WhatsAppMessage": "whatsapp_message",
    "Meeting": "meeting", "CustomActivity": "custom_activity", "Custom": "custom_activity",
    "LeadStatusChange": "lead_status_change", "OpportunityStatusChange": "opportunity_status_change",
  ]
}
