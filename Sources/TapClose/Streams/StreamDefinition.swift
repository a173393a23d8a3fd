import CloseAPI
import CloseConnection
import JSONBytes

/// One table: what it is called, what its rows look like, and how they are read completely.
struct StreamDefinition: Sendable {
  let name: String
  let replication: Replication
  let shape: Shape
  /// Where the organisation's own columns come from, if the rows have any.
  var customFields: CustomFieldScope?
  var isSelectedByDefault = false
  /// Every object of Close that can be listed has an `id`, except those that declare otherwise.
  var keyProperties = ["id"]
  /// Set where the rows stand inside those that are read.
  var nested: NestedRows?
  /// The types of objects whose events in the log tell of its rows; none where no event does.
  var eventTypes: [String] = []

  /// What rows may hold that is nobody else's business: the key that signs a webhook's calls.
  static let secretFields: Set<String> = ["signature_key"]

  /// The property whose value is the bookmark; nil for tables that are read whole each time.
  var replicationKey: String? { replication.key }

  /// Fields that the rows do not say themselves.
  var constantFields: Set<String> {
    if let nested { return nested.constantFields }
    if let custom { return Set(custom.attachedNames) }
    if case .whole(let collection, _) = replication { return collection.constantFields }
    return []
  }
}

/// How a table is read so that nothing is lost and as little as possible is read twice.
enum Replication: Sendable {
  /// `POST /data/search/`, ascending by `date_updated`: a record that changes meanwhile is met again.
  ///
  /// Where the search cannot be used, the collection is read whole instead.
  case search(objectType: String, substitute: Collection)
  /// A list that filters by date, read in date windows.
  case windows(DateWindows)
  /// Small collections without a date filter, read whole; only what is new by the date `key` goes out, and
  /// everything each time where rows have no date.
  case whole(Collection, by: String?)
  /// An endpoint that the user has described.
  case custom(CustomStream)

  var key: String? {
    switch self {
    case .search: "date_updated"
    case .windows(let windows): windows.field
    case .whole(_, let key): key
    case .custom(let stream): stream.replicationKey
    }
  }

  /// A collection whose rows have `date_updated`.
  static func whole(_ collection: Collection) -> Replication { .whole(collection, by: "date_updated") }

  /// A collection whose rows have no date.
  static func full(_ collection: Collection) -> Replication { .whole(collection, by: nil) }

}

/// A list endpoint and what its rows do not say themselves.
struct Listing: Sendable {
  /// How pages follow each other.
  enum Paging: Sendable {
    /// One answer has it all; nothing is said of pages.
    case single
    /// `_skip`, at most `limit` rows each.
    case offset(limit: Int)
    /// `_cursor`, at most `limit` rows each.
    case cursor(limit: Int)
  }

  var path: String
  /// Query parameters beyond paging.
  var parameters: [String: String] = [:]
  /// What is sent for an answer that takes a POST, such as a report.
  var body: JSONValue?
  var paging = Paging.offset(limit: 100)
  /// Where the rows stand in the answer.
  var records = RecordsPath.list
  /// Fields put into every row, for example which kind of object a custom field belongs to.
  var constants = JSONObject()
  /// Fields whose values make up the `id` of rows that have none; strings all.
  var identity: [String] = []

  /// The parameters as they are sent.
  var query: [(name: String, value: String)] {
    parameters.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }
}

/// How a list is cut into half-open windows of its date.
struct DateWindows: Sendable {
  let listing: Listing
  /// The property that is filtered by and that the bookmark holds.
  let field: String
  /// Whether rows come newest first by `field`, so that a window too deep to page can go on below its last row.
  let isNewestFirst: Bool
  /// Whether the last window has no end, so that rows dated in the future come at once.
  let isOpenEnded: Bool
  /// Days per window; nil leaves it to `date_window`.
  var days: Int?
  /// Rows this much older than the bookmark are read again.
  var rereads: Reread = .none
  /// Days for which Close keeps rows, when it does not keep them for ever.
  var retentionDays: Int?
  /// Seconds by which rows may come to light late, whatever the user says of the index.
  var latenessSeconds = 0

  enum Reread: Sendable {
    case none
    /// The attribution window, `activities_window_seconds`.
    case attribution
  }
}
