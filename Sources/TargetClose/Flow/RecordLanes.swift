import CloseConnection
import JSONBytes

/// The lanes a record stays in: its own, and one for every value that others may mean the same object by.
enum RecordLanes {
  /// - Parameter directory: knows the custom fields among the match keys, which go by several names.
  static func lanes(of record: SourceRecord, _ directory: Directory) -> Lanes {
    // What it waits for may go by the same values: a contact's lead by the contact's address.
    Lanes(
      kept: [keyLane(of: record)] + sharedLane(of: record), lent: tokens(of: record, directory).map(\.lane))
  }

  /// An organisation's object stays the same in whatever stream it comes.
  private static func sharedLane(of record: SourceRecord) -> [Digest] {
    guard let organisation = record.organisation, let id = record.fields["id"]?.string else { return [] }
    return [Digest("shared", organisation, id)]
  }

  static func keyLane(of record: SourceRecord) -> Digest {
    JournalKey(stream: record.stream.name, key: record.key).digest
  }

  private static func tokens(of record: SourceRecord, _ directory: Directory) -> [MatchToken] {
    let settings = record.stream.settings
    let fields = settings.mapping.apply(to: record.fields)
    switch settings.destination {
    case .resource(let resource):
      return (settings.match.isEmpty ? [.id] : settings.match).flatMap { key in
        if case .custom(let name) = key {
          return custom(name, resource, fields, record.stream.customFieldNames, directory)
        }
        return values(of: key, fields, of: resource).map {
          MatchToken(resource: resource.name, field: key.description, value: $0)
        }
      }
    case .contactAndLead(let settings):
      return [
        custom("lead_external_id", of: .lead, settings.companyIDField, fields, directory),
        custom("contact_external_id", of: .contact, settings.userIDField, fields, directory),
        token("contact_email", of: .contact, "email", fields),
      ].compactMap(\.self)
    case .anyActivity, .endpoint, .dictionary: return []
    }
  }

  /// An id of a `contact_and_lead` record, in the lane of the custom field that holds it.
  private static func custom(
    _ name: String, of scope: CustomFieldScope, _ field: String?, _ fields: JSONObject, _ directory: Directory
  ) -> MatchToken? {
    guard let field, let definition = directory.customField(field, of: scope) else { return nil }
    let resource: ResourceDefinition = scope == .lead ? .lead : .contact
    return token(name, of: resource, "custom.\(definition.id)", fields)
  }

  private static func token(
    _ name: String, of resource: ResourceDefinition, _ field: String, _ fields: JSONObject
  ) -> MatchToken? {
    guard let value = fields[name], !value.isNull, value != "" else { return nil }
    return MatchToken(resource: resource.name, field: field, value: value)
  }

  private static func values(
    of key: MatchKey, _ fields: JSONObject, of resource: ResourceDefinition
  ) -> [JSONValue] {
    // A lead goes by the addresses of its contacts.
    let holders =
      resource.name == "lead" ? (fields["contacts"]?.list ?? []).compactMap(\.object) : [fields]
    return switch key {
    case .id: fields["id"]?.list ?? []
    case .email: holders.flatMap { entries("email", "emails", $0) }
    case .phone: holders.flatMap { entries("phone", "phones", $0) }
    case .field(let name): fields[name]?.list ?? []
    case .custom: []
    }
  }

  /// The values of one custom field, by whatever name settings and record call it.
  private static func custom(
    _ name: String, _ resource: ResourceDefinition, _ fields: JSONObject, _ foreignNames: [String: String],
    _ directory: Directory
  ) -> [MatchToken] {
    guard let scope = resource.customFields, let wanted = directory.customField(name, of: scope) else {
      return []
    }
    let field = "custom.\(wanted.id)"
    let all = fields.flatMap { RecordMapper.customFields($0.key, $0.value) ?? [] }
    let same = all.filter { field in
      [field.name, foreignNames[field.name]].compactMap(\.self).contains {
        directory.customField($0, of: scope)?.id == wanted.id
      }
    }
    return same.flatMap(\.value.list).map { value in
      let written = try? wanted.kind.coerced(value, field: field)
      return MatchToken(resource: resource.name, field: field, value: written ?? value)
    }
  }

  private static func entries(_ name: String, _ list: String, _ fields: JSONObject) -> [JSONValue] {
    let all = (fields[name]?.list ?? []) + (fields[list]?.list ?? [])
    return all.compactMap { $0.string == nil ? $0[name] : $0 }.filter { !$0.isNull && $0 != "" }
  }
}
