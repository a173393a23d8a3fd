import CloseAPI
import JSONBytes
import Singer

/// Carries out what has been planned, and keeps the journal so that nothing is ever carried out twice.
struct OperationExecutor: Sendable {
  let writer: CloseWriter
  let journal: Journal
  let resolver: IntentResolver
  let brakes: Brakes
  private static let mostCreations = 3

  /// Carries out the operations of a record and notes the record as written.
  ///
  /// - Throws: `Rejection`, `CloseError`; `.mayHaveBeenProcessed` after an update asks for another look.
  func carryOut(
    _ operations: [Operation], key: JournalKey, content: Digest?, settings: StreamSettings, line: Int
  ) async throws {
    let context = WriteContext(stream: key.stream, line: line, headers: settings.headers)
    let isSole = operations.count { $0.action != .skip } == 1
    var isWritten = false
    var main: JournalResult?
    for operation in operations {
      var target = key
      target.role = operation.role
      try brakes.admit(operation.action, of: settings)
      var id = operation.id
      switch operation.action {
      case .reject: throw operation.rejection ?? Rejection(operation.reason)
      case .skip: continue
      case .delete:
        try await delete(operation, context)
        try journal.forget(target)
        continue
      case .create:
        let sole = isSole && operation.role == nil ? content : nil
        id = try await create(operation, target, sole, settings, context)
      case .update: id = try await send(operation, context)["id"]?.string ?? operation.id
      case .noop: break
      }
      isWritten = true
      var result = JournalResult(key: target, resource: operation.resource, id: id ?? "")
      // What a record has just been given a value by is found by it at once.
      if operation.isWrite { result.tokens = operation.tokens }
      if operation.role == nil {
        if main == nil { main = result }
      } else {
        try noteUnlessKnown(result)
      }
    }
    guard isWritten else { return }
    var result =
      try main ?? journal.result(of: key)
      ?? JournalResult(key: key, resource: settings.resourceName, id: "")
    result.content = content
    result.intent = nil
    try noteUnlessKnown(result)
  }

  /// Notes that all of a record is in Close, so that it costs nothing until it changes.
  private func noteUnlessKnown(_ result: JournalResult) throws {
    let known = try journal.result(of: result.key)
    let hasNewTokens = !result.tokens.isEmpty && known?.tokens != result.tokens
    if known?.id != result.id || known?.content != result.content || hasNewTokens { try journal.note(result) }
  }

  private func send(_ operation: Operation, _ context: WriteContext) async throws -> JSONValue {
    guard let request = operation.request else { return .null }
    do {
      return try await writer.send(request, context)
    } catch let error as CloseError where !error.mayHaveBeenProcessed && error.intent == .skip {
      throw Rejection(error, request: request)
    }
  }

  /// Deletes; something that is gone already counts as deleted.
  private func delete(_ operation: Operation, _ context: WriteContext) async throws {
    guard let request = operation.request else { return }
    do {
      _ = try await writer.send(request, context)
    } catch let error as CloseError where error.code == .notFound {
      return
    }
  }
}

// MARK: - Creating

extension OperationExecutor {
  /// Creates an object, once: an answer that gets lost is looked for before anything is sent again.
  ///
  /// - Parameter content: the record's, when this is all there is to it.
  private func create(
    _ operation: Operation, _ key: JournalKey, _ content: Digest?, _ settings: StreamSettings,
    _ context: WriteContext
  ) async throws -> String {
    guard let request = operation.request else { return "" }
    var failures = 0
    while true {
      let intent = try journal.intend(operation, request, of: key)
      do {
        let answer = try await writer.send(request, context)
        if let error = CloseError(unnamed: intent, in: answer) { throw error }
        return try note(answer, of: operation, content, intent)
      } catch let error as CloseError where error.mayHaveBeenProcessed {
        failures += 1
        switch try await resolve(intent, settings) {
        case .found(let id): return id
        case .absent where failures < OperationExecutor.mostCreations: try journal.void(intent)
        case .absent:
          try journal.void(intent)
          throw Rejection(error, request: request)
        case .unknown(let reason):
          var rejection = Rejection(
            "it may or may not have been created (\(error)); \(reason); look in Close before trying again")
          rejection.request = request
          throw rejection
        }
      } catch let error as CloseError {
        try journal.void(intent)
        throw error.intent == .skip ? Rejection(error, request: request) : error
      } catch let error as Rejection {
        try journal.void(intent)
        throw error
      }
    }
  }

