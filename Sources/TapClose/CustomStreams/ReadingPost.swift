/// Tells questions that go as a POST from calls that change something in Close.
///
/// A tap only reads, and repeats a request whose answer got lost: what would be created twice must not be asked.
enum ReadingPost {
  /// The first words of paths that Close creates or changes something for.
  private static let writing: Set<String> = [
    "activity", "blocked_phone_number", "bulk_action", "comment", "comment_thread", "connected_account",
    "contact", "custom_activity", "custom_field", "custom_field_schema", "custom_fields", "custom_object",
    "custom_object_type", "dialer", "email_template", "enrich_field", "event", "export", "files", "form",
    "group", "import", "integration_link", "lead", "me", "membership", "opportunity", "organization",
    "outcome", "phone_number",
    "pipeline", "playbook", "role", "sandbox_collection", "saved_search", "scheduling_link", "send_as",
    "sequence", "sequence_subscription", "shared_scheduling_link", "shared_scheduling_link_association",
    "sms_template", "status", "task", "unsubscribe", "user", "webhook",
  ]
  /// Words that say themselves what is done.
  private static let verbs: Set<String> = [
    "archive", "cancel", "create", "delete", "import", "merge", "move", "pause", "resume", "send",
    "unarchive",
    "update", "upload",
  ]

  /// Why a POST to this path is no question; nil when it may be one.
  static func objection(toPath segments: [String]) -> String? {
    let words = segments.map { $0.lowercased() }
    let isWriting = words.first.map(writing.contains) ?? true
    guard isWriting || words.contains(where: verbs.contains) else { return nil }
    return "POST /\(segments.joined(separator: "/"))/ changes something in Close, and a tap only reads; "
      + "POST is for questions such as /data/search/ and /report/activity/"
  }
}
