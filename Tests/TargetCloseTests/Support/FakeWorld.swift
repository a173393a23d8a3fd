import Foundation
import JSONBytes

/// The objects of a `FakeClose` and what its endpoints do with them.
struct FakeWorld: Sendable {
  struct Object: Sendable {
    let id: String
    let resource: String
    var fields: JSONObject
    /// When lists and searches notice the object.
    var visibleAt: Timestamp
    let createdAt: Timestamp
  }

  typealias Answer = (status: Int, body: JSONValue)

  let indexLag: Int64
  let patchStatus: Int
  var fixed: [String: JSONValue] = [
    "user/": list([
      ["id": "user_ann", "first_name": "Ann", "last_name": "Miller", "email": "ann@here.com"],
      ["id": "user_bob", "first_name": "Bob", "last_name": "Jones", "email": "bob@here.com"],
    ]),
    "status/lead/": list([
      ["id": "stat_new", "label": "New"], ["id": "stat_hot", "label": "Hot"],
    ]),
    "status/opportunity/": list([
      ["id": "stat_open", "label": "Open", "pipeline_id": "pipe_sales"],
      ["id": "stat_won", "label": "Won", "pipeline_id": "pipe_sales"],
      ["id": "stat_open2", "label": "Open", "pipeline_id": "pipe_success"],
    ]),
    "pipeline/": list([
      ["id": "pipe_sales", "name": "Sales"], ["id": "pipe_success", "name": "Success"],
    ]),
    "custom_field_schema/lead/": fields([
      ["id": "cf_number", "name": "Customer number", "type": "text"],
      ["id": "cf_size", "name": "Size", "type": "number"],
      ["id": "cf_tags", "name": "Tags", "type": "choices", "accepts_multiple_values": true],
      ["id": "cf_owner", "name": "Owner", "type": "user"],
      ["id": "cf_since", "name": "Since", "type": "date"],
    ]),
    "custom_field_schema/contact/": fields([
      ["id": "cf_user", "name": "User number", "type": "text"],
      ["id": "cf_role", "name": "Role", "type": "choices"],
    ]),
    "custom_field_schema/opportunity/": fields([["id": "cf_deal", "name": "Deal number", "type": "text"]]),
    "custom_activity/": list([["id": "actitype_visit", "name": "Visit"]]),
    "custom_object_type/": list([["id": "cotype_car", "name": "Car"]]),
    "custom_field/activity/": list([
      ["id": "cf_mood", "name": "Mood", "type": "text", "custom_activity_type_id": "actitype_visit"]
    ]),
    "custom_field/custom_object_type/": list([]),
    "custom_field/shared/": list([]),
  ]
  /// The leads that leads have been merged into.
  private var merges: [String: String] = [:]
  private var stored: [Object] = []
  private var nextNumber = 1
  private static let prefixes = [
    "lead": "lead", "contact": "cont", "opportunity": "oppo", "task": "task", "activity/note": "acti",
    "activity/call": "acti", "activity/email": "acti", "activity/sms": "acti", "activity/meeting": "acti",
    "activity/custom": "acti", "activity/whatsapp_message": "acti", "activity/status_change/lead": "acti",
    "custom_object": "custobj", "comment": "comm", "sample": "sample",
  ]

  /// The combinations of filters that the event log takes, of those that a target may want.
  private static let eventFilters: Set<Set<String>> = [
    ["object_type", "object_id"], ["object_type", "action"], ["object_id", "action"],
    ["lead_id", "object_type"], ["lead_id", "object_type", "action"],
  ]

  /// Resources by their types in the event log, where the names differ.
  private static let eventTypes = [
    "task.lead": "task", "activity.custom_activity": "activity/custom",
    "activity.lead_status_change": "activity/status_change/lead",
  ]

  init(indexLag: Int64, patchStatus: Int) {
    self.indexLag = indexLag
    self.patchStatus = patchStatus
  }

  static func list(_ rows: [JSONValue]) -> JSONValue { ["data": .array(rows), "has_more": false] }

  static func fields(_ rows: [JSONValue]) -> JSONValue { ["fields": .array(rows)] }

  // MARK: - Objects

  func objects(_ resource: String) -> [JSONObject] {
    stored.filter { $0.resource == resource }.map(\.fields)
  }

  func object(_ id: String) -> Object? { stored.first { $0.id == id } }

