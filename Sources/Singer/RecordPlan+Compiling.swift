import JSONBytes

extension RecordPlan {
  /// Whether the field at a breadcrumb is wanted.
  typealias IsSelected = ([String]) -> Bool

  /// Fills in the fields: what the schema declares first, then those that are treated in their own way.
  mutating func compile(_ schema: JSONValue, _ replicationKey: String?, _ isSelected: IsSelected) {
    addObject(schema, at: [], isSelected)
    for name in options.ignored where schema["properties"]?[name] == nil { set(.skip, for: name) }
    for name in options.constants { set(.skip, for: name) }
    // What the encoder writes itself must not stand in the line a second time.
    let own: Action = collectsUndeclared ? .collect : .skip
    if options.undeclared == .collect { set(own, for: RecordPlan.undeclaredField) }
    if options.listedPrefix != nil { set(own, for: options.listField) }
    for name in keyProperties { fields[index(of: name)].roles.insert(.key) }
    if let replicationKey { fields[index(of: replicationKey)].roles.insert(.replicationKey) }
  }

  /// Adds a field that its object does not have yet and returns its index.
  @discardableResult
  mutating func add(_ name: String, _ field: Field, in object: Int = 0) -> Int {
    fields.insert(name.utf8, in: object, field)
  }

  /// Adds an object and what is inside it; returns its index.
  @discardableResult
  private mutating func addObject(_ schema: JSONValue, at path: [String], _ isSelected: IsSelected) -> Int {
    let object = fields.addObject(Field(action: .skip))
    for (name, property) in schema["properties"]?.object ?? JSONObject() {
      let breadcrumb = path + ["properties", name]
      let action = isSelected(breadcrumb) ? action(for: property, at: breadcrumb, isSelected) : .skip
      add(name, Field(action: action), in: object)
    }
    return object
  }

  private mutating func action(
    for schema: JSONValue, at path: [String], _ isSelected: IsSelected
  ) -> Action {
    let isNested = path.count > 2
    let allowed: JSONTypes = isNested ? .any : JSONTypes(schema: schema)
    if let form = RecordPlan.dateForm(of: schema, isNested: isNested) {
      return .date(form, allowed: isNested ? .any : allowed)
    }
    let (inner, innerPath) = RecordPlan.inside(schema, at: path)
    guard RecordPlan.changes(inside: inner, at: innerPath, isSelected) else { return .copy(allowed: allowed) }
    return .descend(object: addObject(inner, at: innerPath, isSelected), allowed: allowed)
  }

  /// The date that a field has to be rewritten as; a day is never rewritten, so inside an object there is nothing
  /// to do for it.
  private static func dateForm(of schema: JSONValue, isNested: Bool) -> DateForm? {
    guard JSONTypes(schema: schema).contains(.string),
      let form = schema["format"]?.string.flatMap(DateForm.init), !isNested || form != .day
    else { return nil }
    return form
  }

  /// The schema of an object, or of the elements of an array.
  private static func inside(_ schema: JSONValue, at path: [String]) -> (schema: JSONValue, path: [String]) {
    schema["items"].map { ($0, path + ["items"]) } ?? (schema, path)
  }

  /// Whether anything in an object is left out or rewritten.
  private static func changes(
    inside schema: JSONValue, at path: [String], _ isSelected: IsSelected
  ) -> Bool {
    (schema["properties"]?.object ?? JSONObject()).contains { name, property in
      let breadcrumb = path + ["properties", name]
      if !isSelected(breadcrumb) || dateForm(of: property, isNested: true) != nil { return true }
      let (inner, innerPath) = inside(property, at: breadcrumb)
      return changes(inside: inner, at: innerPath, isSelected)
    }
  }

  private mutating func set(_ action: Action, for name: String) {
    fields[index(of: name)].action = action
  }

  /// The index of a top-level field, which is added when the schema does not declare it.
  private mutating func index(of name: String) -> Int {
    find(name, in: 0, behind: 0) ?? add(name, Field(action: action(forUndeclared: name)))
  }

  /// The index of the field called `name`; see `KeyTable.find`.
  mutating func find(_ name: String, in object: Int, behind previous: Int) -> Int? {
    var name = name
    return name.withUTF8 {
      unsafe fields.find(UnsafeRawBufferPointer($0), in: object, behind: previous)
    }
  }
}
