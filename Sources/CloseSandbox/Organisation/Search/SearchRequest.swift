import JSONBytes

/// The body of `POST /data/search/`.
///
/// Keys it does not know, `_skip` among them, count for nothing.
struct SearchRequest: Sendable {
  struct Sort: Sendable {
    let field: SearchField
    let isDescending: Bool
  }

  static let largestPage = 200
  /// More names than this in one `_fields` list are refused.
  static let mostFields = 100

  let query: SearchNode
  let kind: Kind
  let limit: Int
  let resultsLimit: Int?
  let includesCounts: Bool
  let sorts: [Sort]
  let fields: [String]
  let cursor: SearchCursor?
  /// Stands for query and order when their rows are remembered.
  let cacheKey: String

  init(_ body: JSONObject, at now: Timestamp) throws(SearchFault) {
    let value = JSONValue.object(body)
    let tree = try value.searchObject("query")
    query = try within(.key("query")) { () throws(SearchFault) in try SearchNode.parse(tree) }
    guard let type = query.resultType, let kind = Kind.bySearchType[type] else {
      throw SearchFault("An object_type clause is required.", at: .key("query"))
    }
    guard kind != .task else {
      throw SearchFault(SearchFault.invalidChoice, at: .key("query"), .key("object_type"))
    }
    self.kind = kind
    limit = try SearchRequest.number("_limit", body, upTo: SearchRequest.largestPage) ?? 100
    resultsLimit = try SearchRequest.number("results_limit", body, upTo: .max)
    includesCounts = body["include_counts"]?.bool ?? false
    sorts = try SearchRequest.sorts(value)
    fields = try SearchRequest.fields(value, kind, type)
    cacheKey = "search " + tree.compact + (body["sort"]?.compact ?? "")
    let token = body["cursor"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    cursor = try token.map { (token) throws(SearchFault) in try SearchCursor(token, at: now) }
  }

  private static func number(_ key: String, _ body: JSONObject, upTo most: Int) throws(SearchFault) -> Int? {
    guard let value = body[key], !value.isNull else { return nil }
    guard let number = value.int else { throw SearchFault("Value must be of int type.", at: .key(key)) }
    guard number >= 0 else { throw SearchFault("The value must be at least 0.", at: .key(key)) }
    guard number <= most else {
      throw SearchFault("The value must not be larger than \(most).", at: .key(key))
    }
    return number
  }

  private static func sorts(_ value: JSONValue) throws(SearchFault) -> [Sort] {
    guard let list = value["sort"], !list.isNull else { return [] }
    let items = try value.searchList("sort")
    return try within(.key("sort")) { () throws(SearchFault) in
      var sorts: [Sort] = []
      for (index, item) in items.enumerated() {
        sorts.append(
          try within(.index(index)) { () throws(SearchFault) in
            guard ["asc", "desc", nil].contains(item["direction"]?.string) else {
              throw SearchFault(SearchFault.invalidChoice, at: .key("direction"))
            }
            let field = try item.searchObject("field")
            return Sort(
              field: try within(.key("field")) { () throws(SearchFault) in try SearchField(field) },
              isDescending: item["direction"]?.string == "desc")
          })
      }
      return sorts
    }
  }

  private static func fields(_ value: JSONValue, _ kind: Kind, _ type: String) throws(SearchFault) -> [String]
  {
    guard let all = value["_fields"], !all.isNull else { return [] }
    _ = try value.searchObject("_fields")
    return try within(.key("_fields")) { () throws(SearchFault) in
      for (type, names) in all.object ?? JSONObject() {
        guard let names = names.array else {
          throw SearchFault("Value must be of list type.", at: .key(type))
        }
        if names.count > mostFields { throw SearchFault("List is too long.", at: .key(type)) }
      }
      return (all[type] ?? all[kind.searchType ?? ""])?.array?.compactMap(\.string) ?? []
    }
  }
}

extension SearchNode {
  /// The type of object that an `object_type` clause at the top, or next to it, asks for.
  var resultType: String? {
    switch self {
    case .objectType(let type): type
    case .and(let nodes): nodes.lazy.compactMap(\.resultType).first
    default: nil
    }
  }
}
