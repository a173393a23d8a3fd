import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// Confirms, before a line of a reviewed plan is carried out, that Close is as it was when the plan was made.
struct PlanCheck: Sendable {
  let context: TargetContext

  /// An object the line needs that the plan creates itself and that is not there yet.
  func missingParent(_ line: PlanLine) throws(SingerError) -> PlannedID? {
    for operation in line.operations {
      for id in operation.plannedIDs where try self.id(of: id) == nil { return id }
    }
    return nil
  }

  /// The operations with the ids of what has been created meanwhile.
  ///
  /// - Throws: `Rejection` when something has changed since.
  func confirmed(_ line: PlanLine) async throws -> [Operation] {
    var operations: [Operation] = []
    for operation in line.operations {
      var operation = operation
      for id in operation.plannedIDs { operation.fill(id, with: try self.id(of: id) ?? "") }
      switch operation.action {
      case .create: operation = try await confirmAbsent(operation, line)
      case .update: operation = try await confirmUnchanged(operation, line)
      case .delete: operation = try await confirmUntouched(operation, line)
      case .noop, .skip: break
      case .reject: operation = .skipped(operation.reason, resource: operation.resource)
      }
      operations.append(operation)
    }
    return operations
  }

  private func id(of planned: PlannedID) throws(SingerError) -> String? {
    try context.journal.result(of: planned.journalKey).flatMap { $0.id.isEmpty ? nil : $0.id }
  }

  private func confirmAbsent(_ operation: Operation, _ line: PlanLine) async throws -> Operation {
    let key = JournalKey(stream: line.stream, key: line.key, role: operation.role)
    if let known = try context.journal.result(of: key) {
      // The plan may have been carried out up to here by a run that was killed then.
      guard known.content == nil, try await isCarriedOut(operation, known.id, line) else {
        throw Rejection("it has been created since the plan was made: \(known.id)")
      }
      return Operation(
        action: .noop, resource: operation.resource, role: operation.role, id: known.id,
        reason: "created before")
    }
    var known: Set<String> = []
    for id in operation.known {
      if let id = try PlannedID(id).map({ try self.id(of: $0) }) ?? id { known.insert(id) }
    }
    let body = operation.request?.body?.object ?? JSONObject()
    let contact = body["contacts"]?.list.first?.object ?? JSONObject()
    let resource = ResourceTable.resource(named: operation.resource)
    if let resource { try await confirmAbsent(operation.tokens, resource, body, known, line) }
    try await confirmAbsent(operation.nestedTokens, .contact, contact, known, line)
    return operation
  }

  private func confirmAbsent(
    _ tokens: [MatchToken], _ resource: ResourceDefinition, _ body: JSONObject, _ known: Set<String>,
    _ line: PlanLine
  ) async throws {
    for criterion in try await context.directory.criteria(tokens, resource, body) {
      var ids = criterion.tokens.flatMap(context.journal.recentIDs)
      var rows: [JSONObject] = []
      if resource.searchType != nil {
        rows = try await context.reads.search(criterion, label: line.stream)
      } else if let lead = body["lead_id"]?.string {
        rows = try await context.reads.objects(of: resource, inLead: lead, label: line.stream)
      }
      ids += rows.filter(criterion.admits).compactMap { $0["id"]?.string }
      for id in ids where !known.contains(id) {
        let live = try await context.object(resource, id, label: line.stream)
        guard let live, criterion.confirms(live) else { continue }
        throw Rejection(
          "an object that matches by \(criterion.field) has come since the plan was made: \(id)")
      }
    }
  }

  /// Whether an object is what the operation would create.
  private func isCarriedOut(_ operation: Operation, _ id: String, _ line: PlanLine) async throws -> Bool {
    guard let probe = IntentProbe(operation),
      let live = try await context.reads.object(probe.resource.path(of: id), label: line.stream)
    else { return false }
    return probe.matches(live)
  }

  /// Nobody has worked on an object that is to be deleted.
  private func confirmUntouched(_ operation: Operation, _ line: PlanLine) async throws -> Operation {
    guard let id = operation.id, let resource = ResourceTable.resource(named: operation.resource) else {
      return operation
    }
    guard let live = try await context.reads.object(resource.path(of: id), label: line.stream) else {
      return .skipped("it is gone already", resource: operation.resource, id: id)
    }
    for change in operation.changes where !FieldKind.instant.isSame(change.from, live[change.name]) {
      throw Rejection("\(id), which was to be deleted, has been changed since the plan was made")
    }
    return operation
  }

  private func confirmUnchanged(_ operation: Operation, _ line: PlanLine) async throws -> Operation {
    guard let id = operation.id, let resource = ResourceTable.resource(named: operation.resource) else {
      return operation
    }
    guard let live = try await context.reads.object(resource.path(of: id), label: line.stream) else {
      throw Rejection("\(id) is gone since the plan was made")
    }
    let pending = operation.changes.filter { !$0.isDone(in: live, resource) }
    for change in pending where !change.isAsItWas(in: live, resource) {
      throw Rejection(
        "\"\(change.field)\" of \(id) has changed since the plan was made: it was \(change.from.brief) and is "
          + (live[change.field] ?? .null).brief)
    }
    guard pending.isEmpty else { return operation }
    return Operation(
      action: .noop, resource: operation.resource, role: operation.role, id: id,
      reason: "it is so already")
  }
}

extension FieldChange {
  fileprivate func isAsItWas(in live: JSONObject, _ resource: ResourceDefinition) -> Bool {
    kind(resource).isSame(from, live[field])
  }

  fileprivate func isDone(in live: JSONObject, _ resource: ResourceDefinition) -> Bool {
    let values = live[field]?.list ?? []
    if name.hasSuffix(".add"), field != name { return values.contains(to) }
    if name.hasSuffix(".remove"), field != name { return !values.contains(to) }
    return kind(resource).isSame(to, live[field])
  }

  private func kind(_ resource: ResourceDefinition) -> FieldKind { resource.field(name)?.kind ?? .json }
}

extension Operation {
  /// The ids in the request that stand for objects which the plan creates itself.
  fileprivate var plannedIDs: [PlannedID] {
    let own = [id.flatMap { PlannedID($0) }].compactMap(\.self)
    return own
      + (request?.body?.object ?? JSONObject()).compactMap { name, value in
        name.hasSuffix("_id") ? value.string.flatMap { PlannedID($0) } : nil
      }
  }

  fileprivate mutating func fill(_ planned: PlannedID, with id: String) {
    if self.id == planned.text {
      self.id = id
      request?.path = (ResourceTable.resource(named: resource)?.path ?? "") + id + "/"
    }
    for (name, value) in request?.body?.object ?? JSONObject() where value == .string(planned.text) {
      request?.body?[name] = .string(id)
    }
  }
}
