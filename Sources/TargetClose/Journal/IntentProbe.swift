import JSONBytes

/// Tells whether an object in Close is the one that an unfinished create was about.
///
/// Close may have changed what it was sent (E.164, sanitised HTML, trimmed text), so texts are compared by
/// their letters and digits only.
struct IntentProbe: Sendable {
  let resource: ResourceDefinition
  private let body: JSONObject

  init?(_ intent: JournalIntent) {
    guard let body = intent.request.body?.object, let resource = IntentProbe.resource(of: intent) else {
      return nil
    }
    self.resource = resource
    self.body = body
  }

  /// The probe for what an operation would create.
  init?(_ operation: Operation) {
    guard let body = operation.request?.body?.object,
      let resource = ResourceTable.resource(named: operation.resource)
    else { return nil }
    self.resource = resource
    self.body = body
  }

  /// The lead the object belongs to.
  var lead: String? { body["lead_id"]?.string }

  /// Its type in the event log.
  var eventType: String? {
    guard resource.name == "task" else { return resource.eventTypes.first }
    let type = body["_type"]?.string ?? "lead"
    return resource.eventTypes.first { $0 == "task.\(type)" }
  }

  /// Whether every field that says something about the object agrees, and at least one does.
  func matches(_ object: JSONObject) -> Bool {
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
      return IntentProbe.letters(.array(current.list)) == IntentProbe.letters(.array(value.list))
        || FieldKind.isSameJSON(value, current)
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
      // A lead that is told by its contacts only.
      let live = (object["contacts"]?.list ?? []).compactMap(\.object)
      guard !live.isEmpty else { return nil }
      return value.list.allSatisfy { contact in
        live.contains { contact["name"] == nil || FieldKind.text.isSame(contact["name"], $0["name"]) }
      }
    case .boolean, .texts, .json, .reference: return nil
    }
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
