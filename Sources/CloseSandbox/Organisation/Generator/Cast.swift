import JSONBytes

/// Everything a generated lead can refer to: people, statuses, custom fields and types, by their ids.
struct Cast: Sendable {
  struct CustomField: Sendable {
    let id: String
    let type: String
    let isMultiple: Bool
    let choices: [String]
    /// How many of a hundred objects have a value.
    let share: Int
    /// Invented per object: `external`, or empty.
    var purpose = ""
  }

  var users: [String] = []
  var userNames: [String: String] = [:]
  var userEmails: [String] = []
  var leadStatuses: [String] = []
  /// Active ones first, then won, then lost.
  var opportunityStatuses: [(id: String, type: String)] = []
  var leadFields: [CustomField] = []
  var contactFields: [CustomField] = []
  var opportunityFields: [CustomField] = []
  /// Custom activity types and custom object types, with their fields.
  var activityTypes: [(id: String, fields: [CustomField])] = []
  var objectTypes: [(id: String, name: String, fields: [CustomField])] = []
  var outcomes: [String] = []
  var templates: [String] = []
  var accounts: [String] = []
  var phones: [String] = []
  var sequences: [(id: String, name: String)] = []
  var forms: [(id: String, fields: [String])] = []
  /// Where the first leads ended up, for the collections that refer to some.
  var sampleLeads: [String] = []

  mutating func readNames(from directory: Directory) { userNames = directory.userNames }
}
