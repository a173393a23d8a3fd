import JSONBytes

/// Tasks, one by one and many at once.
extension World {
  /// So many tasks can be changed by one request.
  private static let mostAtOnce = 1000

  mutating func createTask(_ values: JSONObject, _ context: WriteContext) throws(Refusal) -> Record {
    var values = values
    let isCall = values["_type"]?.string == "outgoing_call"
    let needed = isCall ? "contact_id" : "text"
    guard values[needed]?.string != nil else { throw .field(needed, "This field is required.") }
    values["_type"] = isCall ? "outgoing_call" : "lead"
    if values["assigned_to"]?.string == nil { values["assigned_to"] = .string(context.userID) }
    World.setDate(&values)
    values["is_dateless"] = values["is_dateless"] ?? .bool(values["date"]?.string == nil)
    let task = insert(.task, values, context)
    if !task.isIncomplete { noteCompletion(of: task, context) }
    return task
  }

  mutating func updateTask(_ task: Record, _ values: JSONObject, _ context: WriteContext) -> Record {
    var values = values
    // Other tasks take their words from what they are about.
    if task.text("_type") != "lead" { values["text"] = nil }
    World.setDate(&values)
    let isDone = task.isIncomplete && values["is_complete"]?.bool == true
    let changed = change(task, values, context, action: isDone ? "completed" : nil)
    if isDone { noteCompletion(of: changed, context) }
    return changed
  }

  /// The date had another name once.
  private static func setDate(_ values: inout JSONObject) {
    if let date = values["due_date"], values["date"] == nil { values["date"] = date }
    values["due_date"] = nil
    values["disable_notification"] = nil
  }

  private mutating func noteCompletion(of task: Record, _ context: WriteContext) {
    let object = task.object
    insert(
      .taskCompleted,
      [
        "lead_id": .text(task.leadID), "contact_id": object["contact_id"] ?? nil,
        "user_id": .string(context.userID), "task_id": .string(task.id), "task_text": object["text"] ?? nil,
        "task_assigned_to": object["assigned_to"] ?? nil,
      ], context)
  }

  /// `PUT /task/`: the same filters as for reading choose the tasks, the body says what becomes of them.
  mutating func updateTasks(_ call: Call) throws(Refusal) -> SandboxResponse {
    let resource = Kind.task.resource
    let body = try call.object()
    let query = try ListQuery(call, resource, world: self)
    let rows = query.selection.rows(in: live)
    guard rows.count <= World.mostAtOnce else {
      throw Refusal(
        status: 400,
        body: ["errors": ["It's not allowed to update more than \(World.mostAtOnce) objects at once"]])
    }
    let context = WriteContext(call)
    var changes: [(task: Record, values: JSONObject)] = []
    for position in 0..<rows.count {
      changes.append((rows[position], try validated(body, resource, existing: rows[position].object)))
    }
    for change in changes { _ = updateTask(change.task, change.values, context) }
    return SandboxResponse(status: 200, ["ok": true])
  }
}
