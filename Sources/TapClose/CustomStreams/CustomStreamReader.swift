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
      object(name, "is not known; there are \(CustomStreamReader.keys.joined(separator: ", "))")
    }
    var stream = CustomStream(name: name())
    stream.request = request()
    stream.records = recordsPath()
    stream.metadata = metadataPaths()
    stream.pattern = pattern()
    stream.unit = choice("time_unit", of: TimeUnit.self) ?? .day
    stream.paging = choice("paging", of: CustomStream.Paging.self)
    source = lookupSource()
    if source == nil, let column = stream.request.columns.first {
      object("lookup", "is missing, but {lookup.\(column)} asks for it")
    } else if source != nil, stream.request.columns.isEmpty, value("lookup") ?? value("parent") != nil {
      object("lookup", "is not used; put {lookup.COLUMN} into path, params, body or headers")
    }
    stream.keyProperties = keyProperties(attached: stream.attachedNames)
    stream.replicationKey = text("replication_key")
    if let key = stream.replicationKey, CustomStream.isAttached(key) || key == RecordPlan.undeclaredField {
      object("replication_key", "must be a field of the records, not \(key)")
    }
    return stream
  }

  // MARK: - Members

  private mutating func name() -> String {
    guard let name = text("name") else {
      if value("name") == nil { object("name", "is missing") }
      return ""
    }
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    if !isPlain || name.first?.isNumber == true {
      object("name", "must be made of letters, digits, _ and -, and not begin with a digit: \(excerpt(name))")
    }
    return name
  }

  private mutating func keyProperties(attached: [String]) -> [String] {
    guard let keys = texts("primary_key") else { return [] }
    if Set(keys).count < keys.count { object("primary_key", "names a field twice") }
    for key in keys {
      if key == RecordPlan.undeclaredField || key == CustomStream.metadataField {
        object("primary_key", "must be fields with a text or a number, not \(key)")
      } else if CustomStream.isAttached(key), !attached.contains(key) {
        object("primary_key", "names \(key), but no {lookup.\(key.dropFirst(8))} is used")
      }
    }
    return keys
  }

  private mutating func recordsPath() -> RecordsPath {
    text("records_path").flatMap { path($0, "records_path") } ?? .list
  }

  private mutating func metadataPaths() -> [MetadataPath] {
    var paths: [MetadataPath] = []
    for text in texts("metadata_path") ?? [] {
      guard let path = path(text, "metadata_path") else { continue }
      guard let metadata = MetadataPath(path) else {
        object(
          "metadata_path", "must lead to one member of the answer, such as $.has_more, not \(excerpt(text))")
        continue
      }
      if paths.contains(where: { $0.name == metadata.name }) {
        object("metadata_path", "leads to two values called \(metadata.name)")
      }
      paths.append(metadata)
    }
    return paths
  }

  private mutating func path(_ text: String, _ key: String) -> RecordsPath? {
    do throws(RecordsPath.Fault) {
      return try RecordsPath(parsing: text)
    } catch {
      object(key, "must be a path such as $.data[*]: \(error) of \(excerpt(text))")
      return nil
    }
  }

  private mutating func pattern() -> DatePattern {
    guard let text = text("date_format") else { return .standard }
    do throws(DatePattern.Fault) {
      return try DatePattern(parsing: text)
    } catch {
      object("date_format", "\(error)")
      return .standard
    }
  }

  private mutating func lookupSource() -> LookupSource? {
    if let parent = text("parent") {
      if value("lookup") != nil { object("parent", "and lookup exclude each other") }
      return .stream(parent)
    }
    guard let value = value("lookup") else { return nil }
    let hint = "must be {\"file\": \"x.csv\"} or {\"stream\": \"leads\"}"
    guard let members = value.object, members.count == 1, let text = members.values.first?.string,
      !text.isEmpty
    else {
      object("lookup", hint)
      return nil
    }
    switch members.keys.first {
    case "file": return .file(text)
    case "stream": return .stream(text)
    default:
      object("lookup", hint)
      return nil
    }
  }
}

// MARK: - The request

extension CustomStreamReader {
  private mutating func request() -> RequestTemplate {
    var request = RequestTemplate()
    request.path = pathSegments()
    let method = (text("method") ?? "GET").uppercased()
    if method == "POST" {
      let segments = request.path.map(\.template)
      if !segments.isEmpty, let objection = ReadingPost.objection(toPath: segments) {
        object("method", "cannot be used: \(objection)")
      }
      request.body = body()
    } else if method != "GET" {
      object("method", "must be GET or POST, not \(excerpt(method))")
    } else if value("body") != nil {
      object("body", "needs \"method\": \"POST\"")
    }
    request.parameters = fields("params") { $0.parameterText }
    request.headers = fields("headers") { $0.scalarText }
    checkHeaders(request.headers)
    return request
  }