  /// What became of an unfinished create; one that may be repeated needs no answer.
  private func resolve(
    _ intent: JournalIntent, _ settings: StreamSettings
  ) async throws -> IntentResolver.Resolution {
    settings.isRepeatable || intent.request.method.isIdempotent
      ? .absent
      : try await resolver.resolve(intent, lastSeen: resolver.reads.client.date)
  }

  private func note(
    _ answer: JSONValue, of operation: Operation, _ content: Digest?, _ intent: JournalIntent
  ) throws -> String {
    let id = answer["id"]?.string ?? ""
    try journal.note(
      JournalResult(
        key: intent.key, resource: operation.resource, id: id, content: content, intent: intent.number,
        tokens: operation.tokens))
    try journal.noteContacts(in: answer, of: intent)
    return id
  }
}

extension CloseError {
  /// The error for an answer that does not say which object has been created; nil when it does, or needs not.
  fileprivate init?(unnamed intent: JournalIntent, in answer: JSONValue) {
    guard IntentProbe(intent) != nil, answer["id"]?.string?.isEmpty ?? true else { return nil }
    self.init(
      .invalidBody, endpoint: "POST /\(intent.request.path)", url: "",
      message: "the answer does not say which object was created", mayHaveBeenProcessed: true)
  }
}

// MARK: - Batches

extension OperationExecutor {
  /// Sends the records of a batch in one request.
  func send(_ batch: Batch, settings: StreamSettings) async throws {
    guard let first = batch.members.first, case .endpoint(let endpoint) = settings.destination,
      var request = first.operation.request
    else { return }
    for member in batch.members { try brakes.admit(member.operation.action, of: settings) }
    let items = batch.members.compactMap(\.operation.batchItem)
    request.body = try endpoint.body?.body(items) ?? .array(items.map(JSONValue.object))
    let context = WriteContext(stream: batch.group.stream, line: first.record.line, headers: settings.headers)
    var intents: [JournalIntent] = []
    if !request.method.isIdempotent {
      // One line for each record, so that none of them is ever sent again without asking.
      for (index, member) in batch.members.enumerated() {
        let key = JournalKey(stream: member.record.stream.name, key: member.record.key)
        let isLast = index == batch.members.count - 1
        intents.append(
          try journal.intend(member.operation, request.withoutBody, of: key, durably: isLast))
      }
    }
    do {
      _ = try await writer.send(request, context)
    } catch let error as CloseError where error.mayHaveBeenProcessed && !settings.isRepeatable {
      guard !request.method.isIdempotent else { throw error }
      var rejection = Rejection(
        "the batch may or may not have been carried out (\(error)); look before trying again")
      rejection.request = request
      throw rejection
    } catch {
      for intent in intents { try journal.void(intent) }
      if let error = error as? CloseError, error.intent == .skip { throw Rejection(error, request: request) }
      throw error
    }
    for (index, member) in batch.members.enumerated() {
      let key = JournalKey(stream: member.record.stream.name, key: member.record.key)
      var result = JournalResult(key: key, resource: member.operation.resource, id: "")
      result.content = member.record.content
      result.intent = index < intents.count ? intents[index].number : nil
      try journal.note(result)
    }
  }
}

extension PlannedRequest {
  /// The request without its body, which belongs to several records.
  fileprivate var withoutBody: PlannedRequest { PlannedRequest(method: method, path: path) }
}
