import JSONBytes

/// Checks the body of a write, key by key.
extension World {
  /// The values to be written: checked, in Close's form, and without what may not be written.
  ///
  /// - Throws: A refusal that names every field that is wrong.
  func validated(_ body: JSONObject, _ resource: Resource, existing: JSONObject? = nil) throws(Refusal)
    -> JSONObject
  {
    var problems = JSONObject()
    let owner = Directory.owner(resource.kind, existing ?? body)
    let values = checked(body, resource, existing: existing, owner: owner, &problems)
    guard problems.isEmpty else { throw .fields(problems) }
    return values
  }

  /// The same, with the problems handed out; `existing` is nil for a new object.
  func checked(
    _ body: JSONObject, _ resource: Resource, existing: JSONObject?, owner: String?,
    _ problems: inout JSONObject
  ) -> JSONObject {
    var values = JSONObject()
    for (key, value) in body where key != "_params" {
      do throws(FieldProblem) {
        if key == "custom" || key.hasPrefix("custom.") {
          try addCustom(key, value, owner, existing, to: &values)
        } else if let rule = resource.fields.first(where: { $0.name == key }) {
          if let written = try checked(value, rule, existing) { values[key] = written }
        } else if resource.stack != .classic, resource.template[key] == nil {
          throw FieldProblem("Unknown field.")
        }
      } catch {
        problems[key] = error.body
      }
    }
    if existing == nil {
      for rule in resource.fields where rule.isRequired && (body[rule.name]?.isNull ?? true) {
        problems[rule.name] = FieldProblem.required.body
      }
    }
    return values
  }

  /// The value in Close's form; nil when the key is passed over in this phase.
  private func checked(
    _ value: JSONValue, _ rule: FieldRule, _ existing: JSONObject?
  ) throws(FieldProblem) -> JSONValue? {
    if let existing {
      if rule.phase == .onCreate { return nil }
      if rule.isImmutable {
        guard value == existing[rule.name] else { throw .immutable }
        return nil
      }
    }
    if value.isNull {
      if rule.isRequired { throw .required }
      return World.isList(rule.type) ? [] : .null
    }
    return try normalised(value, rule.type)
  }

  private static func isList(_ type: FieldType) -> Bool {
    switch type {
    case .list, .emails, .phones, .urls, .addresses, .contacts: true
    default: false
    }
  }
}

// MARK: - Custom fields

extension World {
  /// `custom.cf_…`, the old `custom.NAME`, or the old object `custom` with names as keys.
  private func addCustom(
    _ key: String, _ value: JSONValue, _ owner: String?, _ existing: JSONObject?, to values: inout JSONObject
  ) throws(FieldProblem) {
    guard key != "custom" else {
      guard let named = value.object else { throw .type("dict") }
      for (name, value) in named { try addCustom("custom." + name, value, owner, existing, to: &values) }
      return
    }
    var name = String(key.dropFirst("custom.".count))
    var edit: Substring?
    for suffix in [".add", ".remove"] where name.hasSuffix(suffix) && existing != nil {
      edit = suffix.dropFirst()
      name.removeLast(suffix.count)
    }
    let found = directory.customFields[name] ?? owner.flatMap { directory.field(named: name, of: $0) }
    guard let field = found, let owner, field.owners.contains(owner) else {
      throw FieldProblem("Custom field does not exist.")
    }
    let slot = "custom." + field.id
    guard let edit else {
      values[slot] = try customValue(value, field)
      return
    }
    guard field.isMultiple else { throw FieldProblem("This field does not accept multiple values.") }
    var current = (values[slot] ?? existing?[slot])?.array ?? []
    let element = try customElement(value, field)
    if edit == "remove" {
      current.removeAll { $0 == element }
    } else if !current.contains(element) {
      current.append(element)
    }
    values[slot] = current.isEmpty ? .null : .array(current)
  }

  /// Null, an empty text and an empty list all unset the field.
  private func customValue(_ value: JSONValue, _ field: Directory.CustomField) throws(FieldProblem)
    -> JSONValue
  {
    if value.isNull || value == "" || value == [] { return .null }
    guard field.isMultiple else { return try customElement(value, field) }
    var elements: [JSONValue] = []
    for element in value.array ?? [value] {
      let checked = try customElement(element, field)
      if !elements.contains(checked) { elements.append(checked) }
    }
    return .array(elements)
  }

  private func customElement(_ value: JSONValue, _ field: Directory.CustomField) throws(FieldProblem)
    -> JSONValue
  {
    switch field.type {
    case "number": return try normalised(value, .number)
    case "date": return try normalised(value, .day)
    case "datetime": return try normalised(value, .instant)
    case "choices": return try normalised(value, .choice(field.choices))
    case "user": return try normalised(value, .reference(.user))
    case "contact": return try normalised(value, .reference(.contact))
    case "custom_object": return try normalised(value, .reference(.customObject))
    default: return try normalised(value, .text())
    }
  }
}
