import JSONBytes

/// A path that the generic lists and writes do not cover, with what answers it.
struct Route: Sendable {
  typealias Handler = @Sendable (inout World, Call, [String]) throws(Refusal) -> SandboxResponse

  let method: String
  /// Segments; `*` stands for any one, `**` at the end for any number.
  private let pattern: [String]
  let handler: Handler

  init(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
    self.method = method
    self.pattern = pattern.split(separator: "/").map(String.init)
    self.handler = handler
  }

  /// What stands in place of the asterisks; nil when the path is another.
  func match(_ path: [String]) -> [String]? {
    var captures: [String] = []
    for (index, segment) in pattern.enumerated() {
      if segment == "**" { return captures + path.dropFirst(index) }
      guard index < path.count else { return nil }
      if segment == "*" { captures.append(path[index]) } else if segment != path[index] { return nil }
    }
    return path.count == pattern.count ? captures : nil
  }

  /// All of them; the first that matches answers.
  static let all: [Route] = reads + writes + oauthOnly + reports + collections

  private static let reads: [Route] = [
    Route("GET", "me") { world, call, _ throws(Refusal) in try world.me(call) },
    Route("GET", "organization/*") { world, call, ids throws(Refusal) in
      try world.organization(call, id: ids[0])
    },
    Route("GET", "user/availability") { world, _, _ in world.availability() },
    Route("GET", "activity") { world, call, _ throws(Refusal) in try world.list(call, .allActivities) },
    Route("GET", "custom_field_schema/**") { world, call, type throws(Refusal) in
      try world.fieldSchema(call, type: type)
    },
    Route("GET", "email_template/*/render") { world, call, ids throws(Refusal) in
      try world.renderTemplate(call, id: ids[0])
    },
    Route("GET", "blocked_phone_number/settings") { world, _, _ in world.blockedNumberSettings() },
    // The path old clients know.
    Route("GET", "custom_fields/*") { world, call, type throws(Refusal) in
      guard let resource = Resource.byPath["custom_field/" + type[0]] else { throw .unknownPath }
      return try world.list(call, resource)
    },
    Route("GET", "event") { world, call, _ throws(Refusal) in try world.listEvents(call) },
    Route("GET", "event/*") { world, call, ids throws(Refusal) in try world.readEvent(call, id: ids[0]) },
    Route("POST", "data/search") { world, call, _ throws(Refusal) in try world.search(call) },
  ]

  private static let writes: [Route] = [
    Route("PUT", "organization/*") { world, call, ids throws(Refusal) in
      try world.updateOrganization(call, id: ids[0])
    },
    Route("PUT", "task") { world, call, _ throws(Refusal) in try world.updateTasks(call) },
    Route("POST", "lead/merge") { world, call, _ throws(Refusal) in try world.mergeLeads(call) },
    Route("PUT", "membership") { world, call, _ throws(Refusal) in try world.updateMemberships(call) },
    Route("GET", "membership/*/pinned_views") { world, call, ids throws(Refusal) in
      try world.pinnedViews(call, membership: ids[0])
    },
    Route("PUT", "membership/*/pinned_views") { world, call, ids throws(Refusal) in
      try world.setPinnedViews(call, membership: ids[0])
    },
    Route("POST", "group/*/member") { world, call, ids throws(Refusal) in
      try world.addMember(call, group: ids[0])
    },
    Route("DELETE", "group/*/member/*") { world, call, ids throws(Refusal) in
      try world.removeMember(call, group: ids[0], user: ids[1])
    },
    Route("POST", "playbook/*/archive") { world, call, ids throws(Refusal) in
      try world.archivePlaybook(call, id: ids[0], true)
    },
    Route("POST", "playbook/*/unarchive") { world, call, ids throws(Refusal) in
      try world.archivePlaybook(call, id: ids[0], false)
    },
    Route("POST", "export/lead") { world, call, _ throws(Refusal) in try world.createExport(call, of: .lead)
    },
    Route("POST", "export/opportunity") { world, call, _ throws(Refusal) in
      try world.createExport(call, of: .opportunity)
    },
    Route("POST", "custom_field/shared/*/association") { world, call, ids throws(Refusal) in
      try world.associate(call, field: ids[0])
    },
    Route("GET", "custom_field/shared/*/association/**") { world, _, path throws(Refusal) in
      try world.association(field: path[0], path.dropFirst().joined(separator: "/"))
    },
    Route("PUT", "custom_field/shared/*/association/**") { world, call, path throws(Refusal) in
      try world.changeAssociation(call, field: path[0], path.dropFirst().joined(separator: "/"))
    },
    Route("DELETE", "custom_field/shared/*/association/**") { world, call, path throws(Refusal) in
      try world.dissociate(call, field: path[0], path.dropFirst().joined(separator: "/"))
    },
    Route("PUT", "custom_field_schema/**") { world, call, type throws(Refusal) in
      try world.orderFields(call, type: type)
    },
    Route("PUT", "blocked_phone_number/settings") { world, call, _ throws(Refusal) in
      try world.setBlockedNumberSettings(call)
    },
  ]

  /// What only OAuth applications may do; API keys may not.
  private static let oauthOnly: [Route] = [
    "membership", "activity/meeting/*/integration", "scheduling_link/integration",
  ].map { path in
    Route("POST", path) { _, _, _ throws(Refusal) in throw .forbidden }
  }
}
