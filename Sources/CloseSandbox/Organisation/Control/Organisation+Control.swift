public import JSONBytes
import Synchronization

extension Organisation {
  /// Carries out a control endpoint; nil when there is no such endpoint.
  ///
  /// `edit` makes `{"creates": 5, "edits": 20, "deletes": 2}` believable changes; `counts` tells how many
  /// objects there are of each kind.
  public func control(path: String, body: JSONValue, at now: Timestamp) -> SandboxResponse? {
    switch path {
    case "edit": edit(body, at: now)
    case "counts": world.withLock { SandboxResponse(status: 200, $0.report) }
    default: nil
    }
  }

  private func edit(_ body: JSONValue, at now: Timestamp) -> SandboxResponse {
    for key in ["creates", "edits", "deletes"] where body[key] != nil {
      guard let number = body[key]?.int, (0...100_000).contains(number) else {
        return SandboxResponse(status: 400, ["error": "\(key) must be a number from 0 to 100000."])
      }
    }
    let user = admin.userID
    return world.withLock { world in
      var day = BusyDay(
        seed: UInt64(truncatingIfNeeded: world.makeSequence()) ^ options.seed,
        WriteContext(now: now.toTheMillisecond, userID: user))
      day.run(
        creates: body["creates"]?.int ?? 0, edits: body["edits"]?.int ?? 0,
        deletes: body["deletes"]?.int ?? 0,
        in: &world)
      return SandboxResponse(
        status: 200,
        ["created": .int(day.created), "edited": .int(day.edited), "deleted": .int(day.deleted)])
    }
  }
}

extension World {
  /// The counts in order of their names, and how many messages Close would have sent.
  fileprivate var report: JSONValue {
    let sorted = counts.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.int($0.value)) }
    return ["counts": .object(JSONObject(sorted)), "sent_messages": .int(sentMessages)]
  }
}
