import JSONBytes
import Singer

extension RecordPlanner {
  /// What is to be done with the object that a record describes.
  ///
  /// - Throws: `Rejection`, `CloseError`, `SingerError`.
  func plan(
    _ object: DesiredObject, _ draft: Draft, _ record: SourceRecord
  ) async throws -> [Operation] {
    let matcher = Matcher(planner: self, record: record, resource: object.resource)
    let settings = record.stream.settings
    let resource = object.resource
    if settings.action == .create, let id = try matcher.writtenBefore() {
      return [.skipped("created before, and the action is create", resource: resource.name, id: id)]
    }
    let criteria = try await matcher.criteria(object)
    switch try await matcher.find(draft.id, criteria, lead: object.values["lead_id"]?.string) {
    case .skip(let reason): return [.skipped(reason, resource: resource.name)]
    case .reject(let reason): throw Rejection(reason)
    case .write(let found, let reason):
      guard resource.canUpdate else {
        return [
          .skipped("Close does not change a \(resource.name)", resource: resource.name, id: found.first?.id)
        ]
      }
      let directory = try await context.directory.directory(with: draft.tables)
      return found.map {
        .update(
          of: $0.id, to: placed(object, draft, in: $0.live, directory), live: $0.live,
          method: context.verb.method, tokens: criteria.flatMap(\.tokens), reason: reason)
      }
    case .create:
      return [try creation(of: object, draft, tokens: criteria.flatMap(\.tokens), record)]
    }
  }

  /// The object with a status of its own pipeline: several pipelines may have one of that name.
  private func placed(
    _ object: DesiredObject, _ draft: Draft, in live: JSONObject, _ directory: Directory
  ) -> DesiredObject {
    guard let pipeline = live["pipeline_id"]?.string, object.values["pipeline_id"] == nil,
      let status = draft.references.first(where: { $0.kind == .opportunityStatus })
    else { return object }
    var object = object
    let id = status.value.string
    for name in [id, status.label].compactMap(\.self) + (id.map(context.foreignNames.names) ?? []) {
      if case .found(name) = directory.find(name, in: .opportunityStatuses) { return object }
      if case .found(let own) = directory.find(name, in: .opportunityStatuses, group: pipeline) {
        object.values[status.field] = .string(own)
        return object
      }
    }
    return object
  }

  private func creation(
    of object: DesiredObject, _ draft: Draft, tokens: [MatchToken], _ record: SourceRecord
  ) throws -> Operation {
    var object = object
    let resource = object.resource
    guard resource.canCreate else {
      return .skipped("Close does not let a \(resource.name) be created", resource: resource.name)
    }
    if !resource.typeRequirements.isEmpty {
      let type = object.values["_type"]?.string ?? "lead"
      guard let required = resource.typeRequirements[type] else {
        return .skipped("Close makes \(resource.name)s of type \(type) by itself", resource: resource.name)
      }
      object.values["_type"] = .string(type)
      try Refusal.check(object, required: required)
    }
    try Refusal.check(object, required: resource.required)
    if resource.name == "lead", context.memory.isAnnounced("contact") { object.values["contacts"] = nil }
    var operation = Operation.creation(of: object, reason: "nothing in Close stands for this record yet")
    operation.tokens = tokens
    if object.values["contacts"] != nil {
      operation.nestedContacts = draft.contacts.map { contact in
        contact.id.map { JournalKey(stream: context.contactStream, key: RecordKey(text: $0)) }
      }
    }
    return operation
  }

  /// What is to be done with the object of a record that is gone at its source.
  ///
  /// - Throws: `Rejection`, `CloseError`, `SingerError`.
  func planDeletion(_ record: SourceRecord, of resource: ResourceDefinition) async throws
    -> [Operation]
  {
    let settings = record.stream.settings
    guard settings.action == .delete || settings.limits.maxDeletes ?? 0 > 0 else {
      return [.skipped("deleted at its source, but max_deletes is not set", resource: resource.name)]
    }
    let draft = try? RecordMapper(mapping: settings.mapping, resource: resource).draft(record.fields)
    let matcher = Matcher(planner: self, record: record, resource: resource)
    var criteria: [MatchCriterion] = []
    if var draft, settings.action == .delete {
      // What it belongs to does not matter any more.
      draft.references = []
      draft.contacts = []
      criteria = try await matcher.criteria(try await resolve(draft, record))
    }
    let id = settings.mapping.apply(to: record.fields)["id"]?.string
    switch try await matcher.find(id, criteria, lead: nil, isDeletion: true) {
    case .create: return [.skipped("there is nothing to delete", resource: resource.name)]
    case .skip(let reason): return [.skipped(reason, resource: resource.name)]
    case .reject(let reason): throw Rejection(reason)
    case .write(let found, let reason):
      return found.map { object in
        Operation(
          action: .delete, resource: resource.name, id: object.id,
          changes: [FieldChange(name: "date_updated", from: object.live["date_updated"] ?? .null, to: .null)],
          reason: "deleted at its source; \(reason)",
          request: PlannedRequest(method: .delete, path: resource.path(of: object.id)))
      }
    }
  }
}
