import JSONBytes

/// What is to be done with one record: a line of a plan.
///
///     {"line":7,"stream":"leads","action":"update","key":"4711","id":"lead_…",
///      "changes":{"name":{"from":"Acme","to":"Acme Ltd"}},"reason":"…","request":{"method":"PATCH",…}}
///
/// A record that stands for several objects has the first in the line itself and the others in `more`.
struct PlanLine: Sendable {
  let line: Int
  let stream: String
  let key: RecordKey
  var operations: [Operation]
  /// Stands for the record and its settings.
  var content: Digest?
  /// The organisation the plan was made for; nil when it does not say.
  var organisation: String?
}

extension PlanLine {
  var json: JSONValue {
    var json: JSONValue = ["line": .int(line), "stream": .string(stream)]
    let main = operations.first ?? .skipped("nothing to do", resource: stream)
    for (name, value) in main.json { json[name] = value }
    json["key"] = .string(key.text)
    if operations.count > 1 { json["more"] = .array(operations.dropFirst().map { .object($0.json) }) }
    json["content"] = content.map { .string($0.description) }
    json["organization"] = organisation.map { .string($0) }
    return json
  }

  /// Reads what `json` writes; nil when it is anything else.
  init?(_ json: JSONValue) {
    guard let line = json["line"]?.int, let stream = json["stream"]?.string, let key = json["key"]?.string,
      let main = Operation(json)
    else { return nil }
    let more = (json["more"]?.array ?? []).map { Operation($0) }
    guard !more.contains(where: { $0 == nil }) else { return nil }
    self.line = line
    self.stream = stream
    self.key = RecordKey(text: key)
    operations = [main] + more.compactMap(\.self)
    content = json["content"]?.string.flatMap { Digest($0) }
    organisation = json["organization"]?.string
  }
}

extension Operation {
  fileprivate var json: JSONObject {
    var json: JSONObject = [
      // A skipped record and one that needs nothing are the same to whoever carries out the plan.
      "action": .string((action == .skip ? .noop : action).rawValue), "key": .null,
      "resource": .string(resource),
      "id": id.map { .string($0) } ?? .null,
      "changes": .object(
        JSONObject(changes.map { ($0.name, .object(["from": $0.from, "to": $0.to])) })),
      "reason": .string(reason), "request": request?.json ?? .null,
    ]
    json["role"] = role.map { .string($0) }
    json["match"] = MatchToken.json(tokens)
    json["contacts"] = JournalKey.json(nestedContacts)
    json["contact_match"] = MatchToken.json(nestedTokens)
    if !known.isEmpty { json["known"] = .array(known.map { .string($0) }) }
    return json
  }

  fileprivate init?(_ json: JSONValue) {
    guard let action = json["action"]?.string.flatMap(Action.init), let resource = json["resource"]?.string,
      let reason = json["reason"]?.string
    else { return nil }
    self.init(action: action, resource: resource, reason: reason)
    role = json["role"]?.string
    id = json["id"]?.string
    for (name, change) in json["changes"]?.object ?? JSONObject() {
      changes.append(FieldChange(name: name, from: change["from"] ?? .null, to: change["to"] ?? .null))
    }
    if let request = json["request"], !request.isNull {
      guard let request = PlannedRequest(request) else { return nil }
      self.request = request
    }
    guard request != nil || !isWrite else { return nil }
    // Nothing stands for the record, so that nothing may be noted of it.
    if action == .noop, id == nil { self.action = .skip }
    tokens = MatchToken.list(json["match"])
    nestedTokens = MatchToken.list(json["contact_match"])
    nestedContacts = JournalKey.list(json["contacts"])
    known = (json["known"]?.array ?? []).compactMap(\.string)
  }
}
