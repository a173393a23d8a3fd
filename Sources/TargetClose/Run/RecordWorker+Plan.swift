import CloseAPI
import JSONBytes
import Singer

extension RecordWorker {
  /// Carries out a line of a reviewed plan, unless what it was based on has changed.
  func see(_ line: PlanLine, _ handout: Handout) async throws {
    let key = JournalKey(stream: line.stream, key: line.key)
    do {
      if let organisation = line.organisation, organisation != context.organisation {
        throw Rejection(
          "the plan was made for organisation \(organisation), the API key belongs to \(context.organisation)"
        )
      }
      if let content = line.content, context.journal.isUnchanged(key, content) {
        return try await outcomes.done(line.reduced(to: "carried out before"), handout.job)
      }
      let settings = try context.settings(of: line.stream)
      try settleEarlierAttempt(key, settings)
      let check = PlanCheck(context: context)
      if let parent = try check.missingParent(line) {
        guard !handout.isLast else {
          throw Rejection(
            "it needs the \(parent.resource) \"\(parent.key.text)\", which has not been created")
        }
        return try await wait(line, for: parent, handout.job)
      }
      var line = line
      line.operations = try await check.confirmed(line)
      try await executor.carryOut(
        line.operations, key: key, content: line.content, settings: settings, line: line.line)
      for operation in line.operations {
        let parent = RecordPlanner.ParentKey(resource: operation.resource, key: line.key)
        await dispatcher.wake(parent.digest)
      }
      for contact in line.operations.flatMap(\.nestedContacts).compactMap(\.self) {
        await dispatcher.wake(RecordPlanner.ParentKey(resource: "contact", key: contact.key).digest)
      }
      try await outcomes.done(line, handout.job)
    } catch let rejection as Rejection {
      try await outcomes.refused(line, rejection, handout.job)
    } catch let error as CloseError where error.intent != .abort {
      try await outcomes.refused(line, Rejection(error), handout.job)
    }
  }

  private func wait(_ line: PlanLine, for parent: PlannedID, _ job: Int) async throws {
    let awaited = RecordPlanner.ParentKey(resource: parent.resource, key: parent.key)
    let own = RecordPlanner.ParentKey(resource: line.operations.first?.resource ?? "", key: line.key)
    await dispatcher.wait(job, for: awaited.digest, becomes: own.digest)
    if try context.journal.result(of: parent.journalKey) != nil { await dispatcher.wake(awaited.digest) }
  }
}

extension PlanLine {
  /// The line without anything to do.
  fileprivate func reduced(to reason: String) -> PlanLine {
    var line = self
    let main = operations.first
    line.operations = [.skipped(reason, resource: main?.resource ?? stream, id: main?.id)]
    return line
  }
}
