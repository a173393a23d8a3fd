import JSONBytes

/// The three things that can happen to an object, each with its entry in the event log.
extension World {
  /// Makes an object; `origin` says otherwise who made it and when.
  @discardableResult
  mutating func insert(
    _ kind: Kind, id: String? = nil, _ values: JSONObject, _ context: WriteContext,
    origin: Assembler.Origin? = nil
  ) -> Record {
    let resource = kind.resource
    let id = id ?? values[resource.idKey]?.string ?? unusedID(kind)
    let origin = origin ?? World.origin(values, context)
    var values = values
    for key in ["date_created", "created_by", "created_by_id"] { values[key] = nil }
    let object = assembler.make(kind, id: id, values, origin: origin) { name(of: $0, besides: id) }
    let record = Record(kind: kind, object: object, sequence: makeSequence())
    commit(RecordStore.Change(old: nil, new: record), at: context.now)
    log(from: nil, to: record, context)
    return record
  }

  private mutating func unusedID(_ kind: Kind) -> String {
    var id = ids.next(kind)
    while live[id] != nil { id = ids.next(kind) }
    return id
  }

  /// Dates and authors of a new object, as far as the caller may choose them.
  private static func origin(_ values: JSONObject, _ context: WriteContext) -> Assembler.Origin {
    let created = values["date_created"]?.string.flatMap { Timestamp($0) } ?? context.now
    let author = values["created_by"]?.string ?? values["created_by_id"]?.string ?? context.userID
    return Assembler.Origin(
      created: created, updated: context.now, createdBy: author, updatedBy: context.userID)
  }

  /// Puts `values` into an object; null unsets a custom field.
  ///
  /// Returns the object as it was when nothing differs: then it keeps its date, and nothing is logged.
  @discardableResult
  mutating func change(
    _ record: Record, _ values: JSONObject, _ context: WriteContext, action: String? = nil
  ) -> Record {
    let resource = record.kind.resource
    let before = record.object
    var object = before
    for (key, value) in values {
      object[key] = value.isNull && key.hasPrefix("custom.") ? .none : .some(value)
    }
    assembler.derive(record.kind, &object) { name(of: $0, besides: record.id) }
    guard object != before else { return record }
    let updated = resource.dateKeys.updated
    if object[updated] != nil { object[updated] = dates.json(context.now, resource) }
    let author = resource.authorKeys.updated
    if object[author] != nil { object[author] = .string(context.userID) }
    if object["updated_by_name"] != nil {
      object["updated_by_name"] = .text(directory.userNames[context.userID])
    }
    let new = Record(kind: record.kind, object: object, sequence: record.sequence)
    commit(RecordStore.Change(old: record, new: new), at: context.now)
    log(from: record, to: new, context, action: action)
    return new
  }

  /// Brings what follows from others up to date, without a new date and without an entry in the log.
  mutating func refresh(_ record: Record, at now: Timestamp, _ edit: (inout JSONObject) -> Void = { _ in }) {
    var object = record.object
    edit(&object)
    assembler.derive(record.kind, &object) { name(of: $0, besides: record.id) }
    guard object != record.object else { return }
    let new = Record(kind: record.kind, object: object, sequence: record.sequence)
    commit(RecordStore.Change(old: record, new: new), at: now)
  }

  mutating func remove(_ record: Record, _ context: WriteContext) {
    commit(RecordStore.Change(old: record, new: nil), at: context.now)
    log(from: record, to: nil, context)
  }

  /// Puts one version of an object in the place of another, as it is.
  mutating func replace(_ old: Record, with new: Record, _ context: WriteContext, action: String? = nil) {
    commit(RecordStore.Change(old: old, new: new), at: context.now)
    log(from: old, to: new, context, action: action)
  }

  mutating func log(from old: Record?, to new: Record?, _ context: WriteContext, action: String? = nil) {
    let id = ids.next(prefix: "ev_", length: 22)
    if let event = EventRecorder.event(from: old, to: new, action: action, id: id, context) {
      events.append(event)
    }
  }

  /// What `id` is called; a lead that is being made or changed goes by its first contact.
  private func name(of id: String, besides leadID: String) -> String? {
    guard id == leadID else { return name(of: id) }
    let names = live.members(of: id, .contact).lazy.compactMap { $0.text("display_name") }
    return names.first { !$0.isEmpty }
  }
}
