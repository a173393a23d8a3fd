import CloseAPI
import JSONBytes
import Singer
import Synchronization

/// What every record of a run is planned and written with.
struct TargetContext: Sendable {
  /// The organisation written to.
  let organisation: String
  let configuration: TargetConfiguration
  let journal: Journal
  let reads: CloseReads
  let directory: DirectoryReader
  let foreignNames: ForeignNames
  let verb: UpdateVerb
  let brakes: Brakes
  let memory: RunMemory
  let remarks: Remarks
  let clock: ClientClock
}

extension TargetContext {
  /// How the records of a stream are written; without settings, with nothing but the defaults.
  ///
  /// - Throws: `SingerError.config`.
  func settings(of stream: String) throws(SingerError) -> StreamSettings {
    if let settings = configuration.settings(of: stream) { return settings }
    return try StreamSettings(["path": "/"], stream: stream, place: "streams.\(stream)")
  }
}

/// What a run keeps in mind besides its journal.
final class RunMemory: Sendable {
  private struct State {
    var announced: Set<String> = []
    /// Whether an object of this path was there when we looked.
    var existing: [String: Bool] = [:]
    /// What a plan would create, by resource and key.
    var planned: [Digest: PlannedID] = [:]
  }

  private let state = Mutex(State())

  /// Takes note of a resource that a stream of this input has records of.
  func announce(_ resource: String) { state.withLock { _ = $0.announced.insert(resource) } }

  /// Whether a stream of this input has records of a resource.
  func isAnnounced(_ resource: String) -> Bool { state.withLock { $0.announced.contains(resource) } }

  /// Whether the object at a path was there when we looked; nil when nobody looked.
  func exists(_ path: String) -> Bool? { state.withLock { $0.existing[path] } }

  func remember(_ path: String, exists: Bool) { state.withLock { $0.existing[path] = exists } }

  /// The stand-in for the id of an object that a plan creates.
  func plannedID(of key: RecordKey, resource: String) -> PlannedID? {
    state.withLock { $0.planned[Digest(resource, key.text)] }
  }

  func plan(_ id: PlannedID) {
    state.withLock { $0.planned[Digest(id.resource, id.key.text)] = id }
  }
}

/// What users may want to know about their records, each told once with its count.
final class Remarks: Sendable {
  private let counts = Mutex<[String: [String: Int]]>([:])

  /// Counts a remark; beyond a hundred different ones of a stream no more are kept.
  func add(_ remark: String, stream: String) {
    counts.withLock { counts in
      let isKnown = counts[stream]?[remark] != nil
      if isKnown || counts[stream, default: [:]].count < 100 {
        counts[stream, default: [:]][remark, default: 0] += 1
      }
    }
  }

  /// The remarks on a stream with their counts, in alphabetical order.
  func all(of stream: String) -> [(remark: String, count: Int)] {
    counts.withLock { $0[stream] ?? [:] }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
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
