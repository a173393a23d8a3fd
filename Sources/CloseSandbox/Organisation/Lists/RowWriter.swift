import JSONBytes

/// Sends objects: their own JSON, and behind it what follows from others at this moment.
struct RowWriter {
  let store: RecordStore
  let directory: Directory
  /// The caller's day, which parts tasks that are due from those that are not.
  let today: String
  var projection: Projection?
  /// Whether e-mails go without their long texts, as they do beside their threads.
  var stripsEmails = false

  /// Appends the object as one JSON object; rows of a list may lack what only the single object shows.
  func write(_ record: Record, asListRow isRow: Bool = false, to output: inout [UInt8]) {
    if isRow, record.kind == .group { return writeGroupRow(record, to: &output) }
    if isRow, stripsEmails, record.kind == .email {
      return JSONValue.object(EmailText.stripped(record.object)).write(to: &output)
    }
    guard let projection else {
      output.append(contentsOf: record.body.dropLast())
      if record.body.count > 2 { output.append(UInt8(ascii: ",")) }
      writeExtras(of: record, to: &output) { _ in true }
      return close(&output)
    }
    output.append(UInt8(ascii: "{"))
    projection.copyMembers(of: record.body, to: &output)
    writeExtras(of: record, to: &output) { projection.includes($0) }
    for (name, make) in OptionalFields.table[record.kind] ?? [:] where projection.asksFor(name) {
      write(name, &output)
      make(record, self).write(to: &output)
      output.append(UInt8(ascii: ","))
    }
    close(&output)
  }

  /// A group's members are told only when it is asked for by itself.
  private func writeGroupRow(_ group: Record, to output: inout [UInt8]) {
    var object = group.object
    object["members"] = nil
    JSONValue.object(object).write(to: &output)
  }

  /// Replaces the comma behind the last member by the closing brace.
  private func close(_ output: inout [UInt8]) {
    if output.last == UInt8(ascii: ",") { output.removeLast() }
    output.append(UInt8(ascii: "}"))
  }

  /// The object as a tree, everything included.
  func object(_ record: Record) -> JSONObject {
    var bytes: [UInt8] = []
    write(record, to: &bytes)
    return (try? JSONValue(parsing: bytes))?.object ?? JSONObject()
  }
}

// MARK: - What follows from other objects

extension RowWriter {
  private func writeExtras(of record: Record, to output: inout [UInt8], _ wants: (String) -> Bool) {
    switch record.kind {
    case .lead: writeLeadExtras(of: record, to: &output, wants)
    case .task:
      if wants("view") { write("view", view(of: record), &output) }
    case .pipeline:
      if wants("statuses") { write("statuses", statuses(of: record.id), &output) }
    case .customActivityType, .customObjectType:
      if wants("fields") { write("fields", .array(fields(of: record.id)), &output) }
      if record.kind == .customObjectType, wants("back_reference_fields") {
        write("back_reference_fields", .array(references(to: record.id)), &output)
      }
    default: break
    }
  }

  private func writeLeadExtras(of lead: Record, to output: inout [UInt8], _ wants: (String) -> Bool) {
    let members = store.members(of: lead.id)
    if wants("contact_ids") {
      let ids = members.filter { $0.kind == .contact }.map { JSONValue.string($0.id) }
      write("contact_ids", .array(ids), &output)
    }
    if wants("contacts") { writeRows("contacts", members.lazy.filter { $0.kind == .contact }, &output) }
    if wants("opportunities") {
      writeRows("opportunities", members.lazy.filter { $0.kind == .opportunity }, &output)
    }
    // Only what is still to be done, and only what people set themselves.
    if wants("tasks") {
      let open = members.lazy.filter { $0.kind == .task && $0.id.hasPrefix("task_") && $0.isIncomplete }
      writeRows("tasks", open, &output)
    }
  }

  private func writeRows(_ name: String, _ rows: some Sequence<Record>, _ output: inout [UInt8]) {
    write(name, &output)
    output.append(UInt8(ascii: "["))
    var isFirst = true
    var plain = self
    plain.projection = nil
    for row in rows {
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      plain.write(row, to: &output)
    }
    output.append("],")
  }

  private func write(_ name: String, _ value: JSONValue, _ output: inout [UInt8]) {
    write(name, &output)
    value.write(to: &output)
    output.append(UInt8(ascii: ","))
  }

  private func write(_ name: String, _ output: inout [UInt8]) {
    output.appendJSONString(name)
    output.append(UInt8(ascii: ":"))
  }

  /// `archive` when done, `future` when due after today, else `inbox`.
  private func view(of task: Record) -> JSONValue {
    guard task.isIncomplete else { return "archive" }
    return (task.text("date")?.prefix(10) ?? "") > today ? "future" : "inbox"
  }

  private func statuses(of pipelineID: String) -> JSONValue {
    .array(
      directory.opportunityStatuses.filter { $0.pipelineID == pipelineID }.map {
        ["id": .string($0.id), "label": .string($0.label), "type": .text($0.type)]
      })
  }

  /// The fields a custom type uses, its own before the shared ones.
  private func fields(of typeID: String) -> [JSONValue] {
    Kind.fields.flatMap { store.all($0) }.filter {
      directory.customFields[$0.id]?.owners.contains(typeID) == true
    }
    .map { field in
      var object = field.object
      for key in [
        "created_by", "date_created", "date_updated", "organization_id", "updated_by", "associations",
      ] {
        object[key] = nil
      }
      object["required"] = .bool(directory.customFields[field.id]?.requiredBy.contains(typeID) == true)
      return .object(object)
    }
  }

  private func references(to typeID: String) -> [JSONValue] {
    store.all(.customObjectField).filter { $0.text("referenced_custom_type_id") == typeID }
      .map { .object($0.object) }
  }
}

extension Record {
  var isIncomplete: Bool { value("is_complete")?.bool != true }
}
