public import JSONBytes

/// What to do with each field of one stream's records, compiled once from its schema and selection.
///
/// A field is copied as it stands, rewritten (dates), looked into (nested selection), or left out; nothing is
/// decided per record but "is this key known".
public struct RecordPlan: Sendable {
  /// What becomes of top-level fields that no schema declares.
  public enum Undeclared: String, Sendable {
    /// They are gathered in one declared object, `_undeclared`.
    case collect
    /// They are left out.
    case drop
    /// They stay where they are.
    case pass
  }

  /// Choices that are the same for every record of a stream.
  public struct Options: Sendable {
    /// What becomes of undeclared fields.
    public var undeclared = Undeclared.collect
    /// Remove `\u0000` and mend lone surrogates, which break several loaders.
    public var cleansText = true
    /// Fields left out without a word although no schema declares them.
    public var ignored: Set<String> = []
    /// Gather undeclared fields with this prefix as `[{"id": rest of the name, "value": …}]` …
    public var listedPrefix: String?
    /// … in this field, when it is selected.
    public var listField = "custom_fields"

    /// The defaults.
    public init() {}
  }

  /// Name of the declared object that takes what no schema declares.
  public static let undeclaredField = "_undeclared"

  /// Field roles that the driver asks for after each record.
  struct Roles: OptionSet {
    let rawValue: UInt8
    static let key = Roles(rawValue: 1)
    static let replicationKey = Roles(rawValue: 2)
  }

  /// What to do with the value of one field.
  enum Action: Sendable {
    /// Leave it out.
    case skip
    /// Copy it when its type is one of `allowed`.
    case copy(allowed: JSONTypes)
    /// Write it as `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
    case instant
    /// Look inside: `node` says what to do with an object's fields, or with those of an array's objects.
    case descend(node: Int, allowed: JSONTypes)
    /// Gather it in `_undeclared`.
    case collect
    /// Gather it in the list of prefixed fields.
    case list
  }

  struct Field: Sendable {
    var action: Action
    var roles: Roles = []
  }

  /// The fields of one object: the record itself (node 0) or an object inside it.
  struct Node: Sendable {
    var keys = KeyTable()
    var fields: [Field] = []

    mutating func add(_ name: String, _ field: Field) -> Int {
      var escaped: [UInt8] = []
      escaped.appendJSONString(name)
      fields.append(field)
      return keys.insert(escaped.dropFirst().dropLast())
    }
  }

  let stream: String
  let options: Options
  let collectsUndeclared: Bool
  let listsFields: Bool
  var nodes: [Node] = []

  /// Compiles a plan.
  ///
  /// - Parameters:
  ///   - stream: name used in messages.
  ///   - schema: the whole schema of the stream, deselected fields included.
  ///   - keyProperty: field whose value is handed out as each record's key.
  ///   - replicationKey: field whose value is handed out as each record's instant.
  ///   - isSelected: whether the field at a breadcrumb (`["properties", "contacts", "items", …]`) is wanted.
  public init(
    stream: String, schema: JSONValue, keyProperty: String?, replicationKey: String?,
    options: Options = Options(),
    isSelected: ([String]) -> Bool
  ) {
    self.stream = stream
    self.options = options
    collectsUndeclared =
      options.undeclared == .collect && isSelected(["properties", RecordPlan.undeclaredField])
    listsFields = isSelected(["properties", options.listField])
    _ = compile(schema, at: [], isSelected)
    for name in options.ignored where schema["properties"]?[name] == nil {
      _ = nodes[0].add(name, Field(action: .skip))
    }
    watch(keyProperty, as: .key)
    watch(replicationKey, as: .replicationKey)
  }

  /// Adds the node for an object schema and returns its index.
  private mutating func compile(_ schema: JSONValue, at path: [String], _ isSelected: ([String]) -> Bool)
    -> Int
  {
    let index = nodes.count
    nodes.append(Node())
    for (name, property) in schema["properties"]?.object ?? JSONObject() {
      let breadcrumb = path + ["properties", name]
      let action = isSelected(breadcrumb) ? action(for: property, at: breadcrumb, isSelected) : .skip
      _ = nodes[index].add(name, Field(action: action))
    }
    return index
  }

  private mutating func action(
    for schema: JSONValue, at path: [String], _ isSelected: ([String]) -> Bool
  ) -> Action {
    let allowed = JSONTypes(schema: schema)
    if schema["format"]?.string == "date-time" { return .instant }
    let inner = schema["items"] ?? schema
    let innerPath = schema["items"] == nil ? path : path + ["items"]
    guard inner["properties"] != nil else { return .copy(allowed: allowed) }
    let nodesBefore = nodes
    let node = compile(inner, at: innerPath, isSelected)
    if nodes[node...].allSatisfy(\.copiesEverything) {
      nodes = nodesBefore
      return .copy(allowed: allowed)
    }
    return .descend(node: node, allowed: allowed)
  }

  private mutating func watch(_ name: String?, as role: Roles) {
    guard let name else { return }
    let key = Array(name.utf8)
    let index = unsafe key.withUnsafeBytes { unsafe nodes[0].keys.find($0, after: nil) }
    nodes[0].fields[index ?? nodes[0].add(name, Field(action: .skip))].roles.insert(role)
  }
}

extension RecordPlan.Node {
  /// Whether looking inside would change nothing.
  fileprivate var copiesEverything: Bool {
    fields.allSatisfy { if case .copy = $0.action { true } else { false } }
  }
}

/// A set of JSON types.
struct JSONTypes: OptionSet, Sendable {
  let rawValue: UInt8
  static let null = JSONTypes(rawValue: 1)
  static let boolean = JSONTypes(rawValue: 2)
  static let integer = JSONTypes(rawValue: 4)
  static let number = JSONTypes(rawValue: 8)
  static let string = JSONTypes(rawValue: 16)
  static let array = JSONTypes(rawValue: 32)
  static let object = JSONTypes(rawValue: 64)
  static let any = JSONTypes(rawValue: 127)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The types a property schema allows; all when it names none or combines schemas.
  init(schema: JSONValue) {
    let names = schema["type"]?.array?.compactMap(\.string) ?? schema["type"]?.string.map { [$0] } ?? []
    self = names.isEmpty ? .any : names.reduce(into: []) { $0.insert(JSONTypes(name: $1)) }
  }

  private init(name: String) {
    switch name {
    case "null": self = .null
    case "boolean": self = .boolean
    case "integer": self = .integer
    case "number": self = [.number, .integer]
    case "string": self = .string
    case "array": self = .array
    case "object": self = .object
    default: self = .any
    }
  }

  /// The type of the value that starts with `byte`; whole numbers are not told from others.
  init(firstByte byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): self = .string
    case UInt8(ascii: "{"): self = .object
    case UInt8(ascii: "["): self = .array
    case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .boolean
    case UInt8(ascii: "n"): self = .null
    default: self = .number
    }
  }
}
