import JSONBytes

/// Who changes something, when, and through which request.
struct WriteContext: Sendable {
  let now: Timestamp
  let userID: String
  /// The caller's day.
  let today: String
  let requestID: String?
  /// What the event log says about the request.
  var meta: JSONObject

  init(_ call: Call) {
    now = call.now.toTheMillisecond
    userID = call.request.caller.userID
    today = call.today
    requestID = call.id
    meta = [
      "request_method": .string(call.method),
      "request_path": .string("/api/v1/\(call.path.joined(separator: "/"))/"),
    ]
  }

  /// A change that no request made.
  init(now: Timestamp, userID: String) {
    self.now = now
    self.userID = userID
    today = now.dateText
    requestID = nil
    meta = JSONObject()
  }

  /// The same with more to say in the event log.
  func adding(_ extra: JSONObject) -> WriteContext {
    var context = self
    for (key, value) in extra { context.meta[key] = value }
    return context
  }
}
