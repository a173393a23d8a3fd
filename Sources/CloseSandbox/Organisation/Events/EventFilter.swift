import JSONBytes

/// Which entries of the log a request wants to see.
struct EventFilter: Sendable {
  private var objectType: String?
  private var objectID: String?
  private var leadID: String?
  private var action: String?
  private var userID: String?
  private var requestID: String?

  /// The only combinations Close has indexes for; bounds on `date_updated` may join any.
  ///
  /// Close does not say what becomes of others. Here they are refused, so that a client that needs one finds
  /// out.
  private static let combinations: Set<Set<String>> = [
    [], ["object_type", "object_id"], ["object_type", "action"], ["object_id", "action"],
    ["lead_id", "object_type"], ["lead_id", "object_type", "action"], ["lead_id", "user_id"],
    ["lead_id", "user_id", "object_type"], ["lead_id", "user_id", "object_type", "action"],
    ["user_id", "object_id"], ["user_id", "object_id", "action"], ["user_id", "object_type"],
    ["user_id", "object_type", "action"], ["lead_id"], ["user_id"], ["request_id"],
  ]
  private static let names = ["object_type", "object_id", "lead_id", "action", "user_id", "request_id"]

  init(_ parameters: Parameters) throws(Refusal) {
    let given = Set(EventFilter.names.filter { parameters[$0] != nil })
    guard EventFilter.combinations.contains(given) else {
      throw .error(400, "Events cannot be filtered by \(given.sorted().joined(separator: ", ")) together.")
    }
    objectType = parameters["object_type"]
    objectID = parameters["object_id"]
    leadID = parameters["lead_id"]
    action = parameters["action"]
    userID = parameters["user_id"]
    requestID = parameters["request_id"]
  }

  func matches(_ event: Event) -> Bool {
    (objectType == nil || objectType == event.objectType) && (objectID == nil || objectID == event.objectID)
      && (leadID == nil || leadID == event.leadID) && (action == nil || action == event.action)
      && (userID == nil || userID == event.userID) && (requestID == nil || requestID == event.requestID)
  }
}
