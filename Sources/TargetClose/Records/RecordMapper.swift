import JSONBytes

/// Turns the fields of records into those of one kind of object.
struct RecordMapper: Sendable {
  let mapping: FieldMapping
  let resource: ResourceDefinition

  /// Renames, drops and converts the fields of a record; what needs Close's names is left for later.
  ///
  /// - Throws: `Rejection` for a value that cannot be written.
  func draft(_ record: JSONObject) throws(Rejection) -> Draft {
    var draft = Draft(resource: resource, nulls: mapping.nulls)
    let fields = mapping.apply(to: record)
    draft.id = fields["id"]?.string
    for (name, value) in fields {
      if let field = resource.field(name) {
        try add(field, value, fields, to: &draft)
      } else if resource.shorthands.contains(where: { $0.name == name }) {
        continue
      } else if resource.customFields != nil, let custom = RecordMapper.customFields(name, value) {
        draft.customFields += custom.filter { mapping.nulls == .clear || !$0.value.isNull }
      } else if !isExpected(name) {
        draft.unknown.append(name)
      }
    }
    // After the lists themselves, wherever they stand in the record.
    for shorthand in resource.shorthands { try add(shorthand, fields[shorthand.name], to: &draft) }
    addLabelledReferences(fields, to: &draft)
    preferRichText(&draft)
    return draft
  }

  private func add(
    _ field: ResourceDefinition.Field, _ value: JSONValue, _ fields: JSONObject, to draft: inout Draft
  ) throws(Rejection) {
    let coerced = try field.kind.coerced(value, field: field.name)
    if coerced.isNull, mapping.nulls == .omit { return }
    if case .reference(let kind) = field.kind, !coerced.isNull {
      guard coerced != "" else { return }
      draft.references.append(
        Draft.Reference(field: field.name, kind: kind, value: coerced, label: field.label(in: fields)))
    } else if case .reference = field.kind, resource.required.contains(field.name) {
      // Nothing is torn away from what it belongs to.
      return
    } else if field.name == "contacts", resource.name == "lead" {
      draft.contacts = try contacts(in: coerced)
    } else if case .entries = field.kind, coerced.list.isEmpty, value.unpacked.array?.isEmpty != true {
      // Nothing in the source, or nothing of use, is no reason to lose a list; an empty list says it in so many
      // words.
      return
    } else {
      draft.values[field.name] = coerced
    }
  }

  /// Adds `email` as an entry of `emails`.
  private func add(
    _ shorthand: ResourceDefinition.Shorthand, _ value: JSONValue?, to draft: inout Draft
  ) throws(Rejection) {
    guard let value, !value.isNull, let field = resource.field(shorthand.list) else { return }
    let entries = try field.kind.coerced(value, field: shorthand.name)
    guard !entries.list.isEmpty else { return }
    draft.values[shorthand.list] = .array((draft.values[shorthand.list]?.list ?? []) + entries.list)
  }

  /// A reference that is told by its name alone: `status_label` without `status_id`.
  private func addLabelledReferences(_ fields: JSONObject, to draft: inout Draft) {
    for field in resource.fields where !field.labels.isEmpty {
      guard case .reference(let kind) = field.kind,
        !draft.references.contains(where: { $0.field == field.name }),
        draft.values[field.name] == nil, let label = field.label(in: fields)
      else { continue }
      draft.references.append(Draft.Reference(field: field.name, kind: kind, value: .null, label: label))
    }
  }

  /// Close keeps a text in two forms and takes the rich one when it gets both.
  private func preferRichText(_ draft: inout Draft) {
    guard let html = draft.values["note_html"], let plain = draft.values["note"] else { return }
    let isRich = html.string?.isEmpty == false
    if isRich { draft.values["note"] = nil } else if !plain.isNull { draft.values["note_html"] = nil }
  }

  private func contacts(in value: JSONValue) throws(Rejection) -> [Draft] {
    let mapper = RecordMapper(mapping: FieldMapping(), resource: .contact)
    var drafts: [Draft] = []
    for contact in value.list {
      guard let fields = contact.object else {
        throw Rejection("\"contacts\" must be a list of objects, not \(value.brief)")
      }
      var draft = try mapper.draft(fields)
      // The lead they are created with is the one they belong to.
      draft.references.removeAll { $0.field == "lead_id" }
      drafts.append(draft)
    }
    return drafts
  }

  /// Whether a field that is not written needs no remark.
  private func isExpected(_ name: String) -> Bool {
    name.hasPrefix("_") || resource.silentlyDropped.contains(name)
      || resource.fields.contains { $0.labels.contains(name) }
  }

  /// The custom fields that a member of a record stands for; nil when it stands for none.
  ///
  /// Understood: `custom.cf_…`, `custom.Name`, either with `.add` or `.remove`, an object `custom` of ids or
  /// names, and the list `custom_fields` of objects with `id` or `name` and `value`.
  static func customFields(_ name: String, _ value: JSONValue) -> [Draft.CustomField]? {
    if name.hasPrefix("custom.") {
      var field = String(name.dropFirst("custom.".count))
      for suffix in [".add", ".remove"] where field.hasSuffix(suffix) {
        field.removeLast(suffix.count)
        return [Draft.CustomField(name: field, suffix: suffix, value: value)]
      }
      return [Draft.CustomField(name: field, suffix: "", value: value)]
    }
    if name.hasPrefix("cf_") { return [Draft.CustomField(name: name, suffix: "", value: value)] }
    if name == "custom" {
      return (value.unpacked.object ?? JSONObject()).map {
        Draft.CustomField(name: $0.key, suffix: "", value: $0.value)
      }
    }
    guard name == "custom_fields" else { return nil }
    return value.unpacked.list.compactMap { entry in
      (entry["id"]?.string ?? entry["name"]?.string).map {
        Draft.CustomField(name: $0, suffix: "", value: entry["value"] ?? .null)
      }
    }
  }
}

extension FieldMapping {
  /// The record's fields under Close's names, with those that are not to be written left out.
  func apply(to record: JSONObject) -> JSONObject {
    if renames.isEmpty, excluded.isEmpty, constants.isEmpty { return record }
    var fields = JSONObject()
    for (name, value) in record {
      let renamed = renames[name] ?? name
      if excluded.contains(name) || excluded.contains(renamed) { continue }
      // A field the user renames comes before one that has the name by chance.
      if renamed == name, fields[name] != nil, renames.values.contains(name) { continue }
      fields[renamed] = value
    }
    for (name, value) in constants where fields[name] == nil { fields[name] = value }
    return fields
  }
}

extension ResourceDefinition.Field {
  /// What the record calls the thing this field points to.
  fileprivate func label(in fields: JSONObject) -> String? {
    labels.lazy.compactMap { fields[$0]?.string }.first { !$0.isEmpty }
  }
}
