import JSONBytes

/// Tells whether an object in Close is the one that an unfinished create was about.
///
/// Close may have changed what it was sent (E.164, sanitised HTML, trimmed text), so texts are compared by
/// their letters and digits only.
struct IntentProbe: Sendable {
  let resource: ResourceDefinition
  let body: JSONObject
  /// Objects from before are others that look the same; nil when the body tells the date.
  private let earliest: Timestamp?
  /// Clocks may differ by this much.
  static let clockSkew: Int64 = 300

  init?(_ intent: JournalIntent) {
    guard let body = intent.request.body?.object, let resource = IntentProbe.resource(of: intent) else {
      return nil
    }
    self.resource = resource
    self.body = body
    earliest =
      body["date_created"] == nil ? intent.time.adding(seconds: -IntentProbe.clockSkew) : nil
  }

  /// The probe for what an operation would create.
  init?(_ operation: Operation) {
    guard let body = operation.request?.body?.object,
      let resource = ResourceTable.resource(named: operation.resource)
    else { return nil }
    self.resource = resource
    self.body = body
    earliest = nil
  }

  /// The lead the object belongs to.
  var lead: String? { body["lead_id"]?.string }

  /// Its type in the event log.
  var eventType: String? {
    guard resource.name == "task" else { return resource.eventTypes.first }
    let type = body["_type"]?.string ?? "lead"
    return resource.eventTypes.first { $0 == "task.\(type)" }
  }

  /// Whether the object does not tell what the body says of its contacts.
  func isIncomplete(_ object: JSONObject) -> Bool { body["contacts"] != nil && object["contacts"] == nil }

  /// Whether every field that says something about the object agrees, and at least one does.
  ///
  /// - Parameter isRecognised: whether the object is known by a value of its own, so that its age says nothing.
  func matches(_ object: JSONObject, isRecognised: Bool = false) -> Bool {
    let created = object["date_created"]?.string.flatMap { Timestamp($0) }
    if !isRecognised, let earliest, let created, created < earliest { return false }
    var agreements = 0
    for (name, value) in body {
      guard let outcome = agrees(name, value, object) else { continue }
      guard outcome else { return false }
      agreements += 1
    }
    return agreements > 0
  }

  /// Nil for fields that say nothing, or that Close sets as it likes.
  private func agrees(_ name: String, _ value: JSONValue, _ object: JSONObject) -> Bool? {
    guard let kind = resource.field(name)?.kind else {
      guard name.hasPrefix("custom."), let current = object[name] else { return nil }
      return value.list.allSatisfy { value in current.list.contains { IntentProbe.isSameValue(value, $0) } }
    }
    switch kind {
    case .reference(.object), .text, .html, .url, .number:
      guard let current = object[name], !current.isNull else { return kind.isSame(value, nil) ? nil : false }
      return kind.isSame(value, current) || IntentProbe.letters(value) == IntentProbe.letters(current)
    case .phone, .day, .moment, .instant:
      guard let current = object[name], !current.isNull else { return nil }
      return kind.isSame(value, current)
    case .entries(let entries):
      guard entries.identity != nil else { return nil }
      let live = object[name]?.list ?? []
      return value.list.allSatisfy { entry in live.contains { entries.isSame($0, entry) } }
    case .json where name == "contacts":
      // A lead may be told by its contacts only.
      guard let live = object["contacts"]?.array else { return nil }
      return value.list.allSatisfy { contact in live.contains { IntentProbe.isSame(contact, $0) } }
    case .boolean, .texts, .json, .reference: return nil
    }
  }

  /// The contacts of a lead in the order they were sent with it; nil for those that cannot be told.
  static func contacts(of intent: JournalIntent, in lead: JSONValue) -> [JSONValue?] {
    let sent = intent.request.body?["contacts"]?.list ?? []
    let live = lead["contacts"]?.list ?? []
    if sent.count == 1, live.count == 1 { return live }
    var left = Set(live.indices)
    return sent.enumerated().map { place, contact in
      // Close may keep them in another order; of two alike each is the one in its place.
      let same = left.filter { isSame(contact, live[$0]) }
      guard let index = same.contains(place) ? place : same.min() else { return nil }
      left.remove(index)
      return live[index]
    }
  }

  /// Whether a contact is the one that was sent, as far as it was told.
  private static func isSame(_ sent: JSONValue, _ live: JSONValue) -> Bool {
    if let name = sent["name"], letters(name) != letters(live["name"] ?? "") { return false }
    for (list, kind) in [("emails", EntryKind.email), ("phones", .phone), ("urls", .url)] {
      let entries = live[list]?.list ?? []
      let areThere = (sent[list]?.list ?? []).allSatisfy { entry in
        entries.contains { kind.isSame($0, entry) }
      }
      guard areThere else { return false }
    }
    return true
  }

  /// Whether two values of a custom field, whose kind is not known here, are the same.
  private static func isSameValue(_ left: JSONValue, _ right: JSONValue) -> Bool {
    letters(left) == letters(right) || FieldKind.isSameJSON(left, right)
      || FieldKind.instant.isSame(left, right)
  }

  /// The letters and digits of a text, without markup, in lower case.
  private static func letters(_ value: JSONValue) -> String {
    var letters = ""
    var isTag = false
    for character in RecordKey.text(of: value) {
      if character == "<" { isTag = true }
      if !isTag, character.isLetter || character.isNumber { letters += character.lowercased() }
      if character == ">" { isTag = false }
    }
    return letters
  }

  /// The kind of object; for an endpoint of the user's choice the one that lives at its path.
  private static func resource(of intent: JournalIntent) -> ResourceDefinition? {
    if let known = ResourceTable.resource(named: intent.resource) { return known }
    let path = intent.request.path.split(separator: "/").joined(separator: "/") + "/"
    return ResourceTable.all.first { $0.path == path && $0.canCreate }
  }
}
