import JSONBytes

/// What is to be done with one object on behalf of a record, decided before anything is sent.
struct Operation: Sendable {
  enum Action: String, Sendable {
    case create, update, delete
    /// The object is as it should be.
    case noop
    /// Settings say that nothing is to be done.
    case skip
    /// The record cannot be written.
    case reject
  }

  var action: Action
  /// The kind of object.
  var resource: String
  /// Which of a record's objects; nil for the main one.
  var role: String?
  /// Close's id; nil for an object that is not there yet.
  var id: String?
  /// What differs; for a new object everything it gets.
  var changes: [FieldChange] = []
  /// Why this and nothing else.
  var reason: String
  var request: PlannedRequest?
  /// Values by which the object can be found again.
  var tokens: [MatchToken] = []
  /// The records that contacts created with a lead stand for, in order; nil for those of no record.
  var nestedContacts: [JournalKey?] = []
  /// Values by which the first of those contacts can be found again.
  var nestedTokens: [MatchToken] = []
  /// Objects that go by the same values and that a new one is created besides.
  var known: [String] = []
  /// The record's part of a batch, when it goes with others in one request.
  var batchItem: JSONObject?
  /// What Close said, for a rejection that is Close's.
  var rejection: Rejection?
}

extension Operation {
  static func rejected(_ rejection: Rejection, resource: String) -> Operation {
    Operation(
      action: .reject, resource: resource, reason: rejection.reason, request: rejection.request,
      rejection: rejection)
  }

  static func skipped(_ reason: String, resource: String, id: String? = nil) -> Operation {
    Operation(action: .skip, resource: resource, id: id, reason: reason)
  }

  /// Creates an object with everything a record has for it.
  static func creation(of object: DesiredObject, role: String? = nil, reason: String) -> Operation {
    let body = object.creation
    return Operation(
      action: .create, resource: object.resource.name, role: role,
      changes: body.map { FieldChange(name: $0.key, from: .null, to: $0.value) }, reason: reason,
      request: PlannedRequest(method: .post, path: object.resource.path, body: .object(body)))
  }

  /// Changes what differs, or nothing.
  static func update(
    of id: String, to object: DesiredObject, live: JSONObject, method: WriteMethod, role: String? = nil,
    tokens: [MatchToken] = [], reason: String
  ) -> Operation {
    let diff = FieldDiff(object, live: live)
    let fixed = diff.unchangeable.joined(separator: ", ")
    let remark = fixed.isEmpty ? "" : "; Close does not change \(fixed)"
    guard !diff.body.isEmpty else {
      return Operation(
        action: .noop, resource: object.resource.name, role: role, id: id,
        reason: reason + ", nothing differs" + remark)
    }
    return Operation(
      action: .update, resource: object.resource.name, role: role, id: id, changes: diff.changes,
      reason: reason + remark,
      request: PlannedRequest(method: method, path: object.resource.path(of: id), body: .object(diff.body)),
      tokens: tokens)
  }

  /// Whether something is sent.
  var isWrite: Bool { action == .create || action == .update || action == .delete }
}