  mutating func create(_ resource: String, _ given: JSONObject, at now: Timestamp, indexed: Bool = false)
    -> String
  {
    var fields = given
    let nested = fields["contacts"]?.array ?? []
    if resource == "lead" { fields["contacts"] = nil }
    let id = given["id"]?.string ?? "\(FakeWorld.prefixes[resource] ?? "obj")_\(nextNumber)"
    nextNumber += 1
    fields["id"] = .string(id)
    fields["date_created"] = fields["date_created"] ?? .string(now.description)
    fields["date_updated"] = .string(now.description)
    let visibleAt = indexed ? .earliest : now.adding(seconds: indexLag)
    stored.append(
      Object(id: id, resource: resource, fields: fields, visibleAt: visibleAt, createdAt: now))
    for contact in nested.compactMap(\.object) {
      var contact = contact
      contact["lead_id"] = .string(id)
      _ = create("contact", contact, at: now, indexed: indexed)
    }
    return id
  }

  mutating func update(_ id: String, _ changes: JSONObject, at now: Timestamp) {
    guard let index = stored.firstIndex(where: { $0.id == id }) else { return }
    for (name, value) in changes {
      if name.hasSuffix(".add") || name.hasSuffix(".remove") {
        let field = String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)])
        let others = (stored[index].fields[field]?.array ?? []).filter { $0 != value }
        stored[index].fields[field] = .array(name.hasSuffix(".add") ? others + [value] : others)
      } else {
        stored[index].fields[name] = value.isNull && name.hasPrefix("custom.") ? nil : value
      }
    }
    stored[index].fields["date_updated"] = .string(now.description)
  }

  mutating func delete(_ id: String) { stored.removeAll { $0.id == id } }

  /// Puts what belongs to a lead under another one, and deletes it.
  mutating func merge(_ source: String, into destination: String) {
    for index in stored.indices where stored[index].fields["lead_id"] == .string(source) {
      stored[index].fields["lead_id"] = .string(destination)
    }
    merges[source] = destination
    delete(source)
  }

  /// An object as it is read: a lead with its contacts and opportunities.
  private func shown(_ object: Object) -> JSONValue {
    var fields = object.fields
    if object.resource == "lead" {
      for (list, resource) in [("contacts", "contact"), ("opportunities", "opportunity")] {
        let children = stored.filter { $0.resource == resource && $0.fields["lead_id"] == .string(object.id) }
        fields[list] = .array(children.map { .object($0.fields) })
      }
    }
    return .object(fields)
  }

  // MARK: - Endpoints

  mutating func respond(to call: FakeClose.Call, at now: Timestamp) -> Answer? {
    let parts = call.path.split(separator: "/").map(String.init)
    if call.path == "me/" {
      return (
        200, ["id": "user_me", "organizations": [["id": .string(FakeClose.organisation), "name": "Here"]]]
      )
    }
    // Somewhere else, such as a webhook.
    if call.path.hasPrefix("https://") { return (200, [:]) }
    if call.path == "data/search/" { return (200, search(call.body, at: now)) }
    if call.path == "event/" {
      let filters = Set(call.query.keys.filter { !$0.hasPrefix("_") && !$0.hasPrefix("date_updated") })
      guard FakeWorld.eventFilters.contains(filters) else {
        return (400, ["error": "this combination of filters is not supported"])
      }
      return (200, events(call.query))
    }
    if call.method == "GET", let answer = fixed[call.path] { return (200, answer) }
    let collection = parts.joined(separator: "/")
    if FakeWorld.prefixes[collection] != nil { return respondToList(collection, call, at: now) }
    let resource = parts.dropLast().joined(separator: "/")
    guard FakeWorld.prefixes[resource] != nil, let id = parts.last else { return nil }
    return respondToItem(id, call, at: now)
  }

  private mutating func respondToList(
    _ resource: String, _ call: FakeClose.Call, at now: Timestamp
  ) -> Answer? {
    switch call.method {
    case "GET":
      let rows = stored.filter { object in
        object.resource == resource && object.visibleAt <= now
          && (call.query["lead_id"].map { object.fields["lead_id"] == .string($0) } ?? true)
      }
      return (200, FakeWorld.list(rows.map(shown)))
    case "POST":
      guard let body = call.body.object else {
        return (400, ["error": "JSON dictionary expected"])
      }
      let id = create(resource, body, at: now)
      return (200, object(id).map(shown) ?? .null)
    default: return (405, ["error": "method not allowed"])
    }
  }

  private mutating func respondToItem(_ id: String, _ call: FakeClose.Call, at now: Timestamp) -> Answer? {
    if call.method == "PATCH", patchStatus != 200 { return (patchStatus, ["error": "no PATCH here"]) }
    guard let found = object(id) else { return (404, ["error": "Empty query: there is no such object"]) }
    switch call.method {
    case "GET": return (200, shown(found))
    case "PUT", "PATCH":
      update(id, call.body.object ?? JSONObject(), at: now)
      return (200, object(id).map(shown) ?? .null)
    case "DELETE":
      delete(id)
      return (200, [:])
    default: return (405, ["error": "method not allowed"])
    }
  }

  private func events(_ query: [String: String]) -> JSONValue {
    if query["action"] == "deleted" {
      let events = merges.sorted { $0.key < $1.key }.map { source, destination -> JSONValue in
        [
          "object_type": "lead", "action": "deleted", "object_id": .string(source),
          "meta": [
            "merge_source_lead_id": .string(source), "merge_destination_lead_id": .string(destination),
          ],
        ]
      }
      return ["data": .array(events), "cursor_next": .null]
    }
    let type = query["object_type"] ?? ""
    let resource =
      FakeWorld.eventTypes[type] ?? type.replacingOccurrences(of: "activity.", with: "activity/")
    let rows = stored.filter { object in
      object.resource == resource
        && (query["lead_id"].map { object.fields["lead_id"] == .string($0) } ?? true)
    }
    let events = rows.reversed().map { object -> JSONValue in
      [
        "id": .string("ev_\(object.id)"), "object_type": .string(type), "action": "created",
        "object_id": .string(object.id), "data": .object(object.fields),
        "date_updated": .string(object.createdAt.description),
        "date_created": .string(object.createdAt.description),
      ]
    }
    return ["data": .array(events), "cursor_next": .null]
  }

  // MARK: - Search

  private func search(_ body: JSONValue, at now: Timestamp) -> JSONValue {
    let query = body["query"] ?? .null
    let types = (query["queries"]?.array ?? []).compactMap { $0["object_type"]?.string }
    let type = types.first ?? ""
    let found = stored.filter { object in
      object.resource == type && object.visibleAt <= now && matches(object, query)
    }
    let wanted = Set((body["_fields"]?[type]?.array ?? []).compactMap(\.string))
    let rows = found.map { object -> JSONValue in
      let fields = shown(object).object ?? JSONObject()
      return .object(JSONObject(fields.filter { wanted.contains($0.key) }.map { ($0.key, $0.value) }))
    }
    let sorted = rows.sorted { ($0["date_updated"]?.string ?? "") < ($1["date_updated"]?.string ?? "") }
    return ["data": .array(sorted), "cursor": .null]
  }

  private func matches(_ object: Object, _ query: JSONValue) -> Bool {
    switch query["type"]?.string {
    case "and": return (query["queries"]?.array ?? []).allSatisfy { matches(object, $0) }
    case "or": return (query["queries"]?.array ?? []).contains { matches(object, $0) }
    case "object_type": return query["object_type"]?.string == object.resource
    case "has_related":
      let related = query["related_object_type"]?.string ?? ""
      let inner = query["related_query"] ?? .null
      return self.related(related, to: object).contains { matches($0, inner) }
    case "field_condition":
      let name =
        query["field"]?["custom_field_id"]?.string.map { "custom.\($0)" }
        ?? query["field"]?["field_name"]?.string ?? ""
      return holds(query["condition"] ?? .null, object.fields[name])
    default: return false
    }
  }

  private func related(_ type: String, to object: Object) -> [Object] {
    switch type {
    case "contact": return stored.filter { $0.fields["lead_id"] == .string(object.id) }
    case "contact_email", "contact_phone":
      let list = type == "contact_email" ? "emails" : "phones"
      return (object.fields[list]?.array ?? []).compactMap(\.object).map {
        Object(
          id: "", resource: type, fields: $0, visibleAt: object.visibleAt, createdAt: object.createdAt)
      }
    default: return []
    }
  }

  private func holds(_ condition: JSONValue, _ value: JSONValue?) -> Bool {
    let values = value?.array ?? [value ?? .null]
    switch condition["type"]?.string {
    case "text":
      let wanted = (condition["value"]?.string ?? "").lowercased()
      return values.contains { ($0.string ?? "").lowercased().contains(wanted) }
    case "term": return values.contains { (condition["values"]?.array ?? []).contains($0) }
    case "number_range": return value?.double == condition["gte"]?.double
    case "reference": return values.contains { (condition["object_ids"]?.array ?? []).contains($0) }
    case "moment_range":
      guard let instant = value?.string.flatMap({ Timestamp($0) }) else { return false }
      let from = condition["on_or_after"]?["value"]?.string.flatMap { Timestamp($0) } ?? .earliest
      let before = condition["before"]?["value"]?.string.flatMap { Timestamp($0) } ?? .latest
      return instant >= from && instant < before
    default: return false
    }
  }
}
