import JSONBytes

/// What a tap has written to standard output, taken apart line by line.
struct TapOutput: Sendable {
  struct Record: Sendable {
    /// The line it stands on, counted from 0.
    let line: Int
    let stream: String
    let value: JSONValue
    /// The version of the table it belongs to, when it says one.
    var version: Int?

    /// Whether it says that the object is gone.
    var isTombstone: Bool { value["_sdc_deleted_at"].map { !$0.isNull } ?? false }

    var id: String { value["id"]?.string ?? "" }
    func date(_ key: String) -> Timestamp? { value[key]?.string.flatMap { Timestamp($0) } }
  }

  struct State: Sendable {
    let line: Int
    let value: JSONValue

    func bookmark(_ stream: String, _ key: String) -> Timestamp? {
      value["bookmarks"]?[stream]?[key]?.string.flatMap { Timestamp($0) }
    }
  }

  private(set) var schemas: [String: JSONValue] = [:]
  private(set) var records: [Record] = []
  private(set) var states: [State] = []
  /// The versions activated, each with the line it stands on.
  private(set) var activations: [(stream: String, version: Int, line: Int)] = []
  /// The types of all messages in order.
  private(set) var types: [String] = []

  /// - Throws: what is wrong with the first line that is no Singer message, or comes before its SCHEMA.
  init(_ stdout: String) throws {
    guard stdout.isEmpty || stdout.hasSuffix("\n") else { throw Fault("the last line is torn") }
    for (number, line) in stdout.split(separator: "\n").enumerated() {
      let message = try JSONValue(parsing: String(line))
      let stream = message["stream"]?.string ?? ""
      let type = message["type"]?.string ?? ""
      types.append(type)
      switch type {
      case "SCHEMA":
        guard schemas[stream] == nil else { throw Fault("line \(number): a second SCHEMA of \(stream)") }
        schemas[stream] = message
      case "RECORD":
        guard schemas[stream] != nil, let value = message["record"] else {
          throw Fault("line \(number): a RECORD of \(stream) before its SCHEMA, or without a record")
        }
        records.append(
          Record(line: number, stream: stream, value: value, version: message["version"]?.int))
      case "STATE": states.append(State(line: number, value: message["value"] ?? .null))
      case "ACTIVATE_VERSION":
        guard schemas[stream] != nil, let version = message["version"]?.int else {
          throw Fault(
            "line \(number): an ACTIVATE_VERSION before the SCHEMA of \(stream), or without a version")
        }
        activations.append((stream, version, number))
      default: throw Fault("line \(number): an unknown message \(type)")
      }
    }
  }

  struct Fault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// The state as of the last STATE.
  var lastState: JSONValue { states.last?.value ?? [:] }

  func records(_ stream: String) -> [Record] { records.filter { $0.stream == stream } }

  func tombstones(_ stream: String) -> [Record] { records(stream).filter(\.isTombstone) }

  /// The ids of all records in order.
  var ids: [String] { records.map(\.id) }

  /// The ids of a stream's records in order, repeated ones included.
  func ids(_ stream: String) -> [String] { records(stream).map(\.id) }

  /// The last record of each id.
  func latest(_ stream: String) -> [String: Record] {
    Dictionary(records(stream).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
  }
}

extension TapOutput {
  /// What is wrong with the ids of a stream when each of `wanted` is to come once: few words, not long lists.
  func faults(_ stream: String, wanted: some Sequence<String>) -> [String] {
    let (ids, wanted) = (ids(stream), Set(wanted))
    let found = Set(ids)
    return wanted.subtracting(found).sorted().prefix(5).map { "\($0) is missing" }
      + found.subtracting(wanted).sorted().prefix(5).map { "\($0) is not wanted" }
      + Dictionary(grouping: ids) { $0 }.filter { $1.count > 1 }.keys.sorted().prefix(5).map {
        "\($0) came more than once"
      }
  }

  /// Every claim of a STATE that is not true: a record that is older than a bookmark and came out only later.
  ///
  /// - Parameters:
  ///   - keys: the replication key of each stream to check.
  ///   - start: the state the run began with; what that claims is not this run's.
  func falseClaims(_ keys: [String: String], since start: JSONValue = [:]) -> [String] {
    var claims: [String] = []
    for (stream, key) in keys {
      var known: Set<String> = []
      var pending = states[...]
      var bookmark: Timestamp?
      let claimed = State(line: 0, value: start).bookmark(stream, key) ?? .earliest
      for record in records(stream) {
        while let state = pending.first, state.line < record.line {
          if state.value["bookmarks"]?[stream]?[key] != start["bookmarks"]?[stream]?[key] {
            bookmark = state.bookmark(stream, key)
          }
          pending.removeFirst()
        }
        // A tombstone shows the object as it was, and comes long after.
        guard !record.isTombstone, let date = record.date(key), known.insert("\(record.id) \(date)").inserted
        else { continue }
        if let bookmark, date < bookmark, date >= claimed {
          claims.append("\(record.id) of \(date) after bookmark \(bookmark)")
        }
      }
    }
    return claims
  }

  /// Whether a bookmark ever went back.
  func bookmarksOnlyRise(_ keys: [String: String]) -> Bool {
    keys.allSatisfy { stream, key in
      let values = states.compactMap { $0.bookmark(stream, key) }
      return zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }
    }
  }
}
