import JSONBytes

/// `POST /lead/merge/`: the source's members move to the destination, and the source is gone.
extension World {
  mutating func mergeLeads(_ call: Call) throws(Refusal) -> SandboxResponse {
    let body = try call.object()
    var problems = JSONObject()
    for key in ["source", "destination"] {
      guard let id = body[key]?.string else {
        problems[key] = FieldProblem.required.body
        continue
      }
      if live.find(.lead, id) == nil { problems[key] = FieldProblem.missingObject.body }
    }
    guard problems.isEmpty, let source = body["source"]?.string.flatMap({ live[$0] }),
      let destination = body["destination"]?.string.flatMap({ live[$0] })
    else { throw .fields(problems) }
    guard source.id != destination.id else {
      throw .fields([:], ["The source and the destination must be different leads."])
    }
    merge(source, into: destination, WriteContext(call))
    return SandboxResponse(status: 200, [:])
  }

  mutating func merge(_ source: Record, into destination: Record, _ context: WriteContext) {
    let meta: JSONObject = [
      "merge_source_lead_id": .string(source.id), "merge_destination_lead_id": .string(destination.id),
    ]
    let context = context.adding(meta)
    for member in live.members(of: source.id) {
      change(member, ["lead_id": .string(destination.id)], context)
    }
    insert(
      .leadMerge,
      [
        "lead_id": .string(destination.id), "user_id": .string(context.userID),
        "source_lead_id": .string(source.id), "source_display_name": .text(source.text("display_name")),
        "destination_lead_id": .string(destination.id),
        "destination_display_name": .text(destination.text("display_name")),
      ], context)
    let merged = touched(destination, context)
    replace(destination, with: merged, context, action: "merged")
    remove(source, context)
  }

  /// The same object with a new date of change.
  func touched(_ record: Record, _ context: WriteContext) -> Record {
    var object = record.object
    let resource = record.kind.resource
    object[resource.dateKeys.updated] = dates.json(context.now, resource)
    if object[resource.authorKeys.updated] != nil {
      object[resource.authorKeys.updated] = .string(context.userID)
    }
    return Record(kind: record.kind, object: object, sequence: record.sequence)
  }
}
