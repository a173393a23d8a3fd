import JSONBytes

/// What a search can look at besides the object in hand.
struct SearchContext: Sendable {
  private(set) var store: RecordStore
  let directory: Directory
  let now: Timestamp
  let zoneOffset: Int64
  let userID: String
  /// How many smart views refer to each other on the way here.
  private(set) var viewDepth = 0

  init(store: RecordStore, directory: Directory, now: Timestamp, zoneOffset: Int64 = 0, userID: String = "") {
    self.store = store
    self.directory = directory
    self.now = now
    self.zoneOffset = zoneOffset
    self.userID = userID
  }

  init(store: RecordStore, directory: Directory, call: Call) {
    self.init(
      store: store, directory: directory, now: call.now, zoneOffset: call.zoneOffset,
      userID: call.request.caller.userID)
  }

  /// The same, one smart view further in.
  var insideView: SearchContext {
    var inside = self
    inside.viewDepth += 1
    return inside
  }

  /// The same, looking at other objects.
  func reading(_ store: RecordStore) -> SearchContext {
    var context = self
    context.store = store
    return context
  }

  func instant(_ moment: SearchMoment) -> Timestamp { moment.instant(at: now, zoneOffset: zoneOffset) }
}

extension Kind {
  /// What `/data/search/` calls objects of this kind: `lead`, `activity.email` and so on.
  var searchType: String? {
    switch self {
    case .lead, .contact, .opportunity, .task, .customObject: resource.path
    case .created, .leadMerge, .importUpdate: "activity." + resource.path.dropFirst("activity/".count)
    default: isActivity ? resource.event : nil
    }
  }

  static let bySearchType: [String: Kind] = {
    var kinds: [String: Kind] = [:]
    for kind in allCases { if let type = kind.searchType { kinds[type] = kind } }
    // Views of activities go without the prefix.
    for kind in activities {
      if let type = kind.searchType { kinds[String(type.dropFirst("activity.".count))] = kind }
    }
    return kinds
  }()
}
