import JSONBytes

// What people in Close write with, plan with and leave to machines.

extension StreamTable {
  static let communication = [
    StreamDefinition(
      name: "email_templates", replication: .whole(.list("email_template/")), shape: .emailTemplate),
    StreamDefinition(name: "sms_templates", replication: .whole(.list("sms_template/")), shape: .smsTemplate),
    StreamDefinition(name: "sequences", replication: .whole(.list("sequence/")), shape: .sequence),
    StreamDefinition(
      name: "sequence_subscriptions",
      replication: .whole(
        .perParent(
          FanOut(
            Listing(path: "sequence/"),
            each: Listing(path: "sequence_subscription/", parameters: ["sequence_id": "{id}"])))),
      shape: .sequenceSubscription),
    StreamDefinition(
      name: "comment_threads", replication: .whole(.list("comment_thread/"), by: "updated_at"),
      shape: .commentThread),
    StreamDefinition(
      name: "comments",
      replication: .whole(
        .perParent(
          FanOut(
            Listing(path: "comment_thread/"),
            each: Listing(path: "comment/", parameters: ["thread_id": "{id}"], paging: .single))),
        by: "updated_at"),
      shape: .comment),
    StreamDefinition(name: "dialer_sessions", replication: .whole(.list("dialer/")), shape: .dialerSession),
    StreamDefinition(
      name: "scheduling_links", replication: .full(.list("scheduling_link/")), shape: .schedulingLink),
    StreamDefinition(
      name: "shared_scheduling_links", replication: .full(.list("shared_scheduling_link/")),
      shape: .schedulingLink),
    StreamDefinition(
      name: "unsubscribed_emails",
      replication: .full(.lists([Listing(path: "unsubscribe/email/", paging: .single)])),
      shape: .unsubscribedEmail, keyProperties: ["email"]),
  ]

  static let automation = [
    // Without types only views of leads would come.
    StreamDefinition(
      name: "saved_searches",
      replication: .whole(.lists([Listing(path: "saved_search/", parameters: ["type__in": viewTypes])])),
      shape: .savedSearch),
    StreamDefinition(
      name: "bulk_deletes", replication: .whole(.list("bulk_action/delete/")), shape: .bulkDelete),
    StreamDefinition(name: "bulk_edits", replication: .whole(.list("bulk_action/edit/")), shape: .bulkEdit),
    StreamDefinition(
      name: "bulk_emails", replication: .whole(.list("bulk_action/email/")), shape: .bulkEmail),
    StreamDefinition(
      name: "bulk_sequence_subscriptions",
      replication: .whole(.list("bulk_action/sequence_subscription/")), shape: .bulkSequenceSubscription),
    StreamDefinition(name: "exports", replication: .whole(.list("export/")), shape: .export),
    StreamDefinition(name: "webhooks", replication: .whole(.list("webhook/")), shape: .webhook),
    StreamDefinition(
      name: "integration_links", replication: .whole(.list("integration_link/")), shape: .integrationLink),
    StreamDefinition(name: "outcomes", replication: .whole(.list("outcome/")), shape: .outcome),
    StreamDefinition(
      name: "playbooks", replication: .whole(.list("playbook/"), by: "updated_at"), shape: .playbook),
    StreamDefinition(name: "forms", replication: .whole(.list("form/")), shape: .form),
  ]

  private static let viewTypes = [
    "lead", "contact", "opportunity", "call", "email", "sms", "meeting", "note", "whatsapp_message",
    "custom_activity", "form_submission",
  ].joined(separator: ",")
}
