/// Reads the tokens of a legacy query; words next to each other must all hold.
struct LeadQueryParser {
  private var tokens: ArraySlice<LeadQueryLexer.Token>
  private(set) var sort: String?
  private(set) var slice: (part: Int, of: Int)?
  private var depth = 0

  init(_ tokens: [LeadQueryLexer.Token]) { self.tokens = tokens[...] }

  mutating func parse() throws(Refusal) -> LeadQuery.Node {
    let node = try alternatives()
    guard tokens.isEmpty else { throw LeadQueryParser.malformed }
    return node
  }

  private static let malformed = Refusal.error(400, "Could not parse the query: unbalanced parentheses.")

  private mutating func alternatives() throws(Refusal) -> LeadQuery.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth < 50 else { throw .error(400, "The query is nested too deeply.") }
    var nodes = [try conjunction()]
    while take("or") { nodes.append(try conjunction()) }
    return nodes.count == 1 ? nodes[0] : .or(nodes)
  }

  private mutating func conjunction() throws(Refusal) -> LeadQuery.Node {
    var nodes: [LeadQuery.Node] = []
    while let next = tokens.first, next != .close, !isKeyword(next, "or") {
      if take("and") { continue }
      let node = try term()
      if case .and(let inner) = node {
        nodes += inner
      } else if case .all = node {
        continue
      } else {
        nodes.append(node)
      }
    }
    return nodes.isEmpty ? .all : nodes.count == 1 ? nodes[0] : .and(nodes)
  }

  private mutating func term() throws(Refusal) -> LeadQuery.Node {
    var isNegated = false
    while take("not") { isNegated.toggle() }
    let node = try positiveTerm()
    return isNegated ? .not(node) : node
  }

  private mutating func positiveTerm() throws(Refusal) -> LeadQuery.Node {
    switch tokens.popFirst() {
    case .open?:
      let node = try alternatives()
      guard tokens.popFirst() == .close else { throw LeadQueryParser.malformed }
      return node
    case .quoted(let text)?: return try named(text, isQuoted: true)
    case .word(let text)?:
      if text.hasPrefix("-"), text.count > 1, sortless(text) { return .not(.word(String(text.dropFirst()))) }
      return try named(text, isQuoted: false)
    default: throw .error(400, "Could not parse the query.")
    }
  }

  private func sortless(_ text: String) -> Bool {
    tokens.first.map { if case .comparison = $0 { false } else { true } } ?? true
  }

  /// A name with a comparison or with conditions of its own behind it, or else a word to be found.
  private mutating func named(_ name: String, isQuoted: Bool) throws(Refusal) -> LeadQuery.Node {
    if case .comparison(let sign)? = tokens.first {
      tokens = tokens.dropFirst()
      if tokens.first == .open { return try alternativesOf(name) }
      switch tokens.popFirst() {
      case .word(let value)?, .quoted(let value)?: return try comparison(name, sign, value)
      default: throw .error(400, "The query ends after \(name)\(sign).")
      }
    }
    if tokens.first == .open, !isQuoted {
      tokens = tokens.dropFirst()
      let node = try alternatives()
      guard tokens.popFirst() == .close else { throw LeadQueryParser.malformed }
      return .related(name, node)
    }
    if name == "*" { return .all }
    return isQuoted ? .phrase(name) : .word(name)
  }

  /// `status:("A" "B")`, one of several values.
  private mutating func alternativesOf(_ name: String) throws(Refusal) -> LeadQuery.Node {
    tokens = tokens.dropFirst()
    var nodes: [LeadQuery.Node] = []
    while let next = tokens.popFirst(), next != .close {
      switch next {
      case .word("or"): continue
      case .word(let value), .quoted(let value):
        nodes.append(.compare(field: name, comparison: .equal, value: value))
      default: throw LeadQueryParser.malformed
      }
    }
    return .or(nodes)
  }

  private mutating func comparison(_ name: String, _ sign: String, _ value: String) throws(Refusal)
    -> LeadQuery.Node
  {
    switch name {
    case "sort":
      sort = value
      return .all
    case "slice":
      let parts = value.split(separator: "/").compactMap { Int($0) }
      guard parts.count == 2, parts[1] > 0, (1...parts[1]).contains(parts[0]) else {
        throw .error(400, "A slice looks like slice:1/4.")
      }
      slice = (parts[0], parts[1])
      return .all
    default:
      let comparisons: [String: Filter.Comparison] = [
        ">": .greater, ">=": .greaterOrEqual, "<": .less, "<=": .lessOrEqual,
      ]
      return .compare(field: name, comparison: comparisons[sign] ?? .equal, value: value)
    }
  }

  private func isKeyword(_ token: LeadQueryLexer.Token, _ keyword: String) -> Bool {
    if case .word(let word) = token { word.lowercased() == keyword } else { false }
  }

  private mutating func take(_ keyword: String) -> Bool {
    guard let next = tokens.first, isKeyword(next, keyword) else { return false }
    tokens = tokens.dropFirst()
    return true
  }
}
