import JSONBytes

/// Everything that is neither CRM, activity nor setting: views, sequences, comments, webhooks, bulk actions.
extension World {
  mutating func createOther(
    _ kind: Kind, _ values: JSONObject, _ context: WriteContext, _ call: Call
  ) throws(Refusal) -> Record {
    if kind.isSetting { return try createSetting(kind, values, context) }
    var values = values
    switch kind {
    case .smartView:
      try checkView(values)
      values["user_id"] = .string(context.userID)
    case .smsTemplate: values["owned_by"] = .string(context.userID)
    case .sequence: values["steps"] = steps(values["steps"], context)
    case .sequenceSubscription: try prepareSubscription(&values)
    case .comment: return try createComment(values, context)
    case .webhook: values["signature_key"] = .string(ids.hexadecimal(64))
    case .unsubscribedEmail: return unsubscribe(values, context)
    case .sendAs:
      guard values["allowing_user_id"]?.string == context.userID else { throw .forbidden }
    case .schedulingLink: values["user_id"] = values["user_id"] ?? .string(context.userID)
    case .bulkDelete, .bulkEdit: return try runBulkAction(kind, values, context, call)
    default: break
    }
    return insert(kind, values, context)
  }

  mutating func updateOther(_ record: Record, _ values: JSONObject, _ context: WriteContext) throws(Refusal)
    -> Record
  {
    if record.kind.isSetting { return try updateSetting(record, values, context) }
    var values = values
    switch record.kind {
    case .smartView where values["s_query"] != nil: try checkView(values)
    // Steps that are not named are gone.
    case .sequence where values["steps"] != nil: values["steps"] = steps(values["steps"], context)
    case .comment:
      guard record.text("created_by") == context.userID else { throw .forbidden }
    default: break
    }
    return change(record, values, context)
  }

  mutating func deleteOther(_ record: Record, _ context: WriteContext) throws(Refusal) {
    switch record.kind {
    case .comment: deleteComment(record, context)
    case .unsubscribedEmail:
      remove(record, context)
      markUnsubscribed(record.id, false, at: context.now)
    default: remove(record, context)
    }
  }

  // MARK: - One each

  private func checkView(_ values: JSONObject) throws(Refusal) {
    guard let query = values["s_query"]?["query"] else { throw .field("s_query", "This field is required.") }
    do throws(SearchFault) {
      let node = try SearchNode.parse(query)
      guard node.resultType != nil else { throw SearchFault("An object_type clause is required.") }
    } catch {
      throw error.within(.key("query")).within(.key("s_query")).refusal
    }
  }

  /// New steps get ids; those sent back keep theirs.
  private mutating func steps(_ steps: JSONValue?, _ context: WriteContext) -> JSONValue {
    let now = JSONValue.string(dates.text(context.now, isNaive: true))
    var written: [JSONValue] = []
    for step in steps?.array ?? [] {
      var whole: JSONValue = [
        "created_by_id": .string(context.userID), "date_created": now, "date_updated": now, "delay": 0,
        "email_template_id": nil, "id": .string(ids.next(prefix: "seqstep_", length: 22)), "required": true,
        "step_allowed_delay": nil, "step_type": "email", "threading": nil,
        "updated_by_id": .string(context.userID),
      ]
      for (key, value) in step.object ?? JSONObject() where !(key == "id" && value.isNull) {
        whole[key] = value
      }
      written.append(whole)
    }
    return .array(written)
  }

  private func prepareSubscription(_ values: inout JSONObject) throws(Refusal) {
    let contact = values["contact_id"]?.string.flatMap { live.find(.contact, $0) }
    let emails = contact?.value("emails")?.array?.compactMap { $0["email"]?.string } ?? []
    guard let email = values["contact_email"]?.string, emails.contains(email) else {
      throw .field("contact_email", "The contact does not have this e-mail address.")
    }
    values["lead_id"] = .text(contact?.leadID)
  }

  private mutating func unsubscribe(_ values: JSONObject, _ context: WriteContext) -> Record {
    let email = values["email"]?.string ?? ""
    if let known = live.find(.unsubscribedEmail, email) { return known }
    let record = insert(.unsubscribedEmail, id: email, values, context)
    markUnsubscribed(email, true, at: context.now)
    return record
  }

  private mutating func markUnsubscribed(_ email: String, _ isUnsubscribed: Bool, at now: Timestamp) {
    indexTerms()
    for contact in (live.terms?.ids("email", email) ?? []).compactMap({ live.find(.contact, $0) }) {
      refresh(contact, at: now) { object in
        object["emails"] = .array(
          (object["emails"]?.array ?? []).map { entry in
            guard entry["email"]?.string == email else { return entry }
            var marked = entry
            marked["is_unsubscribed"] = .bool(isUnsubscribed)
            return marked
          })
      }
    }
  }

  // MARK: - Comments

  private mutating func createComment(_ values: JSONObject, _ context: WriteContext) throws(Refusal) -> Record
  {
    guard let object = values["object_id"]?.string.flatMap({ live[$0] }) else {
      throw .field("object_id", "Object does not exist.")
    }
    let lead = JSONValue.text(object.kind == .lead ? object.id : object.leadID)
    let known = live.all(.commentThread).first { $0.text("object_id") == object.id }
    let thread =
      known
      ?? insert(
        .commentThread,
        [
          "lead_id": lead, "object_id": .string(object.id),
          "object_type": .string(EventRecorder.objectType(object)),
          "num_comments": 0, "participating": [],
        ], context)
    var people = thread.value("participating")?.array ?? []
    if !people.contains(.string(context.userID)) { people.append(.string(context.userID)) }
    let count = (thread.value("num_comments")?.int ?? 0) + 1
    change(thread, ["num_comments": .int(count), "participating": .array(people)], context)
    var values = values
    values["thread_id"] = .string(thread.id)
    values["lead_id"] = lead
    return insert(.comment, values, context)
  }

  /// A comment that is gone leaves an empty one, until all of its thread are.
  private mutating func deleteComment(_ comment: Record, _ context: WriteContext) {
    change(
      comment,
      [
        "body": "", "removed_at": .string(dates.text(context.now)), "removed_by": .string(context.userID),
      ], context)
    guard let id = comment.text("thread_id") else { return }
    let comments = live.all(.comment).filter { $0.text("thread_id") == id }
    guard comments.allSatisfy({ $0.text("removed_at") != nil }) else { return }
    for comment in comments { remove(comment, context) }
    if let thread = live[id] { remove(thread, context) }
  }
}
