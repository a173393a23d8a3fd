import JSONBytes

/// The fields of a `contact_and_lead` record, named as Segment's Close action names them.
struct ContactAndLeadFields: Sendable {
  let companyID: String?
  let userID: String?
  let email: String?
  /// The lead as a record of its own, its custom fields as `custom.cf_…`.
  private(set) var lead = JSONObject()
  /// The contact as a record of its own.
  private(set) var contact = JSONObject()

  private static let leadFields = [
    "lead_name": "name", "lead_description": "description", "lead_status_id": "status_id",
  ]
  private static let contactFields = [
    "contact_name": "name", "contact_email": "email", "contact_phone": "phone", "contact_url": "url",
    "contact_title": "title",
  ]

  /// Sorts the fields of a record; ids count only where the settings say which custom field holds them.
  ///
  /// - Parameter clearsByEmptyText: whether an empty text empties a field; a form left blank means nothing.
  init(_ record: JSONObject, _ settings: ContactAndLeadSettings, clearsByEmptyText: Bool = false) {
    companyID = settings.companyIDField == nil ? nil : ContactAndLeadFields.text(record["lead_external_id"])
    userID = settings.userIDField == nil ? nil : ContactAndLeadFields.text(record["contact_external_id"])
    email = ContactAndLeadFields.text(record["contact_email"])
    let isKept = { (value: JSONValue) in
      clearsByEmptyText || value.string.map { !ContactText.trimmed($0).isEmpty } ?? true
    }
    for (name, value) in record where isKept(value) {
      if let field = ContactAndLeadFields.leadFields[name] { lead[field] = value }
      if let field = ContactAndLeadFields.contactFields[name] { contact[field] = value }
    }
    for (name, value) in record["lead_custom_fields"]?.object ?? JSONObject() where isKept(value) {
      lead[ContactAndLeadFields.custom(name)] = value
    }
    for (name, value) in record["contact_custom_fields"]?.object ?? JSONObject() where isKept(value) {
      contact[ContactAndLeadFields.custom(name)] = value
    }
    if let companyID, let field = settings.companyIDField {
      lead[ContactAndLeadFields.custom(field)] = .string(companyID)
    }
    if let userID, let field = settings.userIDField {
      contact[ContactAndLeadFields.custom(field)] = .string(userID)
    }
  }

  /// Whether there is anything to know a lead or contact by.
  var hasKey: Bool { companyID != nil || userID != nil || email != nil }

  /// Whether the record says anything about a person.
  var hasContact: Bool { contact.contains { !$0.value.isNull && $0.value != "" } }

  /// Whether the record says anything about a company.
  var hasLead: Bool { lead.contains { !$0.value.isNull && $0.value != "" } }

  /// `cf_…` as `custom.cf_…`, names likewise.
  static func custom(_ field: String) -> String { field.hasPrefix("custom.") ? field : "custom.\(field)" }

  private static func text(_ value: JSONValue?) -> String? {
    guard let value, !value.isNull else { return nil }
    let text = ContactText.trimmed(RecordKey.text(of: value))
    return text.isEmpty ? nil : text
  }
}
