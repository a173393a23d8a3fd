import JSONBytes

/// What a journal knows something by: a record, or one of the objects a record stands for.
struct JournalKey: Hashable, Sendable {
  let stream: String
  let key: RecordKey
  /// Which of several objects, such as the lead of a `contact_and_lead` record; nil for the main one.
  var role: String?

  /// The lane and index entry of this key.
  var digest: Digest { Digest("record", stream, key.text, role ?? "") }
}

/// A write that was about to be sent, and what it takes to find out later whether it was.
struct JournalIntent: Hashable, Sendable {
  let number: Int
  let key: JournalKey
  let resource: String
  let request: PlannedRequest
  /// Values by which the object can be searched for.
  let tokens: [MatchToken]
  var time: Timestamp
  /// The records that contacts created with a lead stand for, in order; nil for those of no record.
  var nestedContacts: [JournalKey?] = []
  /// Values by which the first of those contacts can be found again.
  var nestedTokens: [MatchToken] = []
}

/// An object that a record has been written to.
struct JournalResult: Hashable, Sendable {
  let key: JournalKey
  let resource: String
  /// Close's id; empty when the endpoint gave none.
  let id: String
  /// Stands for the record and its settings; nil when not all of it has been written.
  var content: Digest?
  /// The intent it brings to an end.
  var intent: Int?
  var tokens: [MatchToken] = []
  var time: Timestamp?
}

/// One line of a journal.
///
///     {"journal":1,"organization":"orga_…"}
///     {"intent":7,"stream":"leads","key":"4711","resource":"lead","at":"…","request":{…},"match":[…]}
///     {"id":"lead_…","stream":"leads","key":"4711","resource":"lead","content":"…","intent":7}
///     {"void":7}
///     {"gone":"leads","key":"4711"}
enum JournalEntry: Hashable, Sendable {
  case header(organisation: String)
  case intent(JournalIntent)
  case result(JournalResult)
  /// The write of this number was certainly not carried out.
  case void(Int)
  /// The object has been deleted.
  case gone(JournalKey)

  static let version = 1
}

extension JournalEntry {
  var json: JSONValue {
    switch self {
    case .header(let organisation):
      return ["journal": .int(JournalEntry.version), "organization": .string(organisation)]
    case .void(let number): return ["void": .int(number)]
    case .gone(let key): return key.added(to: ["gone": .string(key.stream)])
    case .intent(let intent):
      var json = intent.key.added(to: [
        "intent": .int(intent.number), "stream": .string(intent.key.stream),
      ])
      json["resource"] = .string(intent.resource)
      json["at"] = .string(intent.time.description)
      json["request"] = intent.request.json
      json["match"] = MatchToken.json(intent.tokens)
      json["contacts"] = JournalKey.json(intent.nestedContacts)
      json["contact_match"] = MatchToken.json(intent.nestedTokens)
      return json
    case .result(let result):
      var json = result.key.added(to: ["id": .string(result.id), "stream": .string(result.key.stream)])
      json["resource"] = .string(result.resource)
      json["content"] = result.content.map { .string($0.description) }
      json["intent"] = result.intent.map { .int($0) }
      json["match"] = MatchToken.json(result.tokens)
      json["at"] = result.time.map { .string($0.description) }
      return json
    }
  }

  /// Reads a line; nil when it is no line of a journal.
  init?(_ json: JSONValue) {
    if let number = json["void"]?.int {
      self = .void(number)
    } else if json["journal"] != nil {
      guard json["journal"]?.int == JournalEntry.version, let organisation = json["organization"]?.string
      else {
        return nil
      }
      self = .header(organisation: organisation)
    } else if let stream = json["gone"]?.string {
      guard let key = JournalKey(json, stream: stream) else { return nil }
      self = .gone(key)
    } else {
      guard let stream = json["stream"]?.string, let key = JournalKey(json, stream: stream),
        let resource = json["resource"]?.string
      else { return nil }
      let tokens = MatchToken.list(json["match"])
      let time = json["at"]?.string.flatMap { Timestamp($0) }
      if let id = json["id"]?.string {
        self = .result(
          JournalResult(
            key: key, resource: resource, id: id, content: json["content"]?.string.flatMap { Digest($0) },
            intent: json["intent"]?.int, tokens: tokens, time: time))
      } else {
        guard let number = json["intent"]?.int, let time,
          let request = json["request"].flatMap({ PlannedRequest($0) })
        else { return nil }
        self = .intent(
          JournalIntent(
            number: number, key: key, resource: resource, request: request, tokens: tokens, time: time,
            nestedContacts: JournalKey.list(json["contacts"]),
            nestedTokens: MatchToken.list(json["contact_match"])))
      }
    }
  }
}

extension MatchToken {
  /// Tokens as JSON; nil for none.
  static func json(_ tokens: [MatchToken]) -> JSONValue? {
    tokens.isEmpty ? nil : .array(tokens.map { .string($0.description) })
  }

  /// Reads what `json` writes.
  static func list(_ json: JSONValue?) -> [MatchToken] {
    (json?.array ?? []).compactMap { $0.string.flatMap { MatchToken($0) } }
  }
}

extension JournalKey {
  /// Keys as JSON, null for those that are missing; nil for none.
  static func json(_ keys: [JournalKey?]) -> JSONValue? {
    guard !keys.isEmpty else { return nil }
    return .array(
      keys.map { key in
        key.map { ["stream": .string($0.stream), "key": .string($0.key.text)] } ?? .null
      })
  }

  /// Reads what `json` writes.
  static func list(_ json: JSONValue?) -> [JournalKey?] {
    (json?.array ?? []).map { key in key["stream"]?.string.flatMap { JournalKey(key, stream: $0) } }
  }

  fileprivate func added(to json: JSONValue) -> JSONValue {
    var json = json
    json["key"] = .string(key.text)
    json["role"] = role.map { .string($0) }
    return json
  }

  fileprivate init?(_ json: JSONValue, stream: String) {
    guard let key = json["key"]?.string else { return nil }
    self.stream = stream
    self.key = RecordKey(text: key)
    role = json["role"]?.string
  }
}
