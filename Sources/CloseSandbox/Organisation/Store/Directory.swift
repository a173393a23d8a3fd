import JSONBytes

/// What other objects are called by: users, statuses, pipelines, custom fields and links.
///
/// Read from the settings once and again whenever one changes, so that making an object costs no searches.
struct Directory: Sendable {
  struct Status: Sendable {
    let id: String
    let label: String
    /// `active`, `won` or `lost`; nil for lead statuses.
    let type: String?
    let pipelineID: String?
  }

  struct CustomField: Sendable {
    let id: String
    let name: String
    let type: String
    let isMultiple: Bool
    let choices: [String]
    /// What may carry it: `lead`, `contact`, `opportunity`, or the id of a custom type.
    let owners: Set<String>
    /// The custom types that cannot do without it.
    let requiredBy: Set<String>
  }

  let organizationID: String
  let currency: String
  private(set) var userNames: [String: String] = [:]
  private(set) var leadStatuses: [Status] = []
  private(set) var opportunityStatuses: [Status] = []
  private(set) var pipelines: [(id: String, name: String)] = []
  private(set) var customFields: [String: CustomField] = [:]
  /// Name and address template of the integration links per object type.
  private(set) var links: [String: [(name: String, url: String)]] = [:]

  init(organization: JSONObject, store: RecordStore) {
    organizationID = organization["id"]?.string ?? ""
    currency = organization["currency"]?.string ?? "USD"
    for user in store.all(.user) {
      userNames[user.id] = Directory.fullName(user.object)
    }
    let order = organization["lead_status_order"]?.array?.compactMap(\.string) ?? []
    leadStatuses = Directory.statuses(store.all(.leadStatus)).enumerated().sorted {
      (order.firstIndex(of: $0.element.id) ?? order.count, $0.offset)
        < (order.firstIndex(of: $1.element.id) ?? order.count, $1.offset)
    }.map(\.element)
    opportunityStatuses = Directory.statuses(store.all(.opportunityStatus))
    pipelines = store.all(.pipeline).map { ($0.id, $0.text("name") ?? "") }
    for kind in Kind.fields {
      for record in store.all(kind) { add(record) }
    }
    for link in store.all(.integrationLink).map(\.object) {
      links[link["type"]?.string ?? "", default: []]
        .append((link["name"]?.string ?? "", link["url"]?.string ?? ""))
    }
  }

  /// First and last name, without a space when one is missing.
  static func fullName(_ user: JSONObject) -> String {
    [user["first_name"]?.string ?? "", user["last_name"]?.string ?? ""].filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  private static func statuses(_ records: [Record]) -> [Status] {
    records.map { record in
      let object = record.object
      return Status(
        id: record.id, label: object["label"]?.string ?? "", type: object["type"]?.string,
        pipelineID: object["pipeline_id"]?.string)
    }
  }

  private mutating func add(_ record: Record) {
    let object = record.object
    var owners: Set<String> = []
    var requiredBy: Set<String> = []
    switch record.kind {
    case .leadField: owners = ["lead"]
    case .contactField: owners = ["contact"]
    case .opportunityField: owners = ["opportunity"]
    case .sharedField:
      for association in object["associations"]?.array ?? [] {
        let owner =
          association["custom_activity_type_id"]?.string ?? association["custom_object_type_id"]?.string
          ?? association["object_type"]?.string
        guard let owner else { continue }
        owners.insert(owner)
        if association["required"]?.bool == true { requiredBy.insert(owner) }
      }
    default:
      let owner = object["custom_activity_type_id"]?.string ?? object["custom_object_type_id"]?.string
      if let owner {
        owners = [owner]
        if object["required"]?.bool == true { requiredBy = [owner] }
      }
    }
    customFields[record.id] = CustomField(
      id: record.id, name: object["name"]?.string ?? "", type: object["type"]?.string ?? "text",
      isMultiple: object["accepts_multiple_values"]?.bool ?? false,
      choices: object["choices"]?.array?.compactMap(\.string) ?? [], owners: owners, requiredBy: requiredBy)
  }
}

// MARK: - Looking things up

extension Directory {
  func leadStatus(_ id: String?) -> Status? { leadStatuses.first { $0.id == id } }

  func opportunityStatus(_ id: String?) -> Status? { opportunityStatuses.first { $0.id == id } }

  func pipelineName(_ id: String?) -> String? { pipelines.first { $0.id == id }?.name }

  /// The fields that objects of this type may carry, in order of their names.
  func fields(of owner: String) -> [CustomField] {
    customFields.values.filter { $0.owners.contains(owner) }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
  }

  /// The field an object of this type calls by its name, as old clients do.
  func field(named name: String, of owner: String) -> CustomField? {
    fields(of: owner).first { $0.name == name }
  }

  /// The integration links of an object, with its name in their addresses.
  func links(_ type: String, _ placeholder: String, _ name: String) -> JSONValue {
    .array(
      (links[type] ?? []).map { link in
        var url = link.url
        if let range = url.firstRange(of: placeholder) {
          url.replaceSubrange(range, with: URLText.percentEncoded(name))
        }
        return ["name": .string(link.name), "url": .string(url)]
      })
  }

  /// Where the custom fields of an object are defined: its kind, or the id of its custom type.
  static func owner(_ kind: Kind, _ object: JSONObject) -> String? {
    switch kind {
    case .lead: "lead"
    case .contact: "contact"
    case .opportunity: "opportunity"
    case .customActivity: object["custom_activity_type_id"]?.string
    case .customObject: object["custom_object_type_id"]?.string
    default: nil
    }
  }
}
