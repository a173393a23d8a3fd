import JSONBytes

/// A query as a tree, read from its JSON and held against objects.
indirect enum SearchNode: Sendable {
  case all
  case not(SearchNode)
  case and([SearchNode])
  case or([SearchNode])
  case objectType(String)
  case id(String)
  /// Free text over everything the object says.
  case text(String, SearchText.Mode)
  case field(SearchField, SearchCondition)
  case related(String, SearchNode)
  case savedSearch(String)

  /// Nobody writes queries deeper than this.
  private static let deepest = 100

  /// Reads a whole query.
  static func parse(_ value: JSONValue) throws(SearchFault) -> SearchNode {
    guard value.depth <= deepest else {
      throw SearchFault("The query is nested too deeply.", at: .key("query"))
    }
    return try SearchNode(value)
  }

  private init(_ value: JSONValue) throws(SearchFault) {
    let node = try SearchNode.read(value)
    self = value["negate"]?.bool == true ? .not(node) : node
  }

  private static func read(_ value: JSONValue) throws(SearchFault) -> SearchNode {
    switch try value.searchText("type") {
    case "match_all": return .all
    case "and": return .and(try nodes(value))
    case "or": return .or(try nodes(value))
    case "object_type":
      let type = try value.searchText("object_type")
      guard Kind.bySearchType[type] != nil else {
        throw SearchFault(SearchFault.invalidChoice, at: .key("object_type"))
      }
      return .objectType(type)
    case "id": return .id(try value.searchText("value"))
    case "text":
      guard let mode = SearchText.Mode(rawValue: value["mode"]?.string ?? "full_words") else {
        throw SearchFault(SearchFault.invalidChoice, at: .key("mode"))
      }
      return .text(try value.searchText("value"), mode)
    case "field_condition":
      let (field, condition) = (try value.searchObject("field"), try value.searchObject("condition"))
      return .field(
        try within(.key("field")) { () throws(SearchFault) in try SearchField(field) },
        try within(.key("condition")) { () throws(SearchFault) in try SearchCondition(condition) })
    case "has_related":
      _ = try value.searchText("this_object_type")
      let type = try value.searchText("related_object_type")
      guard SearchPart.fields[type] != nil || Kind.bySearchType[type] != nil else {
        throw SearchFault(SearchFault.invalidChoice, at: .key("related_object_type"))
      }
      let query = try value.searchObject("related_query")
      return .related(
        type, try within(.key("related_query")) { () throws(SearchFault) in try SearchNode(query) })
    case "saved_search": return .savedSearch(try value.searchText("saved_search_id"))
    default: throw SearchFault(SearchFault.invalidChoice, at: .key("type"))
    }
  }

  private static func nodes(_ value: JSONValue) throws(SearchFault) -> [SearchNode] {
    let queries = try value.searchList("queries")
    return try within(.key("queries")) { () throws(SearchFault) in
      var nodes: [SearchNode] = []
      for (index, query) in queries.enumerated() {
        guard query.object != nil else { throw SearchFault("Value must be of dict type.", at: .index(index)) }
        nodes.append(try within(.index(index)) { () throws(SearchFault) in try SearchNode(query) })
      }
      return nodes
    }
  }

  // MARK: - Matching

  func matches(_ subject: SearchSubject, _ context: SearchContext) -> Bool {
    switch self {
    case .all: return true
    case .not(let node): return !node.matches(subject, context)
    case .and(let nodes): return nodes.allSatisfy { $0.matches(subject, context) }
    case .or(let nodes): return nodes.contains { $0.matches(subject, context) }
    case .objectType(let type):
      guard case .record(let record) = subject else { return false }
      return record.kind == Kind.bySearchType[type]
    case .id(let id):
      guard case .record(let record) = subject else { return false }
      return record.id == id
    case .text(let text, let mode):
      return SearchNode.allText(of: subject, context).contains { SearchText.matches($0, text, mode) }
    case .field(let field, let condition):
      return condition.holds(for: field.values(of: subject, context), context)
    case .related(let type, let node):
      return subject.related(type, context).contains { node.matches($0, context) }
    case .savedSearch(let id):
      // A view may point at itself; nobody means that deep.
      guard context.viewDepth < 8, let view = context.store.find(.smartView, id),
        let query = try? SmartView(view).query
      else { return false }
      return query.matches(subject, context.insideView)
    }
  }

  /// The object's own words together, and those of a lead's contacts.
  private static func allText(of subject: SearchSubject, _ context: SearchContext) -> [String] {
    switch subject {
    case .part(let object): return object.values.compactMap(\.string)
    case .record(let record):
      var texts = [words(in: .object(record.object)).joined(separator: " ")]
      if record.kind == .lead {
        texts += context.store.members(of: record.id, .contact).map {
          words(in: .object($0.object)).joined(separator: " ")
        }
      }
      return texts
    }
  }

  private static func words(in value: JSONValue) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(words)
    case .object(let object): object.values.flatMap(words)
    default: []
    }
  }
}

extension JSONValue {
  /// How many arrays and objects lie inside each other.
  fileprivate var depth: Int {
    switch self {
    case .array(let elements): 1 + (elements.lazy.map(\.depth).max() ?? 0)
    case .object(let object): 1 + (object.values.lazy.map(\.depth).max() ?? 0)
    default: 0
    }
  }
}
