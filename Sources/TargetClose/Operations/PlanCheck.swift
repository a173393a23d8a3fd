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
      case .delete, .noop, .skip: break
      case .reject: operation = .skipped(operation.reason, resource: operation.resource)
      }
      operations.append(operation)
    }
    return operations
  }

  private func id(of planned: PlannedID) throws(SingerError) -> String? {
    let result = try context.journal.result(of: JournalKey(stream: planned.stream, key: planned.key))
    return result.flatMap { $0.id.isEmpty ? nil : $0.id }
  }

  private func confirmAbsent(_ operation: Operation, _ line: PlanLine) async throws -> Operation {
    var key = JournalKey(stream: line.stream, key: line.key)
    key.role = operation.role
    if let known = try context.journal.result(of: key) {
      // The plan may have been carried out up to here by a run that was killed then.
      guard known.content == nil, try await isCarriedOut(operation, known.id, line) else {
        throw Rejection("it has been created since the plan was made: \(known.id)")
      }
      return Operation(
        action: .noop, resource: operation.resource, role: operation.role, id: known.id,
        reason: "created before")
    }
    guard let resource = ResourceTable.resource(named: operation.resource), resource.searchType != nil else {
      return operation
    }
    for criterion in operation.tokens.compactMap({ $0.criterion(resource) }) {
      let recent = operation.tokens.flatMap(context.journal.recentIDs)
      let rows = try await context.reads.search(criterion, label: line.stream).filter(criterion.confirms)
      if let id = recent.first ?? rows.first?["id"]?.string {
        throw Rejection(
          "an object that matches by \(criterion.field) has come since the plan was made: \(id)")
      }
    }
    return operation
  }

  /// Whether an object is what the operation would create.
  private func isCarriedOut(_ operation: Operation, _ id: String, _ line: PlanLine) async throws -> Bool {
    guard let probe = IntentProbe(operation),
      let live = try await context.reads.object(probe.resource.path(of: id), label: line.stream)
    else { return false }
    return probe.matches(live)
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
