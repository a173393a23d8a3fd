import JSONBytes

extension OrganisationGenerator {
  /// Adds people, statuses, pipelines, custom fields and types.
  mutating func addSettings() -> Cast {
    var cast = Cast()
    addPeople(&cast)
    addStatuses(&cast)
    addCustomTypes(&cast)
    addCustomFields(&cast)
    for (name, appliesTo) in [
      ("Demo Booked", ["calls", "meetings"] as JSONValue), ("No Show", ["meetings"]),
      ("Left Pre-Recorded Voicemail", ["calls"]),
    ] {
      cast.outcomes.append(
        add(
          .outcome,
          [
            "name": .string(name), "applies_to": appliesTo,
            "type": name.hasPrefix("Left") ? "vm-dropped" : "custom",
          ], daysAgo: 300, by: cast.users[0]))
    }
    for (name, type, url) in [
      ("Google Search", "lead", "https://www.google.com/search?q={{lead.display_name}}"),
      ("LinkedIn", "contact", "https://www.linkedin.com/search/results/people/?keywords={{contact.name}}"),
    ] {
      add(
        .integrationLink, ["name": .string(name), "type": .string(type), "url": .string(url)], daysAgo: 700,
        by: cast.users[0])
    }
    for form in ["Contact us", "Newsletter"] {
      let fields = (0..<3).map { _ in ids.next(prefix: "formfld_", length: 22) }
      let definitions: [JSONValue] = zip(fields, ["name", "email", "message"]).map { id, name in
        [
          "id": .string(id), "name": .string(name), "type": name == "email" ? "email" : "text",
          "choices": nil,
        ]
      }
      let id = add(
        .form, ["name": .string(form), "field_definitions": .array(definitions)], daysAgo: 400)
      cast.forms.append((id, fields))
    }
    return cast
  }

  private mutating func addPeople(_ cast: inout Cast) {
    let people = [
      ("Ana", "García", "admin", true), ("Bruce", "Wayne", "user", true), ("Stefan", "Wójcik", "user", true),
      ("Élodie", "Dubois", "superuser", true), ("Kenji", "Tanaka", "restricteduser", true),
      ("Phil", "", "user", false),
    ]
    add(
      .role, id: "admin",
      ["name": "Admin", "editable": false, "permissions": ["bulk_edit", "export", "manage_organization"]],
      daysAgo: 800)
    for (id, name) in [("superuser", "Super User"), ("user", "User"), ("restricteduser", "Restricted User")] {
      add(
        .role, id: id, ["name": .string(name), "editable": false, "permissions": ["calling", "export"]],
        daysAgo: 800)
    }
    add(
      .role, ["name": "Account Manager", "permissions": ["bulk_edit", "export"]], daysAgo: 90,
      by: nil)
    for (index, (first, last, role, isActive)) in people.enumerated() {
      let email =
        [first, last].filter { !$0.isEmpty }.map(\.plainLetters).joined(separator: ".") + "@example.com"
      let id = add(
        .user,
        [
          "email": .string(email), "first_name": .string(first), "last_name": .string(last),
          "image": .string("https://secure.gravatar.com/avatar/a4bec4594864f1896c4750328b1d747\(index)"),
          "last_used_timezone": "America/Denver", "organizations": [organization["id"] ?? nil],
        ], daysAgo: 790 - Double(index) * 20)
      let phone = "+1650282224\(index)"
      add(
        .membership,
        [
          "user_id": .string(id), "role_id": .string(role), "is_active": .bool(isActive),
          "permissions_granted": ["bulk_edit", "export"], "user_phone": .string(phone),
        ], daysAgo: 780)
      guard isActive else { continue }
      cast.users.append(id)
      cast.userEmails.append(email)
      cast.phones.append(phone)
    }
    add(
      .group,
      ["name": "Sales Europe", "members": .array(cast.users.prefix(3).map { ["user_id": .string($0)] })],
      daysAgo: 500)
    add(.group, ["name": "Support", "members": [["user_id": .string(cast.users[1])]]], daysAgo: 400)
  }

  private mutating func addStatuses(_ cast: inout Cast) {
    for label in ["Potential", "Contacted", "Qualified", "Customer", "Bad Fit", "Not Interested"] {
      cast.leadStatuses.append(add(.leadStatus, ["label": .string(label)], daysAgo: 800))
    }
    for (pipeline, active) in [
      ("Sales", ["Demo Scheduled", "Proposal Sent", "Contract Sent"]), ("Renewals", ["Due"]),
    ] {
      let id = add(.pipeline, ["name": .string(pipeline)], daysAgo: 780, by: cast.users[0])
      let statuses = active.map { ($0, "active") } + [("Won", "won"), ("Lost", "lost")]
      for (label, type) in statuses {
        let status = add(
          .opportunityStatus,
          ["label": .string(label), "type": .string(type), "pipeline_id": .string(id)], daysAgo: 780)
        cast.opportunityStatuses.append((status, type))
      }
    }
  }

  private mutating func addCustomTypes(_ cast: inout Cast) {
    for (name, description) in [
      ("Onboarding Call", "First call after the contract is signed"),
      ("Newsletter Signup", "Happens when the lead signs up for the newsletter"),
    ] {
      let id = add(
        .customActivityType, ["name": .string(name), "description": .string(description)], daysAgo: 600,
        by: cast.users[0])
      cast.activityTypes.append((id, []))
    }
    for (name, plural) in [("Account", "Accounts"), ("Subscription", "Subscriptions")] {
      let id = add(
        .customObjectType,
        [
          "name": .string(name), "name_plural": .string(plural),
          "description": .string("A \(name.lowercased()) in our own systems."),
        ], daysAgo: 600, by: cast.users[0])
      cast.objectTypes.append((id, name, []))
    }
  }
}

extension String {
  /// Lower-case ASCII letters and digits for addresses: `O'Neill` becomes `oneill`, `Wójcik` `wojcik`.
  var plainLetters: String {
    var plain = ""
    for scalar in lowercased().unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": plain.unicodeScalars.append(scalar)
      default: plain += String.plainSpellings[scalar] ?? ""
      }
    }
    return plain
  }

  private static let plainSpellings: [Unicode.Scalar: String] = [
    "á": "a", "ä": "ae", "ç": "c", "é": "e", "è": "e", "ê": "e", "í": "i", "ł": "l", "ñ": "n", "ó": "o",
    "ö": "oe", "ø": "o", "š": "s", "ü": "ue", "ú": "u", "ë": "e", "ź": "z", "ã": "a", "â": "a",
  ]
}
