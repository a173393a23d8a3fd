import CloseAPI
import JSONBytes

/// A request with places for macros in its path, parameters, body and headers.
struct RequestTemplate: Hashable, Sendable {
  /// One parameter or header.
  struct Field: Hashable, Sendable {
    let name: String
    let value: MacroText
  }

  /// Parts of the path, which slashes separate.
  var path: [MacroText] = []
  var parameters: [Field] = []
  /// What a POST asks; nil makes it a GET.
  var body: BodyTemplate?
  var headers: [Field] = []

  /// The columns of the lookup that it uses, each once, in order.
  var columns: [String] { (shownColumns + headerColumns).unique }

  /// Those of them that say what is asked for; what stands in headers may be secret.
  var shownColumns: [String] {
    ((path + parameters.map(\.value)).flatMap(\.columns) + (body?.columns ?? [])).unique
  }

  /// Those of them that stand in headers.
  var headerColumns: [String] { headers.flatMap(\.value.columns).unique }

  /// Rows a page is asked for: what the parameter `_limit` says, or 100.
  var pageSize: Int {
    let given = parameters.first { $0.name == "_limit" }.flatMap { Int($0.value.template) }
    return max(given ?? 100, 1)
  }

  /// Whether it is `/data/search/` that is asked.
  var isSearch: Bool { body != nil && path.map(\.template) == ["data", "search"] }

  /// The path as people know it, with `{id}` for what differs.
  var pathText: String { "/" + path.map { $0.template + "/" }.joined() }

  /// The call with all places filled in.
  ///
  /// - Parameters:
  ///   - page: parameters that find a page.
  ///   - cursor: where a search goes on, told in the body.
  func call(
    _ values: MacroValues, page: [(name: String, value: String)] = [], cursor: String? = nil, label: String
  ) -> APICall {
    var call: APICall
    let kind = path.map(\.template).joined(separator: "/")
    if let body {
      var document = body.document(values)
      if let cursor { document["cursor"] = .string(cursor) }
      call = .ask(kind, document, label: label)
    } else {
      call = .get(kind, label: label)
    }
    // A value with a slash in it stays one part of the path.
    call.segments = path.map { $0.text(values) }
    let paging = Set(page.map(\.name))
    call.query =
      parameters.filter { !paging.contains($0.name) }.map { (name: $0.name, value: $0.value.text(values)) }
      + page
    call.headers = headers.map { (name: $0.name, value: $0.value.text(values)) }
    return call
  }
}

extension [String] {
  /// Each text once, in order.
  var unique: [String] {
    var known: Set<String> = []
    return filter { known.insert($0).inserted }
  }
}

/// A JSON document with places for macros in its texts.
///
/// A text that is nothing but `{lookup.COLUMN}` takes the value with its type.
indirect enum BodyTemplate: Hashable, Sendable {
  case literal(JSONValue)
  case text(MacroText)
  case list([BodyTemplate])
  case members(names: [String], values: [BodyTemplate])

  /// - Throws: `MacroText.Fault`.
  init(parsing document: JSONValue) throws(MacroText.Fault) {
    switch document {
    case .string(let text): self = .text(try MacroText(parsing: text))
    case .array(let elements):
      var list: [BodyTemplate] = []
      for element in elements { list.append(try BodyTemplate(parsing: element)) }
      self = .list(list)
    case .object(let object):
      var values: [BodyTemplate] = []
      for value in object.values { values.append(try BodyTemplate(parsing: value)) }
      self = .members(names: object.keys, values: values)
    case .null, .bool, .number: self = .literal(document)
    }
  }

  /// The columns of the lookup that it uses.
  var columns: [String] {
    switch self {
    case .literal: []
    case .text(let text): text.columns
    case .list(let elements): elements.flatMap(\.columns)
    case .members(_, let values): values.flatMap(\.columns)
    }
  }

  /// The document with all places filled in.
  func document(_ values: MacroValues) -> JSONValue {
    switch self {
    case .literal(let value): value
    case .text(let text): text.soleColumn.flatMap { values.row[$0] } ?? .string(text.text(values))
    case .list(let elements): .array(elements.map { $0.document(values) })
    case .members(let names, let members):
      .object(JSONObject(zip(names, members).map { ($0, $1.document(values)) }))
    }
  }
}
