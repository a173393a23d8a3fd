import CloseAPI
import JSONBytes
import Singer

/// Takes records from the dispatcher, one at a time, and sees each through to its end.
struct RecordWorker: Sendable {
  let context: TargetContext
  let planner: RecordPlanner
  let executor: OperationExecutor
  let dispatcher: Dispatcher
  let outcomes: Outcomes
  /// After a write that may or may not have been carried out, the record is looked at anew.
  private static let mostLooks = 3

  /// Works until there is nothing left.
  func run() async {
    while let assignment = await dispatcher.next() {
      switch assignment {
      case .work(let handout): await see(handout)
      case .batch(let batch): await see(batch)
      }
    }
  }

  private func see(_ handout: Handout) async {
    do {
      switch handout.work {
      case .record(let record): try await see(record, handout)
      case .plan(let line): try await see(line, handout)
      case .refused(let record, let rejection): try await refuse(record, rejection, handout.job)
      }
    } catch is CancellationError {
      await dispatcher.abandon(handout.job)
    } catch let error as CloseError where error.code == .cancelled {
      await dispatcher.abandon(handout.job)
    } catch {
      await dispatcher.abandon(handout.job)
      await dispatcher.stop(error)
    }
  }

  // MARK: - Records

  private func see(_ record: SourceRecord, _ handout: Handout) async throws {
    let key = JournalKey(stream: record.stream.name, key: record.key)
    var looks = 0
    do {
      while true {
        // A record like it may have come before in the same lane.
        if context.journal.isUnchanged(key, record.content) {
          let known = planner.isDryRun ? try context.journal.result(of: key)?.id : nil
          let id = known.flatMap { $0.isEmpty ? nil : $0 }
          return try await outcomes.unchanged(record, id: id, handout.job)
        }
        try settleEarlierAttempt(key, record.stream.settings)
        switch try await planner.plan(record, isLast: handout.isLast) {
        case .wait(let parent): return try await wait(record, for: parent, handout.job)
        case .operations(let operations):
          do {
            if try await addedToBatch(operations, record, handout.job) { return }
            try await carryOut(operations, record, key)
            try await conclude(operations, record, handout.job)
            return
          } catch let error as CloseError where error.mayHaveBeenProcessed && error.code != .cancelled {
            looks += 1
            guard looks < RecordWorker.mostLooks else { throw Rejection(error) }
          } catch let rejection as Rejection {
            looks += 1
            guard looks < RecordWorker.mostLooks,
              try await planner.hasFollowedMerge(after: rejection, record)
            else { throw rejection }
          }
        }
      }
    } catch let rejection as Rejection {
      try await refuse(record, rejection, handout.job)
    } catch let error as CloseError where error.intent != .abort {
      try await refuse(record, Rejection(error), handout.job)
    }
  }

  /// A create of an earlier run, or of an earlier record, whose outcome nobody could find out.
  func settleEarlierAttempt(_ key: JournalKey, _ settings: StreamSettings) throws {
    guard let intent = context.journal.openIntent(of: key) else { return }
    if settings.isRepeatable, !planner.isDryRun { return try context.journal.void(intent) }
    let advice =
      planner.isDryRun
      ? "a run without --dry-run finds out"
      : "look there, and set \"repeatable\" for the stream to send it again"
    throw Rejection("an earlier attempt at \(intent.time) may have created it in Close; \(advice)")
  }

  private func carryOut(_ operations: [Operation], _ record: SourceRecord, _ key: JournalKey) async throws {
    guard !planner.isDryRun else { return try rehearse(operations, record) }
    try await executor.carryOut(
      operations, key: key, content: record.content, settings: record.stream.settings, line: record.line)
  }

  /// What carrying out would refuse, without carrying anything out.
  private func rehearse(_ operations: [Operation], _ record: SourceRecord) throws {
    for operation in operations {
      try context.brakes.admit(operation.action, of: record.stream.settings)
      if let request = operation.request {
        try Safeguards.check(request, allowsSending: context.configuration.allowsSending)
      }
      if operation.action == .update, let id = operation.id {
        context.memory.plan(operation.changes, of: id)
        context.memory.plan(operation.tokens, of: id)
      }
      if operation.action == .create { try rehearse(operation, record) }
    }
  }

