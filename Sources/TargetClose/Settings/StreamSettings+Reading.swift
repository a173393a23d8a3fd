import JSONBytes
import Singer

extension StreamSettings {
  /// Everything that may stand in a block under `streams`.
  static let all: [Setting] =
    [
      Setting(
        "resource", .string,
        description: "The kind of object the records are: "
          + ResourceTable.all.map(\.name).joined(separator: ", ")
          + ", or activity for that of each record's _type; the stream's name tells unless given."),
      Setting(
        "path", .string,
        description:
          "Any endpoint instead of a resource, such as /lead/{lead_id}/, with fields of the record."),
      Setting(
        "method", .string, choices: WriteMethod.allCases.map(\.rawValue),
        description: "The verb for path; POST unless given, DELETE where the action is delete."),
      Setting(
        "body", .object,
        description:
          "What to send to path, with {field}, {record} or {records} in its texts; the record unless given."),
      Setting(
        "action", .string, choices: StreamAction.allCases.map(\.rawValue),
        description: "What to do with a record; upsert unless given."),
      Setting(
        "match", .array,
        description:
          "Ordered keys that find the object a record stands for: id, email, phone, custom.NAME or custom.cf_…, "
          + "or any field; id unless given."),
      Setting(
        "on_none", .string, choices: NonePolicy.allCases.map(\.rawValue),
        description: "When no object matches; create unless given, reject for update, skip for delete."),
      Setting(
        "on_many", .string, choices: ManyPolicy.allCases.map(\.rawValue),
        description: "When several match, all being ten at most; reject unless given."),
      Setting(
        "fields", .object, description: "Close's names of fields by the record's: {\"site\": \"url\"}."),
      Setting("exclude", .array, description: "Fields of the record that are not written."),
      Setting("constants", .object, description: "Fields that every record gets unless it has them."),
      Setting(
        "nulls", .string, choices: NullPolicy.allCases.map(\.rawValue),
        description: "Whether null and \"\" leave a field as it is or empty it; omit unless given."),
      Setting(
        "lists", .string, choices: ListPolicy.allCases.map(\.rawValue),
        description:
          "Whether entries Close has and the record lacks stay, for all lists or by field: {\"emails\": \"replace\"}; "
          + "append unless given, replace for custom fields with several values."),
      Setting("headers", .object, description: "Headers added to every write."),
      Setting(
        "batch_size", .integer, range: 1...10000,
        description: "Records in one request, where path takes arrays."
      ),
      Setting("group_by", .array, description: "Fields that the records of one request have in common."),
      Setting("allow_create", .boolean, default: true, description: "Whether objects may be created."),
      Setting("allow_update", .boolean, default: true, description: "Whether objects may be changed."),
      Setting("max_creates", .integer, range: 0...1e9, description: "How many objects a run may create."),
      Setting(
        "max_deletes", .integer, range: 0...1e9,
        description: "How many objects a run may delete; tombstones delete nothing unless it is given."),
      Setting(
        "repeatable", .boolean, default: false,
        description: "Whether a create may be sent again when nobody can tell if it was carried out."),
    ] + ContactAndLeadSettings.all

  /// Members that take more than one type of value and are read apart.
  private static let free = ["body", "lists"]
  private static let table = SettingTable(
    program: "target-close", settings: all.filter { !free.contains($0.name) })
  /// Members that are lists but may be given as one text.
  private static let lists = ["match", "exclude", "group_by"]

  /// Reads the block of `stream`; an empty one gives the defaults that come with the stream's name.
  ///
  /// - Throws: `SingerError.config` with one reason per wrong setting: a misspelt safety setting must not pass.
  init(_ block: JSONObject, stream: String, place: String) throws(SingerError) {
    var members = block
    for name in StreamSettings.free { members[name] = nil }
    for name in StreamSettings.lists {
      if let text = members[name]?.string { members[name] = .array([.string(text)]) }
    }
    if let method = members["method"]?.string { members["method"] = .string(method.uppercased()) }
    let settings = try StreamSettings.table.resolve([(place, .object(members))])
    guard settings.warnings.isEmpty else { throw SingerError(.config, reasons: settings.warnings) }
    let problem = { (reason: String) in SingerError(.config, reason, file: place) }
    func names(_ setting: String) throws(SingerError) -> [String] {
      let elements = settings.array(setting) ?? []
      let names = elements.compactMap(\.string)
      guard names.count == elements.count else { throw problem("\"\(setting)\" must be an array of strings") }
      return names
    }

    let action = settings.string("action").flatMap(StreamAction.init) ?? .upsert
    self.stream = stream
    self.action = action
    destination = try StreamSettings.destination(settings, block["body"], action, stream: stream, problem)
    match = try names("match").map { MatchKey($0) }
    onNone = settings.string("on_none").flatMap(NonePolicy.init) ?? action.defaultNonePolicy
    onMany = settings.string("on_many").flatMap(ManyPolicy.init) ?? .reject
    mapping = FieldMapping(
      renames: try StreamSettings.renames(settings.object("fields"), problem),
      excluded: Set(try names("exclude")), constants: settings.object("constants") ?? JSONObject(),
      nulls: settings.string("nulls").flatMap(NullPolicy.init) ?? .omit)
    lists = try StreamSettings.listPolicies(block["lists"], problem)
    headers = (settings.object("headers") ?? JSONObject()).map {
      (name: $0.key, value: $0.value.string ?? $0.value.compact)
    }
    batch = try StreamSettings.batchRule(settings, groupBy: try names("group_by"), destination, problem)
    limits = WriteLimits(
      allowsCreating: settings.boolean("allow_create") ?? true,
      allowsUpdating: settings.boolean("allow_update") ?? true, maxCreates: settings.integer("max_creates"),
      maxDeletes: settings.integer("max_deletes"))
    isRepeatable = settings.boolean("repeatable") ?? false
    fingerprint = Array(JSONValue.object(block).compact.utf8)
  }

