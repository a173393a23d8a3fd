import JSONBytes

/// A list request as its resource understands it; parameters it does not know are passed over in silence.
struct ListQuery: Sendable {
  var selection: RowSelection
  let page: PageRequest
  /// How opportunities are to be grouped.
  var grouping: OpportunityGrouping?

  init(_ call: Call, _ resource: Resource, world: World) throws(Refusal) {
    page = try PageRequest(call.parameters, resource, world.options)
    selection = RowSelection(source: .kind(resource.kind))
    selection.conditions = try ListQuery.conditions(call, resource.filters, world.options)
    if !resource.needs.isEmpty, !resource.needs.contains(where: { call.parameters[$0] != nil }) {
      throw resource.needs.count == 1
        ? .field(resource.needs[0], "This field is required.")
        : .error(400, "One of these parameters is required: \(resource.needs.joined(separator: ", ")).")
    }
    try readOrder(call, resource)
    try adjust(call, resource, world: world)
  }

  /// The filters that the request names; those that need a lead only together with exactly one.
  static func conditions(
    _ call: Call, _ filters: [Filter], _ options: OrganisationOptions
  ) throws(Refusal) -> [Condition] {
    var conditions: [Condition] = []
    let hasLead = call.parameters["lead_id"] != nil
    for filter in filters {
      guard let text = call.parameters[filter.parameter] else { continue }
      if filter.needsLead, !hasLead {
        guard options.restrictedFilters == .refuse else { continue }
        throw .error(400, "\(filter.parameter) can only be used together with lead_id.")
      }
      conditions.append(try Condition(filter, text, zoneOffset: call.zoneOffset))
    }
    return conditions
  }

  private mutating func readOrder(_ call: Call, _ resource: Resource) throws(Refusal) {
    guard let text = call.parameters["_order_by"] else { return }
    let isDescending = text.hasPrefix("-")
    let name = isDescending ? String(text.dropFirst()) : text
    guard resource.orders.contains(name) else { return }
    selection.isDescending = isDescending
    switch name {
    case "date_created": selection.order = .created
    case "date_updated": selection.order = .updated
    // Users sort by one name and then the other; the first decides.
    default: selection.order = .field(String(name.split(separator: ",")[0]))
    }
  }
}
