import JSONBytes

/// Builds whole objects out of the few values somebody chose: fills in the template, and everything that
/// follows from other values (labels, names, formatted amounts).
struct Assembler: Sendable {
  let directory: Directory
  let dates: DateStyle

  /// When and by whom an object was made and last changed.
  struct Origin: Sendable {
    var created: Timestamp
    var updated: Timestamp
    var createdBy: String?
    var updatedBy: String?
  }

  /// The object of `kind` with these values, and the template's for all others.
  ///
  /// `nameOf` tells what a lead or contact is called.
  func make(
    _ kind: Kind, id: String, _ values: JSONObject, origin: Origin, nameOf: (String) -> String? = { _ in nil }
  ) -> JSONObject {
    let resource = kind.resource
    var object = resource.template
    for (key, value) in values { object[key] = value }
    object[resource.idKey] = .string(id)
    stamp(&object, resource, origin)
    derive(kind, &object, nameOf: nameOf)
    return object
  }

  /// Writes dates and authors into the keys this resource has for them.
  func stamp(_ object: inout JSONObject, _ resource: Resource, _ origin: Origin) {
    let (created, updated) = resource.dateKeys
    if object[created] != nil { object[created] = dates.json(origin.created, resource) }
    if object[updated] != nil { object[updated] = dates.json(origin.updated, resource) }
    let (createdBy, updatedBy) = resource.authorKeys
    if object[createdBy] != nil { object[createdBy] = .text(origin.createdBy) }
    if object[updatedBy] != nil { object[updatedBy] = .text(origin.updatedBy) }
    if object["organization_id"] != nil { object["organization_id"] = .string(directory.organizationID) }
    if resource.kind.isActivity, object["activity_at"]?.isNull == true {
      object["activity_at"] = object[created]
    }
  }

  /// Recomputes what follows from other values.
  func derive(_ kind: Kind, _ object: inout JSONObject, nameOf: (String) -> String?) {
    for (name, id) in Assembler.userNames where object[name] != nil {
      object[name] = .text(object[id]?.string.flatMap { directory.userNames[$0] })
    }
    for (name, id) in Assembler.objectNames where object[name] != nil {
      object[name] = .text(object[id]?.string.flatMap(nameOf))
    }
    switch kind {
    case .lead: deriveLead(&object, nameOf)
    case .contact: deriveContact(&object)
    case .opportunity: deriveOpportunity(&object)
    case .leadStatusChange, .opportunityStatusChange: deriveStatusChange(kind, &object)
    default: break
    }
    for key in Assembler.phones where object[key + "_formatted"] != nil {
      let phone = object[key]?.string.flatMap { PhoneNumber($0) }
      object[key + "_formatted"] = .text(phone?.formatted)
      let country = key.replacingPhone + "_country_iso"
      if object[country] != nil, let phone { object[country] = .string(phone.country) }
    }
  }

  private static let userNames = [
    ("user_name", "user_id"), ("created_by_name", "created_by"), ("updated_by_name", "updated_by"),
    ("assigned_to_name", "assigned_to"), ("task_assigned_to_name", "task_assigned_to"),
  ]
  private static let objectNames = [("lead_name", "lead_id"), ("contact_name", "contact_id")]
  private static let phones = ["local_phone", "remote_phone"]
}

// MARK: - One kind each

extension Assembler {
  private func deriveLead(_ object: inout JSONObject, _ nameOf: (String) -> String?) {
    let id = object["id"]?.string ?? ""
    let name = object["name"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? nameOf(id) ?? "Untitled"
    object["display_name"] = .string(name)
    object["html_url"] = .string("https://app.close.com/lead/\(id)/")
    object["status_label"] = .text(directory.leadStatus(object["status_id"]?.string)?.label)
    object["integration_links"] = directory.links("lead", "{{lead.display_name}}", name)
  }

  private func deriveContact(_ object: inout JSONObject) {
    let name =
      [object["name"]?.string, object["emails"]?.array?.first?["email"]?.string]
      .compactMap { $0 }.first { !$0.isEmpty } ?? ""
    object["display_name"] = .string(name)
  }

  private func deriveOpportunity(_ object: inout JSONObject) {
    if let status = directory.opportunityStatus(object["status_id"]?.string) {
      object["status_label"] = .string(status.label)
      object["status_type"] = .text(status.type)
      object["pipeline_id"] = .text(status.pipelineID)
    }
    object["pipeline_name"] = .text(directory.pipelineName(object["pipeline_id"]?.string))
    let value = object["value"]?.int
    let period = object["value_period"]?.string ?? "one_time"
    let annualized = value.map {
      period == "monthly" ? $0.multipliedReportingOverflow(by: 12).partialValue : $0
    }
    let confidence = Double(object["confidence"]?.int ?? 0) / 100
    func expected(_ amount: Int?) -> JSONValue {
      amount.map { .int(Int(exactly: (Double($0) * confidence).rounded()) ?? 0) } ?? .null
    }
    object["annualized_value"] = annualized.map { .int($0) } ?? .null
    object["annualized_expected_value"] = expected(annualized)
    object["expected_value"] = expected(value)
    object["value_currency"] = .string(directory.currency)
    object["value_formatted"] = .text(Money.text(value, currency: directory.currency, period: period))
  }

  private func deriveStatusChange(_ kind: Kind, _ object: inout JSONObject) {
    for side in ["old", "new"] {
      let id = object[side + "_status_id"]?.string
      if kind == .leadStatusChange {
        object[side + "_status_label"] = .text(directory.leadStatus(id)?.label)
      } else if let status = directory.opportunityStatus(id) {
        object[side + "_status_label"] = .string(status.label)
        object[side + "_status_type"] = .text(status.type)
        object[side + "_pipeline_id"] = .text(status.pipelineID)
        object[side + "_pipeline_name"] = .text(directory.pipelineName(status.pipelineID))
      }
    }
  }
}

extension JSONValue {
  /// A string, or null without one.
  static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

extension String {
  /// `local_phone` names its country `local_country_iso`.
  fileprivate var replacingPhone: String { String(dropLast("_phone".count)) }
}