  /// Takes note of what a plan creates, so that later records find it.
  private func rehearse(_ creation: Operation, _ record: SourceRecord) throws {
    guard var body = creation.request?.body else { return }
    let id = PlannedID(
      resource: creation.resource, stream: record.stream.name, key: record.key, role: creation.role)
    let contacts = body["contacts"]?.list ?? []
    var nameless: [JSONValue] = []
    for (index, contact) in contacts.enumerated() {
      guard index < creation.nestedContacts.count, let key = creation.nestedContacts[index] else {
        nameless.append(contact)
        continue
      }
      var contact = contact
      contact["lead_id"] = .string(id.text)
      let contactID = PlannedID(resource: "contact", stream: key.stream, key: key.key)
      try context.memory.plan(contactID, contact)
      if index == 0 { context.memory.plan(creation.nestedTokens, of: contactID.text) }
    }
    body["contacts"] = nameless.isEmpty ? nil : .array(nameless)
    try context.memory.plan(id, body)
    context.memory.plan(creation.tokens, of: id.text)
  }

  private func conclude(_ operations: [Operation], _ record: SourceRecord, _ job: Int) async throws {
    for operation in operations where operation.role == nil {
      let parent = RecordPlanner.ParentKey(resource: operation.resource, key: record.key)
      await dispatcher.wake(parent.digest)
    }
    for contact in operations.flatMap(\.nestedContacts).compactMap(\.self) {
      await dispatcher.wake(RecordPlanner.ParentKey(resource: "contact", key: contact.key).digest)
    }
    try await outcomes.done(
      PlanLine(
        line: record.line, stream: record.stream.name, key: record.key, operations: operations,
        content: record.content),
      job)
  }

  private func wait(
    _ record: SourceRecord, for parent: RecordPlanner.ParentKey, _ job: Int
  ) async throws {
    let own = RecordPlanner.ParentKey(resource: record.stream.settings.resourceName, key: record.key)
    try outcomes.letPass(job)
    await dispatcher.wait(job, for: parent.digest, becomes: own.digest)
    // It may have been written between our look and now.
    let isKnown = try context.journal.id(of: parent.key, resource: parent.resource) != nil
    if isKnown || context.memory.plannedID(of: parent.key, resource: parent.resource) != nil {
      await dispatcher.wake(parent.digest)
    }
  }

  private func refuse(_ record: SourceRecord, _ rejection: Rejection, _ job: Int) async throws {
    try await outcomes.refused(record, rejection, job)
  }

  // MARK: - Batches

  private func addedToBatch(_ operations: [Operation], _ record: SourceRecord, _ job: Int) async throws
    -> Bool
  {
    guard !planner.isDryRun, let rule = record.stream.settings.batch, let operation = operations.first,
      let item = operation.batchItem, let request = operation.request
    else { return false }
    let values = rule.groupBy.map { RecordKey.text(of: item[$0] ?? record.fields[$0] ?? .null) }
    let group = Batch.Group(stream: record.stream.name, path: request.path, values: values)
    let member = Batch.Member(job: job, record: record, operation: operation)
    if let batch = await dispatcher.batch(member, group, rule) { await see(batch) }
    return true
  }

  private func see(_ batch: Batch) async {
    guard let first = batch.members.first else { return }
    do {
      try await executor.send(batch, settings: first.record.stream.settings)
      for member in batch.members { try await conclude([member.operation], member.record, member.job) }
    } catch let rejection as Rejection {
      await refuse(batch, rejection)
    } catch let error as CloseError where error.intent != .abort {
      await refuse(batch, Rejection(error))
    } catch {
      for member in batch.members { await dispatcher.abandon(member.job) }
      let isCancelled = error is CancellationError || (error as? CloseError)?.code == .cancelled
      if !isCancelled { await dispatcher.stop(error) }
    }
  }

  private func refuse(_ batch: Batch, _ rejection: Rejection) async {
    for member in batch.members {
      do {
        try await refuse(member.record, rejection, member.job)
      } catch {
        await dispatcher.abandon(member.job)
        await dispatcher.stop(error)
      }
    }
  }
}
