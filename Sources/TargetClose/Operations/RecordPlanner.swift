import CloseAPI
import JSONBytes
import Singer

/// Decides, by reading only, what is to be done with a record.
struct RecordPlanner: Sendable {
  let context: TargetContext
  /// Whether nothing will be sent, so that objects may only be planned.
  let isDryRun: Bool

  /// What to do with a record.
  enum Verdict: Sendable {
    case operations([Operation])
    /// Wait for the record that becomes this object.
    case wait(ParentKey)
  }

  /// A record that another one points to.
  struct ParentKey: Hashable, Sendable {
    let resource: String
    let key: RecordKey

    /// What it is known by to those who wait.
    var digest: Digest { Digest("parent", resource, key.text) }
  }

  /// Plans a record.
  ///
  /// - Parameter isLast: whether no more records will come, so that there is nothing to wait for.
  /// - Throws: `Rejection`, `CloseError`, `SingerError`.
  func plan(_ record: SourceRecord, isLast: Bool) async throws -> Verdict {
    switch record.stream.settings.destination {
    case .dictionary:
      context.foreignNames.learn(record.fields, ofStream: record.stream.name)
      return .operations([
        .skipped("read for the names that other records point to", resource: record.stream.name)
      ])
    case .endpoint(let endpoint): return .operations([try plan(record, at: endpoint)])
    case .contactAndLead(let settings): return .operations(try await plan(record, settings))
    case .resource(let resource): return try await plan(record, as: resource, isLast: isLast)
    case .anyActivity:
      let type = record.fields["_type"]?.string ?? ""
      if ResourceTable.recordedByClose.contains(type) {
        return .operations([.skipped("Close makes \(type) activities by itself", resource: "activity")])
      }
      guard let resource = ResourceTable.activity(ofType: type) else {
        throw Rejection("\"_type\" names no activity that can be written: \"\(type)\"")
      }
      return try await plan(record, as: resource, isLast: isLast)
    }
  }

  private func plan(
    _ record: SourceRecord, as resource: ResourceDefinition, isLast: Bool
  ) async throws -> Verdict {
    let settings = record.stream.settings
    if record.isTombstone || settings.action == .delete {
      return .operations(try await planDeletion(record, of: resource))
    }
    let mapper = RecordMapper(mapping: settings.mapping, resource: resource)
    let draft = try mapper.draft(record.fields)
    let unknown = draft.unknown.filter { !record.stream.keyProperties.contains($0) }
    note(unknown.map { "\"\($0)\" is no field that can be written; it is left out" }, record)
    var parents: [String: String] = [:]
    for reference in draft.references {
      guard case .object(let parent) = reference.kind, let value = reference.value.string else { continue }
      switch try await self.parent(value, resource: parent, record) {
      case let id?: parents[reference.field] = id
      case nil:
        let key = ParentKey(resource: parent, key: RecordKey(text: value))
        if !isLast { return .wait(key) }
        if resource.required.contains(reference.field) {
          throw Rejection(
            "\"\(reference.field)\" points to the \(parent) \"\(value)\", and no such record came")
        }
      }
    }
    if !isLast, let key = try await missingName(draft, record) { return .wait(key) }
    let object = try await resolve(draft, record, parents)
    return .operations(try await plan(object, draft, record))
  }

  // MARK: - Parents and names

  /// The id of the object that a field of the record points to; nil when it is not known, or not yet.
  private func parent(_ value: String, resource: String, _ record: SourceRecord) async throws -> String? {
    let key = RecordKey(text: value)
    let definition = ResourceTable.resource(named: resource)
    let known = try writtenID(of: key, resource: resource)
    switch ParentRule(value, known: known, isForeign: isForeign(record), resource: definition) {
    case .use(let id): return context.memory.survivor(ofLead: id) ?? id
    case .wait: return nil
    case .ask(let id):
      guard let definition, id.isPartOfPath else { return nil }
      let path = definition.path(of: id)
      return try await context.exists(path, label: record.stream.name) ? id : nil
    }
  }

  /// Whether Close refused a record because its lead has been merged into another one, which has taken its place
  /// now; the record is to be planned again.
  func hasFollowedMerge(after rejection: Rejection, _ record: SourceRecord) async throws -> Bool {
    guard let status = rejection.status, [400, 404, 422].contains(status),
      let lead = rejection.request?.body?["lead_id"]?.string, lead.isPartOfPath
    else { return false }
    if context.memory.survivor(ofLead: lead) != nil { return true }
    let label = record.stream.name
    guard try await context.object(.lead, lead, label: label) == nil,
      let survivor = try await context.survivor(ofLead: lead, label: label)
    else { return false }
    context.memory.remember(survivor: survivor.id, ofLead: lead)
    return true
  }

  /// A row of another stream that will tell the name of something the record points to.
  ///
  /// Only another organisation's ids need one, and only streams of this input can have one.
  private func missingName(_ draft: Draft, _ record: SourceRecord) async throws -> ParentKey? {
    guard isForeign(record) == true else { return nil }
    let directory = try await context.directory.directory(with: draft.tables)
    let finder = NameFinder(
      directory: directory, foreignFields: record.stream.customFieldNames,
      isAnnounced: { context.memory.isAnnounced($0) },
      isKnown: { !context.foreignNames.names(of: $0).isEmpty })
    return finder.missingName(draft)
  }

  /// The id of what a record became, or its stand-in in a plan.
  private func writtenID(of key: RecordKey, resource: String) throws -> String? {
    if let id = try context.journal.id(of: key, resource: resource) { return id }
    return context.memory.plannedID(of: key, resource: resource)?.text
  }

  /// Whether the record comes from another organisation; nil when it does not say.
  func isForeign(_ record: SourceRecord) -> Bool? { record.organisation.map { $0 != context.organisation } }

  /// The object as it should be, with ids and names of this organisation.
  func resolve(
    _ draft: Draft, _ record: SourceRecord, _ parents: [String: String] = [:]
  ) async throws -> DesiredObject {
    var directory = try await context.directory.directory(with: draft.tables)
    let more = ReferenceResolver.tables(for: draft, directory)
    if !more.isEmpty { directory = try await context.directory.directory(with: more) }
    let resolver = ReferenceResolver(
      directory: directory, foreignNames: { context.foreignNames.names(of: $0) },
      foreignFields: record.stream.customFieldNames, isForeign: isForeign(record), parents: parents,
      writtenID: { resource, key in try? context.journal.id(of: RecordKey(text: key), resource: resource) },
      lists: record.stream.settings.lists)
    let (object, remarks) = try resolver.resolve(draft)
    note(remarks, record)
    return object
  }

  func note(_ remarks: [String], _ record: SourceRecord) {
    for remark in remarks { context.remarks.add(remark, stream: record.stream.name) }
  }
}
