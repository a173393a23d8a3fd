import JSONBytes
import Singer

/// The settings of `contact_and_lead`, named as Segment's Close action names them.
struct ContactAndLeadSettings: Hashable, Sendable {
  /// The lead field that holds a company's id, by its id or name; nil when companies have none.
  var companyIDField: String?
  /// The contact field that holds a user's id, by its id or name; nil when users have none.
  var userIDField: String?
  var mayCreateLeads = true
  var mayUpdateLeads = true
  var mayCreateContacts = true
  var mayUpdateContacts = true
  /// Whether a person may get a second contact under another company's lead.
  var mayDuplicateContacts = true

  init() {}

  init(_ settings: Settings) {
    companyIDField = ContactAndLeadSettings.field(settings, "lead_custom_field_id_for_company_id")
    userIDField = ContactAndLeadSettings.field(settings, "contact_custom_field_id_for_user_id")
    mayCreateLeads = settings.boolean("allow_creating_new_leads") ?? true
    mayUpdateLeads = settings.boolean("allow_updating_existing_leads") ?? true
    mayCreateContacts = settings.boolean("allow_creating_new_contacts") ?? true
    mayUpdateContacts = settings.boolean("allow_updating_existing_contacts") ?? true
    mayDuplicateContacts = settings.boolean("allow_creating_duplicate_contacts") ?? true
  }

  /// A custom field's id or name, given as such or as records write it, `custom.…`; `""` is none.
  private static func field(_ settings: Settings, _ name: String) -> String? {
    guard let text = settings.string(name), !text.isEmpty else { return nil }
    return text.hasPrefix("custom.") ? String(text.dropFirst("custom.".count)) : text
  }

  /// Their declaration.
  static let all: [Setting] = [
    Setting(
      "lead_custom_field_id_for_company_id", .string, description: "Lead field with a company's id."),
    Setting(
      "contact_custom_field_id_for_user_id", .string, description: "Contact field with a user's id."),
    Setting("allow_creating_new_leads", .boolean, default: true, description: "Create missing leads."),
    Setting("allow_updating_existing_leads", .boolean, default: true, description: "Update leads found."),
    Setting("allow_creating_new_contacts", .boolean, default: true, description: "Create missing contacts."),
    Setting(
      "allow_updating_existing_contacts", .boolean, default: true, description: "Update contacts found."),
    Setting(
      "allow_creating_duplicate_contacts", .boolean, default: true,
      description: "Give a person a second contact under another company's lead."),
  ]
}
