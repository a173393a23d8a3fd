import JSONBytes

/// What the API says and does about one kind of object, as data: where it lives, how its lists page and
/// filter, which keys an object has, and what may be written.
struct Resource: Sendable {
  let kind: Kind
  /// Path below `/api/v1/`, without slashes at the ends: `activity/note`.
  let path: String
  /// How its ids begin.
  let prefix: String
  /// Which of Close's two server stacks answers for it.
  let stack: Stack
  /// Number of characters behind `prefix`.
  let idLength: Int
  /// Which calls exist.
  var verbs: Verbs
  var paging: Paging
  /// The largest `_skip`; nil where none is known.
  var maxSkip: Int?
  var filters: [Filter]
  /// A list without one of these filters is refused.
  var needs: [String]
  /// What `_order_by` accepts.
  var orders: [String]
  /// Every key a fresh object has, with its first value.
  ///
  /// Custom fields have no key until they have a value.
  let template: JSONObject
  /// What may be written, and what must be.
  var fields: [FieldRule]
  var answers: Answers
  /// The object type in the event log; nil for what is not logged.
  ///
  /// Tasks log as `task.` plus their type.
  var event: String?
  /// Whether writing takes the permission to manage the organisation.
  var isManaged: Bool
  /// Where the id stands.
  var idKey: String

  init(
    _ kind: Kind, _ path: String, _ prefix: String, _ stack: Stack = .classic, idLength: Int? = nil,
    idKey: String = "id", verbs: Verbs = .all, paging: Paging = .offset(100), maxSkip: Int? = nil,
    filters: [Filter] = [], needs: [String] = [], orders: [String] = [], event: String? = nil,
    isManaged: Bool = false, answers: Answers? = nil, fields: [FieldRule] = [], template: JSONValue
  ) {
    self.kind = kind
    self.path = path
    self.prefix = prefix
    self.stack = stack
    self.idLength = idLength ?? (stack == .classic ? 43 : 22)
    self.idKey = idKey
    self.verbs = verbs
    self.paging = paging
    self.maxSkip = maxSkip
    self.filters = filters
    self.needs = needs
    self.orders = orders
    self.event = event
    self.isManaged = isManaged
    self.answers = answers ?? (stack == .classic ? .classic : .newer)
    self.fields = fields
    self.template = template.object ?? JSONObject()
    self.hasAtKeys = template["created_at"] != nil
  }

  private let hasAtKeys: Bool

  /// A few newer resources say `created_at` where all others say `date_created`.
  var dateKeys: (created: String, updated: String) {
    hasAtKeys ? ("created_at", "updated_at") : ("date_created", "date_updated")
  }

  /// The keys that say who made and who last changed an object, where it has them.
  var authorKeys: (created: String, updated: String) {
    template["created_by_id"] != nil ? ("created_by_id", "updated_by_id") : ("created_by", "updated_by")
  }
}

// MARK: - Parts

extension Resource {
  /// Close grew from one server framework into another; the two differ in many small ways.
  enum Stack: Sendable {
    /// Timestamps with `+00:00`, author keys `created_by`, unknown keys dropped in silence.
    case classic
    /// Timestamps with `+00:00` as well, but ids of 22 characters, 201 and 204 answers, unknown keys refused.
    case newer
    /// Like `newer`, with timestamps that have no offset.
    case newerNaive

    var isNaive: Bool { self == .newerNaive }
  }

  /// The calls a resource offers.
  struct Verbs: OptionSet, Sendable {
    let rawValue: UInt8
    static let list = Verbs(rawValue: 1)
    static let create = Verbs(rawValue: 2)
    static let read = Verbs(rawValue: 4)
    static let update = Verbs(rawValue: 8)
    static let delete = Verbs(rawValue: 16)

    static let all: Verbs = [.list, .create, .read, .update, .delete]
    static let readOnly: Verbs = [.list, .read]
    static let unreadable: Verbs = [.list, .create, .update, .delete]
  }

  /// How a list comes.
  enum Paging: Sendable {
    /// In pages of at most this many rows, with `has_more`.
    case offset(Int, wording: LimitWording = .classic, counts: Bool = false)
    /// Everything at once, with or without a `has_more` that is always false.
    case whole(hasMore: Bool)
  }

  /// Which of the two wordings a refused `_limit` or `_skip` gets.
  enum LimitWording: Sendable {
    case classic, newStyle
  }

  /// The status of a successful write.
  struct Answers: Sendable {
    let create: Int
    let delete: Int

    static let classic = Answers(create: 200, delete: 200)
    static let newer = Answers(create: 201, delete: 204)
    static let mixed = Answers(create: 201, delete: 200)
  }
}

// MARK: - The table

extension Resource {
  /// Every resource, at the index of its kind.
  static let table: [Resource] = {
    let all = crm + activities + people + setup + customFields + communication + automation
    return all.sorted { $0.kind.rawValue < $1.kind.rawValue }
  }()

  /// Finds a resource by its path.
  static let byPath = Dictionary(uniqueKeysWithValues: table.map { ($0.path, $0) })
}
