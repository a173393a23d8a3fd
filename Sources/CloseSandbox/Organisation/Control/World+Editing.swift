public import JSONBytes

/// Changes from outside the API, for tests: at any moment, with any dates, and without its checks.
extension World {
  /// Makes an object and returns its id.
  ///
  /// `resource` is a path such as `lead` or `activity/note`. Keys that are missing get the values of a fresh
  /// object; `date_created` and `date_updated` may be chosen, otherwise they are `now`.
  /// - Throws: `SandboxError.usage` when there is no such resource.
  @discardableResult
  public mutating func create(
    _ resource: String, _ values: JSONObject, at now: Timestamp
  ) throws(SandboxError) -> String {
    guard let resource = Resource.byPath[resource] else {
      throw SandboxError(.usage, "there is no resource \(resource)")
    }
    let context = WriteContext(now: now, userID: admin)
    let keys = resource.dateKeys
    let created = values[keys.created]?.string.flatMap { Timestamp($0) } ?? now
    let updated = values[keys.updated]?.string.flatMap { Timestamp($0) } ?? created
    let author = values["created_by"]?.string ?? admin
    var values = values
    if resource.template["user_id"] != nil, values["user_id"] == nil { values["user_id"] = .string(admin) }
    setStatus(&values, resource.kind)
    let record = insert(
      resource.kind, values, context,
      origin: Assembler.Origin(created: created, updated: updated, createdBy: author, updatedBy: author))
    if let lead = record.leadID { refreshName(of: lead, at: now) }
    return record.id
  }

  /// Puts values into an object; null unsets a custom field, and `date_updated` may be chosen.
  ///
  /// - Throws: `SandboxError.usage` when there is no such object.
  public mutating func update(_ id: String, _ values: JSONObject, at now: Timestamp) throws(SandboxError) {
    let record = try existing(id)
    var object = record.object
    for (key, value) in values {
      object[key] = value.isNull && key.hasPrefix("custom.") ? .none : .some(value)
    }
    let resource = record.kind.resource
    for key in [resource.dateKeys.created, resource.dateKeys.updated] where object[key] != nil {
      let chosen = values[key]?.string.flatMap { Timestamp($0) }
      let isChange = key == resource.dateKeys.updated
      if let date = chosen ?? (isChange ? now : nil) { object[key] = dates.json(date, resource) }
    }
    assembler.derive(record.kind, &object) { $0 == id ? record.text("display_name") : name(of: $0) }
    let new = Record(kind: record.kind, object: object, sequence: record.sequence)
    replace(record, with: new, WriteContext(now: now, userID: admin))
  }

  /// Gives an object a new `date_updated` and changes nothing else.
  ///
  /// - Throws: `SandboxError.usage` when there is no such object.
  public mutating func touch(_ id: String, at now: Timestamp) throws(SandboxError) {
    try update(id, JSONObject(), at: now)
  }

  /// Deletes an object; a lead takes everything below it along.
  ///
  /// - Throws: `SandboxError.usage` when there is no such object, or when it cannot go.
  public mutating func delete(_ id: String, at now: Timestamp) throws(SandboxError) {
    let record = try existing(id)
    do throws(Refusal) {
      try delete(record, WriteContext(now: now, userID: admin))
    } catch {
      throw SandboxError(.usage, "\(id) cannot be deleted: \(error.body.compact)")
    }
  }

  /// Merges one lead into another.
  ///
  /// - Throws: `SandboxError.usage` when one of them is missing.
  public mutating func merge(_ source: String, into destination: String, at now: Timestamp)
    throws(SandboxError)
  {
    merge(try existing(source), into: try existing(destination), WriteContext(now: now, userID: admin))
  }

  /// The ids of all objects of a resource, oldest first; none when there is no such resource.
  public func ids(of resource: String) -> [String] {
    guard let resource = Resource.byPath[resource] else { return [] }
    return live.all(resource.kind).map(\.id)
  }

  /// An object as the API would send it; nil when there is none.
  public func object(_ id: String) -> JSONObject? {
    guard let record = live[id] else { return nil }
    return RowWriter(store: live, directory: directory, today: record.updated.dateText).object(record)
  }

  /// How many objects there are of each resource that has any, and how many events.
  public var counts: [String: Int] {
    var counts = ["event": events.events.count]
    for kind in Kind.allCases where live.table(kind).count > 0 {
      counts[kind.resource.path] = live.table(kind).count
    }
    return counts
  }

  private var admin: String {
    live.all(.membership).first { $0.text("role_id") == "admin" }?.text("user_id") ?? ""
  }

  private func existing(_ id: String) throws(SandboxError) -> Record {
    guard let record = live[id] else { throw SandboxError(.usage, "there is no object \(id)") }
    return record
  }

  /// A lead or opportunity cannot be without a status.
  private func setStatus(_ values: inout JSONObject, _ kind: Kind) {
    guard values["status_id"] == nil else { return }
    if kind == .lead { values["status_id"] = .text(directory.leadStatuses.first?.id) }
    if kind == .opportunity { values["status_id"] = .text(directory.opportunityStatuses.first?.id) }
  }
}
