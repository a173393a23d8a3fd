import CloseAPI
import JSONBytes

/// Objects found in an answer that could be the records of a stream.
struct PathSuggestion: Hashable, Sendable {
  let path: RecordsPath
  /// How many there are, over all lists the path leads to.
  private(set) var count = 0
  /// Their fields, in the order met.
  private(set) var fields: [String] = []
  /// A field that tells them apart, as far as this answer shows.
  private(set) var primaryKey: String?
  /// A date-time by which new ones could be told from old ones.
  private(set) var replicationKey: String?

  init(_ path: RecordsPath, _ records: [JSONObject]) {
    self.path = path
    count = records.count
    var known: Set<String> = []
    for name in records.flatMap(\.keys) where known.insert(name).inserted { fields.append(name) }
    primaryKey = PathSuggestion.key(of: records, among: fields)
    replicationKey = PathSuggestion.replicationKey(of: records, among: fields)
  }

  /// `id`, else a field whose values are all there, single and different: names that end in `id` first, then texts,
  /// then dates, then numbers, which may differ by chance.
  private static func key(of records: [JSONObject], among fields: [String]) -> String? {
    let candidates = fields.filter { name in
      let values = records.compactMap { $0[name] }
      let texts = values.compactMap(\.keyText)
      return !records.isEmpty && texts.count == records.count && Set(texts).count == texts.count
        && Set(values.map(\.typeName)).count == 1
    }
    if candidates.contains("id") { return "id" }
    if let named = candidates.first(where: { $0.hasSuffix("_id") || $0.hasSuffix("Id") }) { return named }
    // One record alone differs from others in everything.
    guard let first = records.first, records.count > 1 else { return nil }
    let texts = candidates.filter { first[$0]?.string != nil }
    return texts.first { first[$0]?.string.flatMap { Timestamp($0) } == nil } ?? texts.first
      ?? candidates.first
  }

  private static let wellKnown = [
    "date_updated", "updated_at", "date_modified", "modified_at", "date_created", "created_at",
  ]

  /// A well-known name, else anything that holds nothing but date-times.
  private static func replicationKey(of records: [JSONObject], among fields: [String]) -> String? {
    let candidates = fields.filter { name in
      let texts = records.compactMap { $0[name]?.string }
      return !texts.isEmpty && texts.allSatisfy { $0.count > 10 && Timestamp($0) != nil }
        && records.allSatisfy { $0[name]?.string != nil || $0[name]?.isNull != false }
    }
    return wellKnown.first(where: candidates.contains) ?? candidates.first
  }
}

extension PathSuggestion {
  /// All suggestions for an answer, best first.
  static func all(in document: JSONValue) -> [PathSuggestion] {
    var finder = RecordFinder()
    finder.visit(document, [])
    let found = finder.places.map { PathSuggestion(RecordsPath($0), finder.records[$0] ?? []) }
      // An empty list inside of records says nothing.
      .filter { $0.count > 0 || !$0.path.isNested }
    return found.sorted { $0.rank.lexicographicallyPrecedes($1.rank) }
  }

  /// Smaller is better: lists with something in them, near the top, with many records.
  private var rank: [Int] {
    let lists = path.steps.count { $0 == .each }
    // An object that has an id is one thing, and its lists are parts of it; other objects are mere envelopes.
    if lists == 0 { return [primaryKey == "id" ? 0 : 3] }
    return [count == 0 ? 2 : 1, lists, path.steps.count, -count]
  }
}

/// Finds the objects in an answer: the answer itself, and those that stand in lists.
private struct RecordFinder {
  /// In the order met.
  private(set) var places: [[RecordsPath.Step]] = []
  private(set) var records: [[RecordsPath.Step]: [JSONObject]] = [:]
  private static let mostSteps = 8

  mutating func visit(_ value: JSONValue, _ path: [RecordsPath.Step]) {
    guard path.count < RecordFinder.mostSteps else { return }
    switch value {
    case .object(let members):
      if path.isEmpty { add([members], at: []) }
      for (name, member) in members { visit(member, path + [.member(Array(name.utf8))]) }
    case .array(let elements):
      let objects = elements.compactMap(\.object)
      guard objects.count == elements.count else { return }
      add(objects, at: path + [.each])
      for element in elements { visit(element, path + [.each]) }
    case .null, .bool, .number, .string: break
    }
  }

  private mutating func add(_ objects: [JSONObject], at path: [RecordsPath.Step]) {
    if records[path] == nil { places.append(path) }
    records[path, default: []] += objects
  }
}

extension JSONValue {
  /// The value as a key; nil when it can be none.
  fileprivate var keyText: String? {
    switch self {
    case .string(let text): text.isEmpty ? nil : text
    case .number(let number): number.int.map(String.init)
    case .null, .bool, .array, .object: nil
    }
  }
}
