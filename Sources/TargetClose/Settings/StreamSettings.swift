import CloseConnection
import JSONBytes

/// How the records of one stream are written: its block under `streams`, checked, defaults filled in.
struct StreamSettings: Sendable {
  let stream: String
  let destination: Destination
  let action: StreamAction
  let match: [MatchKey]
  let onNone: NonePolicy
  let onMany: ManyPolicy
  let mapping: FieldMapping
  let lists: ListPolicies
  /// Added to every write.
  let headers: [(name: String, value: String)]
  let batch: BatchRule?
  let limits: WriteLimits
  /// Whether a write may be sent again although Close may have carried it out before.
  let isRepeatable: Bool
  /// The block as JSON; records written by other settings are not the same records.
  let fingerprint: [UInt8]

  /// Where the records go.
  enum Destination: Sendable {
    case resource(ResourceDefinition)
    /// The resource that the record's `_type` names.
    case anyActivity
    case endpoint(Endpoint)
    case contactAndLead(ContactAndLeadSettings)
    /// Nowhere; the records tell the names of what others point to.
    case dictionary
  }

  /// What the destination is called in plans and logs.
  var resourceName: String {
    switch destination {
    case .resource(let resource): resource.name
    case .anyActivity: "activity"
    case .endpoint(let endpoint): endpoint.path.text
    case .contactAndLead: "contact"
    case .dictionary: stream
    }
  }
}

extension StreamSettings {
  /// The custom fields that the settings name, by whose they are.
  var customFieldNames: [(scope: CustomFieldScope, names: [String])] {
    switch destination {
    case .resource(let resource):
      let names = match.compactMap { if case .custom(let name) = $0 { name } else { nil } }
      let renamed = mapping.renames.values.filter { $0.hasPrefix("custom.") }.map { String($0.dropFirst(7)) }
      return resource.customFields.map { [($0, names + renamed.sorted())] } ?? []
    case .contactAndLead(let settings):
      return [
        (.lead, [settings.companyIDField].compactMap(\.self)),
        (.contact, [settings.userIDField].compactMap(\.self)),
      ]
    case .anyActivity, .endpoint, .dictionary: return []
    }
  }
}

extension StreamSettings {
  /// The directory's tables it takes to make sense of what objects are matched by.
  var matchTables: Set<Directory.Table> {
    switch destination {
    case .resource(let resource):
      let isByCustomField = match.contains { if case .custom = $0 { true } else { false } }
      return Set(isByCustomField ? resource.customFields.map { [.customFields($0)] } ?? [] : [])
    case .contactAndLead(let settings):
      let scopes = [
        settings.companyIDField.map { _ in CustomFieldScope.lead },
        settings.userIDField.map { _ in CustomFieldScope.contact },
      ]
      return Set(scopes.compactMap(\.self).map { .customFields($0) })
    case .anyActivity, .endpoint, .dictionary: return []
    }
  }
}

/// What is done with a record.
enum StreamAction: String, CaseIterable, Sendable {
  case create, update, upsert, delete
  case contactAndLead = "contact_and_lead"
}

/// What is done when no object matches.
enum NonePolicy: String, CaseIterable, Sendable {
  case create, skip, reject
}

/// What is done when several objects match.
enum ManyPolicy: String, CaseIterable, Sendable {
  /// The one created first.
  case oldest
  /// The one Close lists first.
  case first
  /// Every one, up to ten.
  case all
  case reject
}

/// What a null in a record does.
enum NullPolicy: String, CaseIterable, Sendable {
  /// Nothing.
  case omit
  /// Empties the field in Close.
  case clear
}

/// What becomes of list entries that Close has and the record has not.
enum ListPolicy: String, CaseIterable, Sendable {
  /// They stay.
  case append
  /// They go.
  case replace
}

/// The policy of each list: one for all, one per field, or by default to lose no e-mail, phone, URL or address.
struct ListPolicies: Hashable, Sendable {
  var general: ListPolicy?
  var byField: [String: ListPolicy] = [:]

  /// The policy for a list of Close's own.
  func policy(of field: String) -> ListPolicy { byField[field] ?? general ?? .append }

  /// The policy for a custom field with several values: the record holds them all, unless told otherwise.
  func policy(ofCustomField field: String) -> ListPolicy { byField[field] ?? general ?? .replace }
}

/// How a record's fields become those of Close.
struct FieldMapping: Hashable, Sendable {
  /// Close's names by the record's.
  var renames: [String: String] = [:]
  var excluded: Set<String> = []
  /// Fields that every record gets unless it has them.
  var constants = JSONObject()
  var nulls = NullPolicy.omit
}

/// The safety brakes of a stream.
struct WriteLimits: Hashable, Sendable {
  var allowsCreating = true
  var allowsUpdating = true
  /// Most objects created in a run; nil for any number.
  var maxCreates: Int?
  /// Most objects deleted in a run; nil leaves it to the action.
  var maxDeletes: Int?
}

/// How many records go into one request, and which may go together.
struct BatchRule: Hashable, Sendable {
  let size: Int
  /// Only records with equal values in these fields go together.
  let groupBy: [String]
}
