import CloseConnection
import JSONBytes
import Singer
import Synchronization

/// What a run keeps in mind besides its journal.
final class RunMemory: Sendable {
  private struct State {
    var announced: Set<String> = []
    /// Whether an object of this path was there when we looked.
    var existing: [String: Bool] = [:]
    /// The leads that others have been merged into, by the others' ids.
    var survivors: [String: String] = [:]
    /// The objects a plan would create, by resource and key.
    var planned: [Digest: PlannedID] = [:]
    /// Where their fields are in the spool.
    var numbers: [PlannedID: Int] = [:]
    var bodies: Spool
    /// What a plan would change, by id.
    var changed: [String: JSONObject] = [:]
    /// The contacts a plan would create, by their leads.
    var contacts: [String: [PlannedID]] = [:]
    /// Objects that would go by a value, there or planned.
    var tokens: [MatchToken: [String]] = [:]
  }

  private let state: Mutex<State>
  private let gates = (1...64).map { _ in RequestGate(limit: 1) }

  /// - Parameter spoolPath: where a file may be made for what a plan would create.
  init(spoolPath: String) { state = Mutex(State(bodies: Spool(path: spoolPath))) }

  /// Takes note of a resource that a stream of this input has records of.
  func announce(_ resource: String) { state.withLock { _ = $0.announced.insert(resource) } }

  /// Whether a stream of this input has records of a resource.
  func isAnnounced(_ resource: String) -> Bool { state.withLock { $0.announced.contains(resource) } }

  /// Whether the object at a path was there when we looked; nil when nobody looked.
  func exists(_ path: String) -> Bool? { state.withLock { $0.existing[path] } }

  /// Where those who want to look at the same path wait for the first of them.
  func gate(of path: String) -> RequestGate { gates[Int(path.hashValue.magnitude % UInt(gates.count))] }

  func remember(_ path: String, exists: Bool) { state.withLock { $0.existing[path] = exists } }

  /// The lead that this one has been found to be merged into; nil when nothing is known of that.
  func survivor(ofLead id: String) -> String? { state.withLock { $0.survivors[id] } }

  func remember(survivor: String, ofLead id: String) { state.withLock { $0.survivors[id] = survivor } }

  /// The stand-in for the id of an object that a plan creates.
  func plannedID(of key: RecordKey, resource: String) -> PlannedID? {
    state.withLock { $0.planned[Digest(resource, key.text)] }
  }

  /// An object as a plan creates it; nil when no plan does.
  func plannedObject(_ id: PlannedID) throws(SingerError) -> JSONObject? {
    let line = try state.withLock { (state) throws(SingerError) in
      try state.numbers[id].flatMap { (number) throws(SingerError) in try state.bodies.peek(number) }
    }
    guard let line, var object = (try? JSONValue(parsing: line))?.object else { return nil }
    object["id"] = .string(id.text)
    return try planned(id.text, object)
  }

  /// Objects that would go by a token once a plan were carried out.
  func plannedIDs(_ token: MatchToken) -> [String] { state.withLock { $0.tokens[token] ?? [] } }

  /// An object as it would be after what a plan has changed so far.
  func planned(_ id: String, _ live: JSONObject) throws(SingerError) -> JSONObject {
    let (changed, contacts) = state.withLock { ($0.changed[id] ?? JSONObject(), $0.contacts[id] ?? []) }
    var object = live
    for (name, value) in changed { object[name] = value }
    for contact in contacts {
      guard let contact = try plannedObject(contact) else { continue }
      object["contacts"] = .array((object["contacts"]?.list ?? []) + [.object(contact)])
    }
    return object
  }

  /// Takes note of what a plan would change.
  func plan(_ changes: [FieldChange], of id: String) {
    state.withLock { state in
      for change in changes {
        let before = state.changed[id]?[change.field] ?? change.from
        state.changed[id, default: JSONObject()][change.field] = change.outcome(from: before)
      }
    }
  }

  /// Takes note of what a plan would create.
  func plan(_ id: PlannedID, _ body: JSONValue) throws(SingerError) {
    try state.withLock { (state) throws(SingerError) in
      let number = state.numbers.count
      try state.bodies.put(number, Array(body.compact.utf8))
      state.numbers[id] = number
      if id.resource == "contact", let lead = body["lead_id"]?.string {
        state.contacts[lead, default: []].append(id)
      }
      if id.role == nil { state.planned[Digest(id.resource, id.key.text)] = id }
    }
  }

  /// Takes note of what an object would go by.
  func plan(_ tokens: [MatchToken], of id: String) {
    state.withLock { state in
      for token in tokens where state.tokens[token]?.contains(id) != true {
        state.tokens[token, default: []].append(id)
      }
    }
  }
}

/// Stands in a plan for the id of an object that the plan creates itself: `@["lead","leads","4711"]`, with the role
/// at its end where a record stands for several objects.
struct PlannedID: Hashable, Sendable {
  let resource: String
  let stream: String
  let key: RecordKey
  var role: String?

  /// As it stands in a request.
  var text: String {
    let parts = [resource, stream, key.text] + [role].compactMap(\.self)
    return "@" + JSONValue.array(parts.map { .string($0) }).compact
  }

  init(resource: String, stream: String, key: RecordKey, role: String? = nil) {
    self.resource = resource
    self.stream = stream
    self.key = key
    self.role = role
  }

  /// What the journal knows it by once it has been created.
  var journalKey: JournalKey { JournalKey(stream: stream, key: key, role: role) }

  /// Reads what `text` writes; nil for anything else.
  init?(_ text: String) {
    guard text.hasPrefix("@["), let parts = (try? JSONValue(parsing: String(text.dropFirst())))?.array else {
      return nil
    }
    let texts = parts.compactMap(\.string)
    guard texts.count == parts.count, (3...4).contains(texts.count) else { return nil }
    self.init(
      resource: texts[0], stream: texts[1], key: RecordKey(text: texts[2]),
      role: texts.count == 4 ? texts[3] : nil)
  }
}
