import JSONBytes

/// One custom field to be defined: what it holds and how often it is filled in.
private struct FieldPlan {
  let name: String
  let type: String
  var choices: [String] = []
  var isMultiple = false
  var share = 50
  var purpose = ""
  var isRequired = false
}

extension OrganisationGenerator {
  /// Defines custom fields of every type on everything that can carry some, and shared ones.
  mutating func addCustomFields(_ cast: inout Cast) {
    let user = cast.users[0]
    cast.leadFields = [
      FieldPlan(name: "External ID", type: "text", share: 80, purpose: "external"),
      FieldPlan(name: "# of users", type: "number", share: 35),
      FieldPlan(
        name: "Industry", type: "choices", choices: Vocabulary.industries, isMultiple: true, share: 30),
      FieldPlan(name: "Source", type: "choices", choices: Vocabulary.sources, share: 40),
      FieldPlan(name: "Trial Due", type: "date", share: 15),
      FieldPlan(name: "Last Sync", type: "datetime", share: 15),
      FieldPlan(name: "Account Owner", type: "user", share: 20),
      FieldPlan(name: "Watchers", type: "user", isMultiple: true, share: 10),
      FieldPlan(name: "Import Batch", type: "hidden", share: 5),
    ].map { define($0, .leadField, by: user) }
    cast.contactFields = [
      FieldPlan(
        name: "Role", type: "choices", choices: ["Account Executive", "CEO", "Sales Rep"], share: 25),
      FieldPlan(name: "User ID", type: "text", share: 45, purpose: "external"),
      FieldPlan(name: "Birthday", type: "date", share: 10),
    ].map { define($0, .contactField, by: user) }
    cast.opportunityFields = [
      FieldPlan(name: "Contract Link", type: "text", share: 20, purpose: "link"),
      FieldPlan(name: "Seats", type: "number", share: 30),
      FieldPlan(name: "Renewal", type: "date", share: 20),
    ].map { define($0, .opportunityField, by: user) }
    for index in cast.activityTypes.indices {
      let owner: JSONObject = ["custom_activity_type_id": .string(cast.activityTypes[index].id)]
      cast.activityTypes[index].fields = [
        FieldPlan(name: index == 0 ? "Summary" : "Email Address", type: "text", share: 100, isRequired: true),
        FieldPlan(name: "Mood", type: "choices", choices: ["😀", "😐", "🙁"], share: 60),
        FieldPlan(name: "Notes", type: "textarea", share: 40),
      ].map { define($0, .activityField, owner, by: user) }
    }
    for index in cast.objectTypes.indices {
      let owner: JSONObject = ["custom_object_type_id": .string(cast.objectTypes[index].id)]
      cast.objectTypes[index].fields = [
        FieldPlan(
          name: "\(cast.objectTypes[index].name) Number", type: "text", share: 90, purpose: "external"),
        FieldPlan(name: "State", type: "choices", choices: ["Active", "Cancelled", "Potential"], share: 70),
        FieldPlan(name: "Started", type: "date", share: 50),
      ].map { define($0, .customObjectField, owner, by: user) }
    }
    addSharedFields(&cast, by: user)
  }

  private mutating func define(
    _ plan: FieldPlan, _ kind: Kind, _ owner: JSONObject = JSONObject(), by user: String
  ) -> Cast.CustomField {
    var values: JSONObject = [
      "name": .string(plan.name), "type": .string(plan.type),
      "choices": plan.choices.isEmpty ? nil : .array(plan.choices.map { .string($0) }),
      "accepts_multiple_values": .bool(plan.isMultiple),
      "description": random.chance(0.5) ? .string("\(plan.name), kept up by sales.") : nil,
    ]
    for (key, value) in owner { values[key] = value }
    if kind == .activityField || kind == .customObjectField { values["required"] = .bool(plan.isRequired) }
    let id = add(kind, values, daysAgo: 300 + Double(random.below(400)), by: user)
    return Cast.CustomField(
      id: id, type: plan.type, isMultiple: plan.isMultiple, choices: plan.choices, share: plan.share,
      purpose: plan.purpose)
  }

  private mutating func addSharedFields(_ cast: inout Cast, by user: String) {
    func association(_ type: String, _ key: String? = nil, _ id: String = "") -> JSONValue {
      var association: JSONValue = [
        "editable_with_roles": [], "object_type": .string(type), "required": false,
      ]
      if let key { association[key] = .string(id) }
      return association
    }
    let owner: JSONObject = [
      "associations": [
        association("lead"), association("contact"),
        association("custom_activity_type", "custom_activity_type_id", cast.activityTypes[0].id),
      ]
    ]
    let choice: JSONObject = ["associations": [association("lead"), association("opportunity")]]
    let shared = define(
      FieldPlan(name: "Responsible", type: "user", share: 15), .sharedField, owner, by: user)
    let region = define(
      FieldPlan(name: "Region", type: "choices", choices: ["APAC", "EMEA", "Americas"], share: 25),
      .sharedField, choice, by: user)
    cast.leadFields += [shared, region]
    cast.contactFields.append(shared)
    cast.opportunityFields.append(region)
    cast.activityTypes[0].fields.append(shared)
  }
}
