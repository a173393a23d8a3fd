import JSONBytes

extension RecordPlan {
  /// Makes the nodes: what the schema declares first, then the fields that are treated in their own way.
  mutating func compile(
    _ schema: JSONValue, _ keyProperty: String?, _ replicationKey: String?,
    _ isSelected: ([String]) -> Bool
  ) {
    addNode(for: schema, at: [], isSelected)
    for name in options.ignored where schema["properties"]?[name] == nil { set(.skip, for: name) }
    for name in options.constants { set(.skip, for: name) }
    // What the encoder writes itself must not stand in the line a second time.
    let own: Action = collectsUndeclared ? .collect : .skip
    if options.undeclared == .collect { set(own, for: RecordPlan.undeclaredField) }
    if options.listedPrefix != nil { set(own, for: options.listField) }
    if let keyProperty { nodes[0].fields[index(of: keyProperty)].roles.insert(.key) }
    if let replicationKey { nodes[0].fields[index(of: replicationKey)].roles.insert(.replicationKey) }
  }

  /// Adds the node for an object schema, and those for the objects inside it, and returns its index.
  @discardableResult
  private mutating func addNode(
    for schema: JSONValue, at path: [String], _ isSelected: ([String]) -> Bool
  ) -> Int {
    let index = nodes.count
    nodes.append(Node())
    for (name, property) in schema["properties"]?.object ?? JSONObject() {
      let breadcrumb = path + ["properties", name]
      let action = isSelected(breadcrumb) ? action(for: property, at: breadcrumb, isSelected) : .skip
      nodes[index].add(name, Field(action: action))
    }
    return index
  }

  private mutating func action(
    for schema: JSONValue, at path: [String], _ isSelected: ([String]) -> Bool
  ) -> Action {
    let isNested = path.count > 2
    let allowed: JSONTypes = isNested ? .any : JSONTypes(schema: schema)
    if let form = schema["format"]?.string.flatMap(DateForm.init), allowed.contains(.string) {
      // A day is never rewritten, so inside an object there is nothing to do for it.
      return isNested && form == .day ? .copy(allowed: .any) : .date(form, allowed: allowed)
    }
    let inner = schema["items"] ?? schema
    let innerPath = schema["items"] == nil ? path : path + ["items"]
    guard inner["properties"] != nil else { return .copy(allowed: allowed) }
    let node = addNode(for: inner, at: innerPath, isSelected)
    if nodes[node...].allSatisfy(\.copiesEverything) {
      nodes.removeSubrange(node...)
      return .copy(allowed: allowed)
    }
    return .descend(node: node, allowed: allowed)
  }

  private mutating func set(_ action: Action, for name: String) {
    nodes[0].fields[index(of: name)].action = action
  }

  /// The index of a top-level field, which is added when the schema does not declare it.
  private mutating func index(of name: String) -> Int {
    nodes[0].find(name, after: nil) ?? nodes[0].add(name, Field(action: action(forUndeclared: name)))
  }
}

extension RecordPlan.Node {
  /// Whether looking inside would change nothing.
  fileprivate var copiesEverything: Bool {
    fields.allSatisfy { if case .copy = $0.action { true } else { false } }
  }
}