  private mutating func pathSegments() -> [MacroText] {
    guard let text = text("path") else {
      if value("path") == nil { object("path", "is missing") }
      return []
    }
    if text.contains("://") {
      object("path", "must be relative to base_url, such as /report/sent_emails/, not \(excerpt(text))")
      return []
    }
    if text.contains("?") {
      object("path", "must not hold a query; put it into params")
      return []
    }
    let parts = text.split(separator: "/").map(String.init)
    if parts.isEmpty { object("path", "must name an endpoint") }
    if parts.starts(with: ["api", "v1"]) {
      object("path", "begins with /api/v1, which base_url has already")
    }
    if parts.contains(where: { $0 == "." || $0 == ".." }) {
      object("path", "must not hold . or .. as a part")
    }
    return parts.compactMap { macroText($0, "path") }
  }

  private mutating func body() -> BodyTemplate {
    let document = value("body") ?? [:]
    guard document.object != nil else {
      object("body", "must be an object")
      return .literal([:])
    }
    do throws(MacroText.Fault) {
      return try BodyTemplate(parsing: document)
    } catch {
      object("body", "\(error)")
      return .literal([:])
    }
  }

  private mutating func fields(_ key: String, _ text: (JSONValue) -> String?) -> [RequestTemplate.Field] {
    guard let value = value(key) else { return [] }
    guard let members = value.object else {
      object(key, "must be an object")
      return []
    }
    var fields: [RequestTemplate.Field] = []
    for (name, value) in members where !value.isNull {
      // What stands in headers may be secret and is never shown.
      guard let text = text(value) else {
        object(
          "\(key).\(name)", "must be a text or a number" + (key == "params" ? ", or a list of them" : ""))
        continue
      }
      if let macro = macroText(text, "\(key).\(name)", isShown: key != "headers") {
        fields.append(RequestTemplate.Field(name: name, value: macro))
      }
    }
    return fields
  }

  private mutating func checkHeaders(_ headers: [RequestTemplate.Field]) {
    for header in headers {
      let isName =
        !header.name.isEmpty
        && header.name.allSatisfy {
          $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0))
        }
      if !isName { object("headers", "has the name \(excerpt(header.name)), which cannot be sent") }
      if header.value.template.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
        object("headers.\(header.name)", "must not hold control characters")
      }
      switch header.name.lowercased() {
      case "authorization": object("headers.\(header.name)", "comes from the credentials; leave it out")
      case "host", "content-length", "transfer-encoding", "x-http-method-override":
        object("headers.\(header.name)", "is set by the program; leave it out")
      default: break
      }
    }
  }

  private mutating func macroText(_ text: String, _ key: String, isShown: Bool = true) -> MacroText? {
    do throws(MacroText.Fault) {
      return try MacroText(parsing: text)
    } catch {
      object(key, isShown ? "\(error)" : "has a macro that is not known, or a { that is not closed")
      return nil
    }
  }
}

// MARK: - Values

extension CustomStreamReader {
  /// Notes what is wrong with a member.
  mutating func object(_ key: String, _ reason: String) { problems.append("\(place).\(key) \(reason)") }

  private func value(_ key: String) -> JSONValue? {
    guard let value = members[key], !value.isNull, value != "" else { return nil }
    return value
  }

  private mutating func text(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    if value.string == nil { object(key, "must be a string") }
    return value.string
  }

  private mutating func texts(_ key: String) -> [String]? {
    guard let value = value(key) else { return nil }
    let texts = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
    if texts.count != value.array?.count ?? 1 || texts.contains("") {
      object(key, "must be a string or a list of strings")
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
      object(key, "must be one of \(names), not \(excerpt(text))")
    }
    return choice
  }

  private func excerpt(_ text: String) -> String {
    text.count > 60 ? "a text of \(text.count) characters" : JSONValue.string(text).compact
  }
}

extension JSONValue {
  /// A query parameter; several values are joined by commas, as Close takes them.
  fileprivate var parameterText: String? {
    guard let elements = array else { return scalarText }
    let texts = elements.compactMap(\.scalarText)
    return texts.count == elements.count ? texts.joined(separator: ",") : nil
  }

  /// One value; an empty text is one too.
  fileprivate var scalarText: String? { self == "" ? "" : macroText }
}
