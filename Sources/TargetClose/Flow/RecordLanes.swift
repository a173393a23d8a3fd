import JSONBytes

/// The lanes a record stays in: one for its key, and one for every value that others may mean the same object by.
enum RecordLanes {
  static func lanes(of record: SourceRecord) -> [Digest] {
    [keyLane(of: record)] + tokens(of: record).map(\.lane) + sharedLane(of: record)
  }

  /// An organisation's object stays the same in whatever stream it comes.
  private static func sharedLane(of record: SourceRecord) -> [Digest] {
    guard let organisation = record.organisation, let id = record.fields["id"]?.string else { return [] }
    return [Digest("shared", organisation, id)]
  }

  static func keyLane(of record: SourceRecord) -> Digest {
    JournalKey(stream: record.stream.name, key: record.key).digest
  }

  private static func tokens(of record: SourceRecord) -> [MatchToken] {
    let settings = record.stream.settings
    let fields = settings.mapping.apply(to: record.fields)
    switch settings.destination {
    case .resource(let resource):
      return settings.match.flatMap { key in
        values(of: key, fields).map { MatchToken(resource: resource.name, field: key.description, value: $0) }
      }
    case .contactAndLead:
      return ["lead_external_id", "contact_external_id", "contact_email"].compactMap { name in
        guard let value = fields[name], !value.isNull, value != "" else { return nil }
        let resource = name.hasPrefix("lead") ? "lead" : "contact"
        let field = name == "contact_email" ? "email" : name
        return MatchToken(resource: resource, field: field, value: value)
      }
    case .anyActivity, .endpoint, .dictionary: return []
    }
  }

  private static func values(of key: MatchKey, _ fields: JSONObject) -> [JSONValue] {
    switch key {
    case .id: fields["id"]?.list ?? []
    case .email: entries("email", "emails", fields)
    case .phone: entries("phone", "phones", fields)
    case .field(let name): fields[name]?.list ?? []
    case .custom(let name):
      fields.flatMap { RecordMapper.customFields($0.key, $0.value) ?? [] }.filter { $0.name == name }
        .flatMap(\.value.list)
    }
  }

  private static func entries(_ name: String, _ list: String, _ fields: JSONObject) -> [JSONValue] {
    let all = (fields[name]?.list ?? []) + (fields[list]?.list ?? [])
    return all.compactMap { $0.string == nil ? $0[name] : $0 }.filter { !$0.isNull && $0 != "" }
  }
}
