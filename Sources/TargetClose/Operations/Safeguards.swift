import JSONBytes
import Synchronization

/// What is never sent unless the user has asked for it in so many words.
enum Safeguards {
  /// Paths whose objects have a status that makes Close send something.
  private static let sendingPaths = [
    ("activity/email/", ResourceDefinition.email.sendingStatuses),
    ("activity/sms/", ResourceDefinition.sms.sendingStatuses), ("sequence_subscription/", ["active"]),
  ]
  /// Paths where creating an object makes Close send something sooner or later.
  private static let enrollingPaths = [
    "bulk_action/email/", "bulk_action/sequence_subscription/", "sequence_subscription/",
  ]

  /// Fails when the request would make Close send e-mails or messages.
  ///
  /// - Throws: `Rejection`.
  static func check(_ request: PlannedRequest, allowsSending: Bool) throws(Rejection) {
    guard !allowsSending, request.method != .delete else { return }
    let path = request.place
    if request.method == .post, enrollingPaths.contains(path) {
      throw Rejection("\"/\(path)\" makes Close send e-mails; set allow_sending to true to do that")
    }
    for (prefix, statuses) in sendingPaths where path.hasPrefix(prefix) {
      for status in Safeguards.statuses(in: request.body ?? .null)
      where statuses.contains(ContactText.trimmed(status).lowercased()) {
        throw Rejection(
          "the status \"\(status)\" makes Close send e-mails or messages; set allow_sending to true to do that"
        )
      }
    }
  }

  /// Every status in a body of the user's own making, wherever it stands.
  private static func statuses(in body: JSONValue, isStatus: Bool = false) -> [String] {
    switch body {
    case .string(let text): isStatus ? [text] : []
    case .array(let elements): elements.flatMap { statuses(in: $0, isStatus: isStatus) }
    case .object(let members): members.flatMap { statuses(in: $0.value, isStatus: $0.key == "status") }
    case .null, .bool, .number: []
    }
  }

  /// Fails when Close would invent a lead for the object.
  ///
  /// - Throws: `Rejection`.
  static func requireLead(_ request: PlannedRequest) throws(Rejection) {
    guard request.method == .post, ["contact/", "opportunity/"].contains(request.place) else { return }
    let lead = request.body?["lead_id"]?.string ?? ""
    guard lead.isEmpty else { return }
    throw Rejection("\"lead_id\" is missing; without it Close would refuse it or invent a lead")
  }
}

extension PlannedRequest {
  /// The path in its usual spelling, without a query.
  fileprivate var place: String {
    path.prefix { $0 != "?" }.split(separator: "/").joined(separator: "/") + "/"
  }
}

/// Counts what a run creates and deletes, stream by stream, and stops it at the limits the user has set.
final class Brakes: Sendable {
  private let counts = Mutex<[String: [Operation.Action: Int]]>([:])

  /// Takes note of a write that is about to be sent.
  ///
  /// - Throws: `Rejection` when the settings of the stream do not allow it, or no more of them.
  func admit(_ action: Operation.Action, of settings: StreamSettings) throws(Rejection) {
    let limits = settings.limits
    switch action {
    case .create:
      guard limits.allowsCreating else { throw Rejection("allow_create is false for this stream") }
      if let maximum = limits.maxCreates, !take(action, of: settings.stream, atMost: maximum) {
        throw Rejection("max_creates is \(maximum) for this stream, and as many have been created")
      }
    case .update:
      guard limits.allowsUpdating else { throw Rejection("allow_update is false for this stream") }
    case .delete:
      if let maximum = limits.maxDeletes, !take(action, of: settings.stream, atMost: maximum) {
        throw Rejection("max_deletes is \(maximum) for this stream, and as many have been deleted")
      }
    case .noop, .skip, .reject: break
    }
  }

  private func take(_ action: Operation.Action, of stream: String, atMost maximum: Int) -> Bool {
    counts.withLock { counts in
      let count = counts[stream]?[action] ?? 0
      guard count < maximum else { return false }
      counts[stream, default: [:]][action] = count + 1
      return true
    }
  }
}