  private typealias Problem = (String) -> SingerError

  private static func destination(
    _ settings: Settings, _ body: JSONValue?, _ action: StreamAction, stream: String, _ problem: Problem
  ) throws(SingerError) -> Destination {
    if action == .contactAndLead { return .contactAndLead(ContactAndLeadSettings(settings)) }
    for setting in ContactAndLeadSettings.all where settings.isSet(setting.name) {
      throw problem("\"\(setting.name)\" goes with \"action\": \"contact_and_lead\"")
    }
    if let path = settings.string("path") {
      guard !settings.isSet("resource") else { throw problem("\"resource\" and \"path\" exclude each other") }
      let method =
        settings.string("method").flatMap(WriteMethod.init) ?? (action == .delete ? .delete : .post)
      return .endpoint(Endpoint(method: method, path: TextTemplate(path), body: body.map(BodyTemplate.init)))
    }
    for name in ["method", "batch_size", "group_by"] where settings.isSet(name) {
      throw problem("\"\(name)\" goes with \"path\"")
    }
    guard body == nil else { throw problem("\"body\" goes with \"path\"") }
    if let name = settings.string("resource") {
      if name == "activity" { return .anyActivity }
      guard let resource = ResourceTable.resource(named: name) else {
        let names = ResourceTable.all.map(\.name).joined(separator: ", ")
        throw problem("\"resource\" must be one of \(names), not \"\(name)\"; use \"path\" for others")
      }
      return .resource(resource)
    }
    if let destination = defaultDestination(ofStream: stream) { return destination }
    throw problem("\"resource\" or \"path\" is missing; the stream's name does not tell what its records are")
  }

  /// What records of a stream are when only its name tells; nil when it does not.
  static func defaultDestination(ofStream name: String) -> Destination? {
    if let resource = ResourceTable.resource(ofStream: name) { return .resource(resource) }
    if name == "activities" { return .anyActivity }
    return ResourceTable.dictionaries.contains(name) ? .dictionary : nil
  }

  private static func renames(_ fields: JSONObject?, _ problem: Problem) throws(SingerError) -> [String:
    String]
  {
    var renames: [String: String] = [:]
    for (name, value) in fields ?? JSONObject() {
      guard let renamed = value.string, !renamed.isEmpty else {
        throw problem("\"fields\" must hold Close's name of \"\(name)\", not \(value.compact)")
      }
      renames[name] = renamed
    }
    return renames
  }

  private static func listPolicies(_ value: JSONValue?, _ problem: Problem) throws(SingerError)
    -> ListPolicies
  {
    guard let value, !value.isNull else { return ListPolicies() }
    if let policy = value.string.flatMap(ListPolicy.init) { return ListPolicies(general: policy) }
    var policies = ListPolicies()
    for (name, choice) in value.object ?? ["lists": value] {
      guard let policy = choice.string.flatMap(ListPolicy.init) else {
        throw problem("\"lists\" must be append or replace, for all or by field, not \(value.compact)")
      }
      policies.byField[name] = policy
    }
    return policies
  }

  private static func batchRule(
    _ settings: Settings, groupBy: [String], _ destination: Destination, _ problem: Problem
  ) throws(SingerError) -> BatchRule? {
    guard let size = settings.integer("batch_size"), size > 1, case .endpoint(let endpoint) = destination
    else {
      return nil
    }
    if case .delete = endpoint.method { throw problem("\"batch_size\" does not go with DELETE") }
    let group = groupBy + endpoint.path.fields.filter { !groupBy.contains($0) }
    return BatchRule(size: size, groupBy: group)
  }
}

extension StreamAction {
  /// An update or delete of something that is not there is worth a word, or nothing at all.
  fileprivate var defaultNonePolicy: NonePolicy {
    switch self {
    case .create, .upsert, .contactAndLead: .create
    case .update: .reject
    case .delete: .skip
    }
  }
}
