// Which events of the log tell of which table.
// See developer.close.com: Event Log, List of event types.

extension StreamDefinition {
  /// The table with the types of events that tell of its rows.
  var withEventTypes: StreamDefinition {
    var definition = self
    definition.eventTypes = StreamDefinition.eventTypes[name] ?? []
    return definition
  }

  /// Whether an event about an object of this type tells of a row.
  ///
  /// Old events name activities without their family, `note` for `activity.note`.
  func isTold(by type: String) -> Bool {
    eventTypes.contains { known in
      known == type || known == "activity.\(type)"
        || known.hasSuffix(".*") && type.hasPrefix(known.dropLast())
    }
  }

  /// Whether it has rows that no event tells of, and so has to be listed too.
  ///
  /// Activities say of a lead that it was created or imported; there are no such events.
  var hasUntoldRows: Bool { name == "activities" }

  /// The types that can be asked for by name.
  var namedEventTypes: [String] { eventTypes.filter { !$0.hasSuffix("*") } }

  /// `family.*` stands for types that Close may add to those named.
  ///
  /// Users and pipelines have no events. Threads of e-mails do, but are no rows of `activities`. Nothing ever deletes
  /// exports and bulk actions.
  private static let eventTypes: [String: [String]] = [
    "activities": activityTypes + ["lead_merge"],
    "custom_fields": [
      "custom_fields.lead", "custom_fields.contact", "custom_fields.opportunity", "custom_fields.activity",
      "custom_fields.custom_object", "custom_fields.shared", "custom_fields.*",
    ],
    "leads": ["lead"],
    "tasks": [
      "task.lead", "task.incoming_email", "task.email_followup", "task.missed_call",
      "task.answered_detached_call", "task.voicemail", "task.opportunity_due", "task.incoming_sms",
      "task.outgoing_call", "task.*",
    ],
    "contacts": ["contact"],
    "opportunities": ["opportunity"],
    "notes": ["activity.note"],
    "calls": ["activity.call"],
    "emails": ["activity.email"],
    "email_threads": ["activity.email_thread"],
    "sms": ["activity.sms"],
    "whatsapp_messages": ["activity.whatsapp_message"],
    "meetings": ["activity.meeting"],
    "lead_status_changes": ["activity.lead_status_change"],
    "opportunity_status_changes": ["activity.opportunity_status_change"],
    "task_completed_activities": ["activity.task_completed"],
    "lead_merges": ["lead_merge"],
    "custom_activities": ["activity.custom_activity"],
    "form_submissions": ["activity.form_submission"],
    "lead_statuses": ["status.lead"],
    "opportunity_statuses": ["status.opportunity"],
    "custom_activity_types": ["custom_activity_type"],
    "custom_object_types": ["custom_object_type"],
    "custom_objects": ["custom_object"],
    "groups": ["group"],
    "phone_numbers": ["phone_number"],
    "email_templates": ["email_template"],
    "sms_templates": ["sms_template"],
    "sequences": ["sequence"],
    "sequence_subscriptions": ["sequence_subscription"],
    "comments": ["comment"],
    "comment_threads": ["comment_thread"],
    "saved_searches": ["saved_search"],
  ]

  private static let activityTypes = [
    "note", "call", "email", "sms", "whatsapp_message", "meeting", "lead_status_change",
    "opportunity_status_change", "task_completed", "custom_activity", "form_submission",
  ].map { "activity.\($0)" }
}
