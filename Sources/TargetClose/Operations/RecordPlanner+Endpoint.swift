import JSONBytes

extension RecordPlanner {
  /// Plans a record that goes to an endpoint of the user's choice, as it is.
  func plan(_ record: SourceRecord, at endpoint: Endpoint) throws -> Operation {
    let settings = record.stream.settings
    let name = endpoint.path.text
    if record.isTombstone, endpoint.method != .delete {
      return .skipped("deleted at its source, which means nothing to this endpoint", resource: name)
    }
    let item = try fields(of: record)
    let path = try endpoint.path.path(item.merging(record.fields))
    let body = try endpoint.body?.body([item]) ?? .object(item)
    var request = PlannedRequest(method: endpoint.method, path: String(path.drop { $0 == "/" }), body: body)
    let key = JournalKey(stream: record.stream.name, key: record.key)
    var operation = Operation(action: .update, resource: name, reason: "every new or changed record is sent")
    switch endpoint.method {
    case .delete:
      request.body = nil
      operation.action = .delete
    case .put, .patch: break
    case .post:
      operation.action = .create
      if let written = try context.journal.result(of: key), settings.batch == nil {
        if settings.action == .create {
          return .skipped("created before, and the action is create", resource: name, id: written.id)
        }
        if !written.id.isEmpty {
          // What was created by a POST to a list is changed at its own address.
          request.method = context.verb.method
          request.path = (request.path.hasSuffix("/") ? request.path : request.path + "/") + written.id + "/"
          operation.action = .update
          operation.id = written.id
        }
      }
    }
    try Safeguards.requireLead(request)
    operation.request = request
    operation.changes = (request.body?.object ?? JSONObject()).map {
      FieldChange(name: $0.key, from: .null, to: $0.value)
    }
    operation.batchItem = settings.batch == nil ? nil : item
    return operation
  }

  /// The record under the names the endpoint knows, with what was written before in the place of foreign ids.
  private func fields(of record: SourceRecord) throws -> JSONObject {
    let mapping = record.stream.settings.mapping
    var fields = mapping.apply(to: record.fields)
    for (name, value) in fields {
      if name.hasPrefix("_sdc_") || (value.isNull && mapping.nulls == .omit) { fields[name] = nil }
    }
    for resource in ["lead", "contact", "opportunity"] {
      guard let value = fields["\(resource)_id"]?.string,
        let id = try context.journal.id(of: RecordKey(text: value), resource: resource)
      else { continue }
      fields["\(resource)_id"] = .string(id)
    }
    return fields
  }
}

extension JSONObject {
  /// These members and those of `other` that are not among them.
  fileprivate func merging(_ other: JSONObject) -> JSONObject {
    var merged = self
    for (name, value) in other where merged[name] == nil { merged[name] = value }
    return merged
  }
}
