import JSONBytes

/// Something Close has not: lists that take any JSON, to try clients on that write to endpoints of one's choice.
///
/// | call | what it does |
/// |---|---|
/// | `GET sandbox_collection/NAME/` | all rows: `{"data": [{"id": "row_…", "values": {…}}]}` |
/// | `POST sandbox_collection/NAME/` | makes a row of an object, or one of each element of an array |
/// | `GET`, `PUT`, `DELETE sandbox_collection/NAME/ID/` | one row; PUT makes it when it is missing |
extension Route {
  static let collections: [Route] = [
    Route("GET", "sandbox_collection/*") { world, _, path in
      SandboxResponse(
        status: 200,
        ["data": .array(world.collections.all(path[0]).map(JSONValue.object)), "has_more": false])
    },
    Route("POST", "sandbox_collection/*") { world, call, path throws(Refusal) in
      try world.addToCollection(call, path[0])
    },
    Route("GET", "sandbox_collection/*/*") { world, _, path throws(Refusal) in
      guard let row = world.collections.row(path[0], path[1]) else { throw .unknownPath }
      return SandboxResponse(status: 200, .object(row))
    },
    Route("PUT", "sandbox_collection/*/*") { world, call, path throws(Refusal) in
      let values = try call.object()
      return SandboxResponse(status: 200, .object(world.collections.put(path[0], path[1], values)))
    },
    Route("DELETE", "sandbox_collection/*/*") { world, _, path throws(Refusal) in
      guard world.collections.remove(path[0], path[1]) else { throw .unknownPath }
      return SandboxResponse(status: 204)
    },
  ]
}

extension World {
  fileprivate mutating func addToCollection(_ call: Call, _ name: String) throws(Refusal) -> SandboxResponse {
    guard let body = try? JSONValue(parsing: call.request.body), let elements = body.array else {
      let row = collections.put(name, ids.next(prefix: "row_", length: 22), try call.object())
      return SandboxResponse(status: 201, .object(row))
    }
    let objects = elements.compactMap(\.object)
    guard objects.count == elements.count else {
      throw .fields([:], ["Invalid request: every element must be a JSON dictionary."])
    }
    let rows = objects.map { collections.put(name, ids.next(prefix: "row_", length: 22), $0) }
    return SandboxResponse(status: 201, ["data": .array(rows.map(JSONValue.object))])
  }
}
