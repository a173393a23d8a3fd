import JSONBytes

/// `/custom_field_schema/…`: the custom fields of a type, shared ones included, in display order.
extension World {
  func fieldSchema(_ call: Call, type: [String]) throws(Refusal) -> SandboxResponse {
    let missing = Refusal.error(404, "Not found.")
    let owner: String
    let name: String
    switch (type.first, type.count) {
    case ("lead", 1), ("contact", 1), ("opportunity", 1):
      owner = type[0]
      name = type[0].prefix(1).uppercased() + type[0].dropFirst()
    case ("activity", 2), ("custom_object", 2):
      let kind: Kind = type[0] == "activity" ? .customActivityType : .customObjectType
      guard let record = live.find(kind, type[1]) else { throw missing }
      owner = record.id
      name = record.text("name") ?? ""
    default: throw missing
    }
    let order = organization["field_order"]?[owner]?.array ?? []
    let fields = Kind.fields.flatMap { live.all($0) }.filter {
      directory.customFields[$0.id]?.owners.contains(owner) == true
    }
    .enumerated().sorted { left, right in
      let places = [left, right].map { order.firstIndex(of: .string($0.element.id)) ?? order.count }
      return (places[0], left.offset) < (places[1], right.offset)
    }
    .map(\.element)
    return SandboxResponse(
      status: 200,
      [
        "fields": .array(fields.map { .object($0.object) }), "name": .string(name),
        "object_type": .string(type.joined(separator: "/")),
        "organization_id": .string(directory.organizationID),
      ])
  }
}
