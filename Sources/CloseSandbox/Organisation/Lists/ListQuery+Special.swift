import JSONBytes

/// What single resources do beyond the table of filters.
extension ListQuery {
  mutating func adjust(_ call: Call, _ resource: Resource, world: World) throws(Refusal) {
    switch resource.kind {
    case .lead: try adjustLeads(call, world)
    case .opportunity: try adjustOpportunities(call, world)
    case .task: try adjustTasks(call)
    case .smartView:
      if call.parameters["type"] == nil, call.parameters["type__in"] == nil { require("type", ["lead"]) }
    case .user, .membership, .role, .group: selection.isDescending = selection.isDescending && hasOrder(call)
    default:
      if resource.kind.isActivity { adjustActivities(call, resource) }
      // Lists that come whole come in the order things were set up.
      if case .whole = resource.paging { selection.isDescending = false }
    }
  }

  private func hasOrder(_ call: Call) -> Bool { call.parameters["_order_by"] != nil }

  private mutating func require(_ field: String, _ values: Set<String>) {
    let filter = Filter(parameter: field, field: field, test: .oneOf)
    selection.conditions.append(Condition(filter, value: .texts(values)))
  }

  private mutating func adjustLeads(_ call: Call, _ world: World) throws(Refusal) {
    guard let text = call.parameters["query"] else { return }
    let query = try LeadQuery(text, zoneOffset: call.zoneOffset)
    try query.apply(to: &selection, world: world, now: call.now)
  }

  private mutating func adjustOpportunities(_ call: Call, _ world: World) throws(Refusal) {
    if let groups = call.parameters["_group_by"] { grouping = OpportunityGrouping(groups) }
    if let text = call.parameters["query"] {
      let words = SearchText.words(text)
      let fields = ["note", "status_label", "lead_name", "user_name", "value_formatted"]
      narrow { record, _ in
        let haystack = fields.compactMap { record.text($0) }.joined(separator: " ")
        return Set(words).isSubset(of: SearchText.words(haystack))
      }
    }
    if let id = call.parameters["lead_saved_search_id"], let view = world.live.find(.smartView, id) {
      let search = try SmartView(view).query
      let context = SearchContext(store: world.live, directory: world.directory, call: call)
      narrow { record, store in
        guard let leadID = record.leadID, let lead = store[leadID] else { return false }
        return search.matches(.record(lead), context.reading(store))
      }
    }
    // Groups stand for their members.
    for index in selection.conditions.indices
    where selection.conditions[index].filter.parameter == "user_id__in" {
      guard case .texts(var ids) = selection.conditions[index].value else { continue }
      for group in ids.compactMap({ world.live.find(.group, $0) }) {
        ids.formUnion(group.value("members")?.array?.compactMap { $0["user_id"]?.string } ?? [])
      }
      selection.conditions[index] = Condition(selection.conditions[index].filter, value: .texts(ids))
    }
  }

  /// Without a word about types, only plain lead tasks are listed.
  private mutating func adjustTasks(_ call: Call) throws(Refusal) {
    let types = call.parameters["_type__in"].map { Set($0.split(separator: ",").map(String.init)) }
    let type = call.parameters["_type"]
    if type != "all", types?.contains("all") != true { require("_type", types ?? [type ?? "lead"]) }
    guard let view = call.parameters["view"] else { return }
    let today = call.today
    if view == "inbox" || view == "future" {
      selection.conditions.removeAll { ["date__lt", "date__gte"].contains($0.filter.parameter) }
    }
    narrow { record, _ in
      guard record.isIncomplete else { return view == "archive" }
      let isFuture = (record.text("date")?.prefix(10) ?? "") > today
      return view == (isFuture ? "future" : "inbox")
    }
  }

  private mutating func adjustActivities(_ call: Call, _ resource: Resource) {
    if resource.path == Resource.allActivities.path { adjustAllActivities(call) }
    for index in selection.conditions.indices where selection.conditions[index].filter.field == "_type" {
      selection.conditions[index] = ListQuery.typeCondition(selection.conditions[index])
    }
    guard call.parameters["_order_by"] == "-activity_at", call.parameters["lead_id"] != nil else {
      // The date of the activity itself counts only for those who sort by it.
      selection.conditions.removeAll { $0.filter.field == "activity_at" }
      return
    }
    selection.conditions.removeAll { $0.filter.field == "date_created" }
    selection.order = .field("activity_at")
  }

  /// All types in one list, with e-mails either by themselves, in threads, or both.
  private mutating func adjustAllActivities(_ call: Call) {
    selection.source = .activities
    switch call.parameters["thread_emails"] {
    case "only": narrow { record, _ in record.kind != .email }
    case "true": break
    default: narrow { record, _ in record.kind != .emailThread }
    }
  }

  /// `Custom` means any custom activity, and an `actitype_…` id those of one type.
  private static func typeCondition(_ condition: Condition) -> Condition {
    let names: Set<String> =
      switch condition.value {
      case .text(let name): [name]
      case .texts(let names): names
      default: []
      }
    guard !names.contains(where: { $0.hasPrefix("actitype_") }) else {
      return Condition(
        Filter(parameter: "_type", field: "custom_activity_type_id", test: .oneOf), value: .texts(names))
    }
    let types = Set(names.map { $0 == "Custom" ? "CustomActivity" : $0 })
    return Condition(Filter(parameter: "_type", field: "_type", test: .oneOf), value: .texts(types))
  }

  mutating func narrow(_ test: @escaping @Sendable (Record, RecordStore) -> Bool) {
    let previous = selection.predicate
    selection.predicate = { previous?($0, $1) != false && test($0, $1) }
  }
}
