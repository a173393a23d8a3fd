import JSONBytes
import Singer
import Synchronization

/// What a run keeps in mind besides its journal.
final class RunMemory: Sendable {
  private struct State {
    var announced: Set<String> = []
    /// Whether an object of this path was there when we looked.
    var existing: [String: Bool] = [:]
    /// What a plan would create, by resource and key, and where its fields are in the spool.
    var planned: [Digest: (id: PlannedID, number: Int)] = [:]
    var bodies: Spool
    /// What a plan would change, by id.
    var changed: [String: JSONObject] = [:]
  }

  private let state: Mutex<State>

  /// - Parameter spoolPath: where a file may be made for what a plan would create.
  init(spoolPath: String) { state = Mutex(State(bodies: Spool(path: spoolPath))) }

  /// Takes note of a resource that a stream of this input has records of.
  func announce(_ resource: String) { state.withLock { _ = $0.announced.insert(resource) } }

  /// Whether a stream of this input has records of a resource.
  func isAnnounced(_ resource: String) -> Bool { state.withLock { $0.announced.contains(resource) } }

  /// Whether the object at a path was there when we looked; nil when nobody looked.
  func exists(_ path: String) -> Bool? { state.withLock { $0.existing[path] } }

  func remember(_ path: String, exists: Bool) { state.withLock { $0.existing[path] = exists } }

  /// The stand-in for the id of an object that a plan creates.
  func plannedID(of key: RecordKey, resource: String) -> PlannedID? {
    state.withLock { $0.planned[Digest(resource, key.text)]?.id }
  }

  /// An object as a plan creates it; nil when no plan does.
  func plannedObject(of key: RecordKey, resource: String) throws(SingerError) -> JSONObject? {
    try state.withLock { (state) throws(SingerError) in
      guard let number = state.planned[Digest(resource, key.text)]?.number,
        let line = try state.bodies.peek(number)
      else { return nil }
      return (try? JSONValue(parsing: line))?.object
    }
  }

  /// An object as it would be after what a plan has changed so far.
  func planned(_ id: String, _ live: JSONObject) -> JSONObject {
    var object = live
    for (name, value) in state.withLock({ $0.changed[id] }) ?? JSONObject() { object[name] = value }
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
      let number = state.planned.count
      try state.bodies.put(number, Array(body.compact.utf8))
      state.planned[Digest(id.resource, id.key.text)] = (id, number)
    }
  }
}

/// Stands in a plan for the id of an object that the plan creates itself: `@["lead","leads","4711"]`.
struct PlannedID: Hashable, Sendable {
  let resource: String
  let stream: String
  let key: RecordKey

  /// As it stands in a request.
  var text: String { "@" + JSONValue.array([.string(resource), .string(stream), .string(key.text)]).compact }

  init(resource: String, stream: String, key: RecordKey) {
    self.resource = resource
    self.stream = stream
    self.key = key
  }

  /// Reads what `text` writes; nil for anything else.
  init?(_ text: String) {
    guard text.hasPrefix("@["), let parts = (try? JSONValue(parsing: String(text.dropFirst())))?.array,
      parts.count == 3, let resource = parts[0].string, let stream = parts[1].string,
      let key = parts[2].string
    else { return nil }
    self.init(resource: resource, stream: stream, key: RecordKey(text: key))
  }
}
