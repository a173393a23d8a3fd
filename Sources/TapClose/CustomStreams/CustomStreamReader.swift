import CloseAPI
import JSONBytes
import Singer

/// Reads one element of `custom_streams` and gathers everything that is wrong with it.
struct CustomStreamReader {
  /// Where the rows of a lookup come from.
  enum LookupSource: Hashable {
    case file(String)
    case stream(String)
  }

  private let place: String
  private let members: JSONObject
  private(set) var problems: [String] = []
  /// The lookup, to be resolved when all streams are known.
  private(set) var source: LookupSource?

  /// Everything that may stand in an element.
  private static let keys = [
    "name", "path", "method", "params", "body", "headers", "records_path", "metadata_path", "primary_key",
    "replication_key", "paging", "lookup", "parent", "date_format", "time_unit",
  ]

  /// - Parameter place: what the element is called in messages: `custom_streams[0]`.
  init(_ members: JSONObject, place: String) {
    self.place = place
    self.members = members
  }

  /// The stream, as far as it can be made out; `problems` tells what cannot.
  mutating func stream() -> CustomStream {
    for name in members.keys where !CustomStreamReader.keys.contains(name) {
      reject(name, "is not known; there are \(CustomStreamReader.keys.joined(separator: ", "))")
    }
    var stream = CustomStream(name: name())
    stream.request = request()
    stream.records = recordsPath()
    stream.metadata = metadataPaths()
    stream.pattern = pattern()
    stream.unit = choice("time_unit", of: TimeUnit.self) ?? .day
    stream.paging = choice("paging", of: CustomStream.Paging.self)
    checkPaging(of: stream)
    source = lookupSource()
    let isGiven = (value("lookup") ?? value("parent")) != nil
    if !isGiven, let column = stream.request.columns.first {
      reject("lookup", "is missing, but {lookup.\(column)} asks for it")
    } else if source != nil, stream.request.columns.isEmpty {
      reject("lookup", "is not used; put {lookup.COLUMN} into path, params, body or headers")
    }
    stream.keyProperties = keyProperties(attached: stream.attachedNames)
    stream.replicationKey = text("replication_key")
    if let key = stream.replicationKey, CustomStream.isAttached(key) || key == RecordPlan.undeclaredField {
      reject("replication_key", "must be a field of the records, not \(key)")
    }
    return stream
  }

  // MARK: - Members

  private mutating func name() -> String {
    guard let name = text("name") else {
      if value("name") == nil { reject("name", "is missing") }
      return ""
    }
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    if !isPlain || name.first?.isNumber == true {
      reject("name", "must be made of letters, digits, _ and -, and not begin with a digit: \(excerpt(name))")
    }
    return name
  }

  private mutating func keyProperties(attached: [String]) -> [String] {
    guard let keys = texts("primary_key") else { return [] }
    if Set(keys).count < keys.count { reject("primary_key", "names a field twice") }
    for key in keys {
      if key == RecordPlan.undeclaredField || key == CustomStream.metadataField {
        reject("primary_key", "must be fields with a text or a number, not \(key)")
      } else if CustomStream.isAttached(key), !attached.contains(key) {
        reject("primary_key", "names \(key), but no {lookup.\(key.dropFirst(8))} is used")
      }
    }
    return keys
  }

  /// Finds parameters that contradict the paging.
  private mutating func checkPaging(of stream: CustomStream) {
    guard stream.paging != CustomStream.Paging.none else { return }
    if stream.paging == .offset, !stream.records.steps.contains(.each) {
      reject("paging", "needs a list in records_path, such as $.data[*]")
    }
    for field in stream.request.parameters {
      switch field.name {
      case "_skip", "_cursor":
        reject("params.\(field.name)", "is set by paging; leave it out, or set paging to none")
      case "_limit" where Int(field.value.template) ?? 0 < 1:
        reject("params._limit", "must be a whole number from 1")
      default: break
      }
    }
  }

  private mutating func recordsPath() -> RecordsPath {
    text("records_path").flatMap { path($0, "records_path") } ?? .list
  }

  private mutating func metadataPaths() -> [MetadataPath] {
    var paths: [MetadataPath] = []
    for text in texts("metadata_path") ?? [] {
      guard let path = path(text, "metadata_path") else { continue }
      guard let metadata = MetadataPath(path) else {
        reject(
          "metadata_path", "must lead to one member of the answer, such as $.has_more, not \(excerpt(text))")
        continue
      }
      if paths.contains(where: { $0.name == metadata.name }) {
        reject("metadata_path", "leads to two values called \(metadata.name)")
      }
      paths.append(metadata)
    }
    return paths
  }

  private mutating func path(_ text: String, _ key: String) -> RecordsPath? {
    do throws(RecordsPath.Fault) {
      return try RecordsPath(parsing: text)
    } catch {
      reject(key, "must be a path such as $.data[*]: \(error) of \(excerpt(text))")
      return nil
    }
  }

  private mutating func pattern() -> DatePattern {
    guard let text = text("date_format") else { return .standard }
    do throws(DatePattern.Fault) {
      return try DatePattern(parsing: text)
    } catch {
      reject("date_format", "\(error)")
      return .standard
    }
  }

  private mutating func lookupSource() -> LookupSource? {
    if let parent = text("parent") {
      if value("lookup") != nil { reject("parent", "and lookup exclude each other") }
      return .stream(parent)
    }
    guard let value = value("lookup") else { return nil }
    let hint = "must be {\"file\": \"x.csv\"} or {\"stream\": \"leads\"}"
    guard let members = value.object, members.count == 1, let text = members.values.first?.string,
      !text.isEmpty
    else {
      reject("lookup", hint)
      return nil
    }
    switch members.keys.first {
    case "file": return .file(text)
    case "stream": return .stream(text)
    default:
      reject("lookup", hint)
      return nil
    }
  }
}

// MARK: - Values

extension CustomStreamReader {
  /// Notes what is wrong with a member.
  mutating func reject(_ key: String, _ reason: String) { problems.append("\(place).\(key) \(reason)") }

  /// A member; null and "" count as not set.
  func value(_ key: String) -> JSONValue? {
    guard let value = members[key], !value.isNull, value != "" else { return nil }
    return value
  }

  mutating func text(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    if value.string == nil { reject(key, "must be a string") }
    return value.string
  }

  private mutating func texts(_ key: String) -> [String]? {
    guard let value = value(key) else { return nil }
    let texts = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
    if texts.count != value.array?.count ?? 1 || texts.contains("") {
      reject(key, "must be a string or a list of strings")
    }
    return texts
  }

  private mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, of type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let text = text(key) else { return nil }
    let choice = Choice(rawValue: text.lowercased())
    if choice == nil {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      reject(key, "must be one of \(names), not \(excerpt(text))")
    }
    return choice
  }

  /// A text as messages show it.
  func excerpt(_ text: String) -> String {
    text.count > 60 ? "a text of \(text.count) characters" : JSONValue.string(text).compact
  }
}
