import JSONBytes

/// Finds what answers a call.
extension World {
  mutating func respond(_ call: Call) -> SandboxResponse {
    do throws(Refusal) {
      return try answer(call)
    } catch {
      return error.response
    }
  }

  private mutating func answer(_ call: Call) throws(Refusal) -> SandboxResponse {
    var otherMethods: [String] = []
    for route in Route.all {
      guard let captures = route.match(call.path) else { continue }
      guard route.method == call.method else {
        otherMethods.append(route.method)
        continue
      }
      return try route.handler(&self, call, captures)
    }
    if let resource = Resource.byPath[call.path.joined(separator: "/")] {
      return try collection(call, resource, otherMethods)
    }
    if let id = call.path.last, let resource = Resource.byPath[call.path.dropLast().joined(separator: "/")] {
      return try item(call, resource, id, otherMethods)
    }
    guard otherMethods.isEmpty else { throw .wrongMethod(allowed: otherMethods) }
    throw .unknownPath
  }

  private mutating func collection(
    _ call: Call, _ resource: Resource, _ otherMethods: [String]
  ) throws(Refusal) -> SandboxResponse {
    switch call.method {
    case "GET" where resource.verbs.contains(.list): return try list(call, resource)
    case "POST" where resource.verbs.contains(.create): return try create(call, resource)
    default:
      throw .wrongMethod(
        allowed: otherMethods + (resource.verbs.contains(.list) ? ["GET"] : [])
          + (resource.verbs.contains(.create) ? ["POST"] : []))
    }
  }

  private mutating func item(
    _ call: Call, _ resource: Resource, _ id: String, _ otherMethods: [String]
  ) throws(Refusal) -> SandboxResponse {
    switch call.method {
    case "GET" where resource.verbs.contains(.read): return try read(call, resource, id: id)
    case "PUT" where resource.verbs.contains(.update): return try update(call, resource, id: id)
    case "DELETE" where resource.verbs.contains(.delete): return try delete(call, resource, id: id)
    case "POST": throw .error(404, "Not found. Did you mean to use PUT to update an existing object?")
    default:
      var allowed = otherMethods
      if resource.verbs.contains(.read) { allowed.append("GET") }
      if resource.verbs.contains(.update) { allowed.append("PUT") }
      if resource.verbs.contains(.delete) { allowed.append("DELETE") }
      throw .wrongMethod(allowed: allowed)
    }
  }
}
