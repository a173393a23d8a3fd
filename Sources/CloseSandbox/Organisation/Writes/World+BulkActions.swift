import JSONBytes

/// Bulk actions, carried out at once where Close takes its time.
extension World {
  mutating func runBulkAction(
    _ kind: Kind, _ values: JSONObject, _ context: WriteContext, _ call: Call
  ) throws(Refusal) -> Record {
    let matches = try bulkMatches(values, call)
    let record = insert(kind, values, context)
    let inside = context.adding(["bulk_action_id": .string(record.id)])
    for match in matches {
      guard let current = live[match.id] else { continue }
      if kind == .bulkDelete {
        try delete(current, inside)
      } else if let edit = try bulkEdit(values, current) {
        _ = try update(current, edit, inside)
      }
    }
    let count = JSONValue.int(matches.count)
    let done: JSONObject = [
      "status": "done", "n_objects": count, "n_objects_processed": count, "n_leads": count,
      "n_leads_processed": count,
    ]
    return change(record, done, context, action: "completed")
  }

  private func bulkMatches(_ values: JSONObject, _ call: Call) throws(Refusal) -> [Record] {
    let stored = values["s_query"] ?? .null
    // The tree stands there by itself, or with its sort and limit around it.
    let tree = stored["query"] ?? stored
    let context = SearchContext(store: live, directory: directory, call: call)
    do throws(SearchFault) {
      let query = try SearchNode.parse(tree)
      guard let type = query.resultType, let kind = Kind.bySearchType[type] else {
        throw SearchFault("An object_type clause is required.")
      }
      let matches = live.all(kind).filter { query.matches(.record($0), context) }
      return values["results_limit"]?.int.map { Array(matches.prefix(max(0, $0))) } ?? matches
    } catch {
      throw error.within(.key("s_query")).refusal
    }
  }

  /// What a bulk edit does to one object, checked.
  private func bulkEdit(_ values: JSONObject, _ record: Record) throws(Refusal) -> JSONObject? {
    let type = values["type"]?.string ?? "set_lead_status"
    if type == "set_lead_status" {
      guard let status = values["lead_status_id"] else { return nil }
      return try validated(["status_id": status], record.kind.resource, existing: record.object)
    }
    guard let field = values["custom_field_id"]?.string ?? values["custom_field_name"]?.string else {
      return nil
    }
    let value = type.hasPrefix("clear") ? .null : values["custom_field_value"] ?? .null
    return try validated(
      JSONObject([("custom." + field, value)]), record.kind.resource, existing: record.object)
  }
}
