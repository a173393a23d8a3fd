import CloseAPI
import CloseConnection
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

  /// The stream whose records contacts are, as those nested in a lead would be if they came by themselves.
  var contactStream: String {
    let own = configuration.streams.first { settings in
      if case .resource(let resource) = settings.destination { resource.name == "contact" } else { false }
    }
    return own?.stream ?? "contacts"
  }

  /// An object as it is in Close now, or as a plan makes it; nil when there is none.
  func object(_ resource: ResourceDefinition, _ id: String, label: String) async throws -> JSONObject? {
    if let planned = PlannedID(id) { return try memory.plannedObject(planned) }
    guard id.isPartOfPath else { return nil }
    let live = try await reads.object(resource.path(of: id), label: label)
    return try live.map { try memory.planned(id, $0) }
  }

  /// Whether there is an object at a path; asked for once in a run, however many records point to it.
  func exists(_ path: String, label: String) async throws -> Bool {
    if let known = memory.exists(path) { return known }
    return try await memory.gate(of: path).enter {
      if let known = memory.exists(path) { return known }
      let exists = try await reads.object(path, label: label) != nil
      memory.remember(path, exists: exists)
      return exists
    }
  }

  /// What is left of a lead that somebody has merged into another one, perhaps several times over.
  func survivor(ofLead id: String, label: String) async throws -> MatchedObject? {
    var id = id
    for _ in 1...TargetContext.mostMerges {
      guard let next = try await reads.survivor(ofLead: id, label: label) else { return nil }
      if let live = try await object(.lead, next, label: label) { return MatchedObject(id: next, live: live) }
      id = next
    }
    return nil
  }

  private static let mostMerges = 5

  /// Objects that go by a token and that a search may not find yet: those written lately, or planned.
  func recentIDs(_ token: MatchToken) -> [String] { journal.recentIDs(token) + memory.plannedIDs(token) }
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
