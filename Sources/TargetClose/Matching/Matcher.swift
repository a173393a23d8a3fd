import CloseAPI
import JSONBytes
import Singer

/// Finds the objects in Close that a record stands for.
struct Matcher: Sendable {
  let planner: RecordPlanner
  let record: SourceRecord
  let resource: ResourceDefinition

  private var context: TargetContext { planner.context }
  private var settings: StreamSettings { record.stream.settings }
  private var journalKey: JournalKey { JournalKey(stream: record.stream.name, key: record.key) }

  /// The id of the object the record was written to before; nil when it was not.
  ///
  /// An organisation may send one object in several streams, a note among `notes` and among `activities`.
  func writtenBefore() throws(SingerError) -> String? {
    if let result = try context.journal.result(of: journalKey), result.resource == resource.name {
      return result.id.isEmpty ? nil : result.id
    }
    return sharesIDs ? try context.journal.id(of: record.key, resource: resource.name) : nil
  }

  /// Whether a record of another stream with the same key is the same object.
  private var sharesIDs: Bool {
    record.organisation != nil && record.key.text == record.fields["id"]?.string
  }

  /// The match keys the record has values for.
  ///
  /// - Throws: `SingerError.config` for a key that names no custom field of the organisation.
  func criteria(_ object: DesiredObject) async throws -> [MatchCriterion] {
    var criteria: [MatchCriterion] = []
    for key in settings.match {
      guard case .custom(let name) = key else {
        if let criterion = MatchCriterion(key, object) { criteria.append(criterion) }
        continue
      }
      let scope = resource.customFields
      let directory = try await context.directory.directory(
        with: Set(scope.map { [.customFields($0)] } ?? []))
      guard let definition = scope.flatMap({ directory.customField(name, of: $0) }) else {
        throw SingerError(
          .config, "\"match\" names no \(resource.name) custom field of the organisation: \"\(name)\"",
          file: "streams.\(settings.stream)")
      }
      if let criterion = MatchCriterion(key, object, customField: definition) { criteria.append(criterion) }
    }
    return criteria
  }

  /// Finds objects by what was written before, then by the match keys in order, and decides over them.
  ///
  /// - Parameters:
  ///   - id: the id in the record.
  ///   - lead: the lead it belongs to.
  func find(
    _ id: String?, _ criteria: [MatchCriterion], lead: String?, isDeletion: Bool = false
  ) async throws -> MatchPolicy.Decision {
    let policy = MatchPolicy(onNone: isDeletion ? .skip : settings.onNone, onMany: settings.onMany)
    let written = try await self.written(followingMerges: !isDeletion)
    // Where every match is written, those of the record's first time are not enough.
    if let written, settings.onMany != .all || settings.match.isEmpty { return written }
    if settings.action == .create { return policy.decide([], by: "") }
    let keys = settings.match.isEmpty ? [MatchKey.id] : settings.match
    for key in keys {
      let found: [MatchedObject]
      if key == .id {
        found = try await self.found(byID: id)
      } else if let criterion = criteria.first(where: { $0.key == key }) {
        found = try await self.found(by: criterion, lead: lead)
      } else {
        continue
      }
      if found.isEmpty { continue }
      let stronger = keys.prefix { $0 != key }
      if let conflict = Matcher.conflict(of: found, with: criteria.filter { stronger.contains($0.key) }) {
        return .reject(
          "\(conflict.object.id) matches by \(key), but has another \(conflict.criterion.key); correct one of them, "
            + "or do not match by \(key)")
      }
      return policy.decide(found, by: key.description, lead: lead)
    }
    return written ?? policy.decide([], by: keys.map(\.description).joined(separator: ", "))
  }

  /// The object that the record, or in a plan an earlier one of its key, has been written to.
  ///
  /// - Parameter followingMerges: false where what is left of a lead is not to suffer for it.
  private func written(followingMerges: Bool) async throws -> MatchPolicy.Decision? {
    if let id = try writtenBefore() {
      if let live = try await object(id) {
        return .write([MatchedObject(id: id, live: live)], "written before")
      }
      if followingMerges, resource.name == "lead",
        let survivor = try await context.survivor(ofLead: id, label: record.stream.name)
      {
        return .write([survivor], "written before, and merged since")
      }
    }
    let own = PlannedID(resource: resource.name, stream: record.stream.name, key: record.key)
    let shared = sharesIDs ? context.memory.plannedID(of: record.key, resource: resource.name) : nil
    for id in [own, shared].compactMap(\.self) {
      guard let planned = try context.memory.plannedObject(id) else { continue }
      return .write([MatchedObject(id: id.text, live: planned)], "an earlier record of the input creates it")
    }
    return nil
  }

  /// An object found by a weaker key that has another value of its own for a stronger one.
  ///
  /// A customer number tells two companies of one name apart, and two people who share an address: writing the
  /// record over the other's object would be as wrong as making a second one of the same.
  private static func conflict(
    of found: [MatchedObject], with stronger: [MatchCriterion]
  ) -> (object: MatchedObject, criterion: MatchCriterion)? {
    for object in found {
      if let criterion = stronger.first(where: { $0.contradicts(object.live) }) { return (object, criterion) }
    }
    return nil
  }

  private func object(_ id: String) async throws -> JSONObject? {
    try await context.object(resource, id, label: record.stream.name)
  }

  private func found(byID id: String?) async throws -> [MatchedObject] {
    // Ids of another organisation mean nothing here.
    guard let id, planner.isForeign(record) != true, let live = try await object(id) else { return [] }
    return [MatchedObject(id: id, live: live)]
  }

  private func found(by criterion: MatchCriterion, lead: String?) async throws -> [MatchedObject] {
    var ids: [String] = []
    for token in criterion.tokens { ids += context.recentIDs(token) }
    if resource.searchType != nil {
      let rows = try await context.reads.search(criterion, label: record.stream.name)
      ids += rows.filter(criterion.admits).compactMap { $0["id"]?.string }
    } else if let lead {
      let rows = try await context.reads.objects(of: resource, inLead: lead, label: record.stream.name)
      ids += rows.filter(criterion.confirms).compactMap { $0["id"]?.string }
    }
    var found: [MatchedObject] = []
    for id in ids where !found.contains(where: { $0.id == id }) {
      // The search may show an old state; what counts is how the object is now.
      if let live = try await object(id), criterion.confirms(live) {
        found.append(MatchedObject(id: id, live: live))
      }
    }
    return found
  }
}
