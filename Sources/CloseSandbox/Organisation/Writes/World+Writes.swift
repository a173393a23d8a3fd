import JSONBytes

/// Creating, updating and deleting: what all resources share, and who knows what is special about each.
extension World {
  mutating func create(_ call: Call, _ resource: Resource) throws(Refusal) -> SandboxResponse {
    try checkPermission(call, resource)
    let values = try validated(call.object(), resource)
    let context = WriteContext(call)
    let record: Record
    switch resource.kind {
    case .lead: record = try createLead(values, context)
    case .contact: record = createContact(values, context)
    case .opportunity: record = try createOpportunity(values, context)
    case .task: record = try createTask(values, context)
    default:
      record =
        resource.kind.isActivity
        ? try createActivity(resource.kind, values, context)
        : try createOther(resource.kind, values, context, call)
    }
    return answer(record, call, status: resource.answers.create)
  }

  mutating func update(_ call: Call, _ resource: Resource, id: String) throws(Refusal) -> SandboxResponse {
    try checkPermission(call, resource)
    guard let record = live.find(resource.kind, id) else { throw .notFound(resource) }
    let values = try validated(call.object(), resource, existing: record.object)
    return answer(try update(record, values, WriteContext(call)), call)
  }

  /// Puts checked values into an object, with all that follows from them.
  mutating func update(_ record: Record, _ values: JSONObject, _ context: WriteContext) throws(Refusal)
    -> Record
  {
    switch record.kind {
    case .lead: return try updateLead(record, values, context)
    case .contact: return updateContact(record, values, context)
    case .opportunity: return try updateOpportunity(record, values, context)
    case .task: return updateTask(record, values, context)
    default:
      return record.kind.isActivity
        ? try updateActivity(record, values, context) : try updateOther(record, values, context)
    }
  }

  mutating func delete(_ call: Call, _ resource: Resource, id: String) throws(Refusal) -> SandboxResponse {
    try checkPermission(call, resource)
    guard let record = live.find(resource.kind, id) else { throw .notFound(resource) }
    try delete(record, WriteContext(call))
    return resource.answers.delete == 204 ? SandboxResponse(status: 204) : SandboxResponse(status: 200, [:])
  }

  mutating func delete(_ record: Record, _ context: WriteContext) throws(Refusal) {
    switch record.kind {
    case .lead: deleteLead(record, context)
    case .contact: deleteContact(record, context)
    case .emailThread: deleteThread(record, context)
    default:
      if record.kind.isSetting {
        try deleteSetting(record, context)
      } else {
        try deleteOther(record, context)
      }
    }
  }

  private func checkPermission(_ call: Call, _ resource: Resource) throws(Refusal) {
    if resource.isManaged, !call.request.caller.isAdmin { throw .forbidden }
  }
}
