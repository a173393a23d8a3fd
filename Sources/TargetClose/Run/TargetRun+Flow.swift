import CloseAPI
import CloseConnection
import Singer

/// A part of a run that has come to its end.
private enum Ended: Sendable {
  case worker
  case reader((any Error)?)
  case webhook
  case aside
  /// Whoever was still at work has had enough time.
  case grace
}

extension TargetRun {
  /// How long those at work may go on after the run was told to end.
  private static let grace = Duration.seconds(8)

  /// Runs the reader, the workers and what goes on beside them; returns why the reader ended before its time.
  func flow(
    _ desk: Desk, _ worker: RecordWorker, _ webhook: Webhook?, isDryRun: Bool,
    _ feed: @escaping @Sendable (Desk) async throws -> Void
  ) async -> (any Error)? {
    await withTaskGroup(of: Ended.self) { group in
      group.addTask {
        await stopWhenAsked(desk)
        return .aside
      }
      group.addTask {
        await tick(desk.dispatcher)
        return .aside
      }
      let workers = 4 * configuration.connection.configuration.concurrency
      for _ in 0..<workers {
        group.addTask {
          await worker.run()
          return .worker
        }
      }
      group.addTask { .reader(await read(desk, isDryRun: isDryRun, feed)) }
      if let webhook {
        group.addTask {
          await webhook.run()
          return .webhook
        }
      }

      var failure: (any Error)?
      var left = workers + 1
      var isEnding = false
      while left > 0, let ended = await group.next() {
        switch ended {
        case .worker: left -= 1
        case .reader(let error):
          left -= 1
          failure = error
        case .grace: group.cancelAll()
        case .webhook, .aside: break
        }
        if !isEnding, await desk.dispatcher.isStopped {
          isEnding = true
          group.addTask { await patience() }
        }
      }
      if let webhook {
        webhook.finish()
        group.addTask { await patience() }
        while let ended = await group.next() {
          if case .webhook = ended { break }
          if case .grace = ended { break }
        }
      }
      group.cancelAll()
      return failure
    }
  }

  private func patience() async -> Ended {
    try? await clock.sleep(TargetRun.grace)
    return .grace
  }

  private func read(
    _ desk: Desk, isDryRun: Bool, _ feed: @Sendable (Desk) async throws -> Void
  ) async -> (any Error)? {
    var failure: (any Error)?
    do {
      if !isDryRun { try await settleOpenIntents(desk) }
      try await feed(desk)
    } catch {
      failure = error
    }
    await desk.dispatcher.endInput()
    return failure
  }

  /// Finds out what became of the creates that an earlier run did not see the end of.
  private func settleOpenIntents(_ desk: Desk) async throws {
    let intents = desk.context.journal.openIntents
    guard !intents.isEmpty else { return }
    log.info("finding out what became of \(intents.count) writes that an earlier run left open")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for intent in intents {
        group.addTask {
          switch try await desk.executor.resolver.resolve(intent) {
          case .found(let id): log.info("\(intent.key.stream) \(intent.key.key.text) was written: \(id)")
          case .absent: try desk.context.journal.void(intent)
          case .unknown(let reason):
            log.warning("\(intent.key.stream) \(intent.key.key.text) may have been written: \(reason)")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Stops the run once a signal asks for it, and the input once the run is stopped for any reason.
  private func stopWhenAsked(_ desk: Desk) async {
    await interruption.wait()
    if interruption.isRequested { await desk.dispatcher.stop() }
  }

  /// Sends off batches that wait for company.
  private func tick(_ dispatcher: Dispatcher) async {
    while (try? await Task.sleep(for: .milliseconds(250))) != nil { await dispatcher.tick() }
  }
}
