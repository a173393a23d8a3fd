import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// Whose write it is, for logs.
struct WriteContext: Sendable {
  let stream: String
  let line: Int
  let headers: [(name: String, value: String)]
}

/// What Close said to a write.
struct WriteAnswer: Sendable {
  let status: Int
  /// Null for an empty one.
  let body: JSONValue
}

/// The one place where writes leave for Close: guarded, with the right verb, and logged with their answers.
struct CloseWriter: Sendable {
  let client: CloseClient
  let gate: RequestGate
  let verb: UpdateVerb
  let allowsSending: Bool
  let responses: ResponseLog
  let log: Log

  /// Sends a write and returns the answer; null for an empty one.
  ///
  /// - Throws: `Rejection` for what must not be sent, `CloseError`.
  func send(_ request: PlannedRequest, _ context: WriteContext) async throws -> JSONValue {
    try Safeguards.check(request, allowsSending: allowsSending)
    guard request.method == .patch || (request.method == .put && verb.method == .put) else {
      return try await call(request, context)
    }
    // The first update finds out for all of them.
    guard !verb.isSettled else { return try await update(request, context) }
    return try await verb.probing.enter { try await update(request, context) }
  }

  private func update(_ request: PlannedRequest, _ context: WriteContext) async throws -> JSONValue {
    var request = request
    request.method = verb.method
    do {
      let answer = try await call(request, context)
      guard request.method == .patch, !verb.isSettled else { return answer }
      guard request.isIgnored(in: answer) else {
        verb.patchSucceeded()
        return answer
      }
      request.method = .put
      let changed = try await call(request, context)
      if verb.settleOnPut() {
        log.info("Close accepts PATCH but changes nothing; updates go by PUT from here on")
      }
      return changed
    } catch let refusal as CloseError where request.method == .patch {
      guard case .put(let isCertain) = verb.judge(refusal) else { throw refusal }
      if isCertain { settleOnPut(refusal) }
      request.method = .put
      let answer = try await call(request, context)
      settleOnPut(refusal)
      return answer
    }
  }

  private func settleOnPut(_ refusal: CloseError) {
    guard verb.settleOnPut() else { return }
    log.info("Close answers \(refusal.status ?? 0) to PATCH; updates go by PUT from here on")
  }

  private func call(_ request: PlannedRequest, _ context: WriteContext) async throws -> JSONValue {
    let call = request.call(headers: context.headers, label: context.stream)
    let started = ContinuousClock.now
    do {
      let answer = try await gate.enter { try await client.page(call, CloseWriter.read) }
      responses.add(request, context, .success(answer), duration: ContinuousClock.now - started)
      return answer.body
    } catch let error as CloseError {
      responses.add(request, context, .failure(error), duration: ContinuousClock.now - started)
      throw error
    }
  }

  /// The body as JSON; some deletions are answered with none.
  private static func read(_ response: APIResponse) throws(JSONError) -> WriteAnswer {
    let body = response.body.isEmpty ? .null : try JSONValue(parsing: response.body)
    return WriteAnswer(status: response.status, body: body)
  }
}

extension PlannedRequest {
  /// Whether the object in the answer has none of the values that were sent.
  fileprivate func isIgnored(in answer: JSONValue) -> Bool {
    guard answer["id"] != nil, let fields = body?.object, !fields.isEmpty else { return false }
    return fields.allSatisfy { name, value in
      // What is added to or removed from a field does not show under this name.
      guard !name.hasSuffix(".add"), !name.hasSuffix(".remove") else { return false }
      return !FieldKind.json.isSame(value, answer[name]) && !FieldKind.text.isSame(value, answer[name])
    }
  }
}
