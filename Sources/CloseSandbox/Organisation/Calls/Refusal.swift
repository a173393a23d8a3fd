import JSONBytes

/// An answer other than the one hoped for, in one of the forms Close uses.
struct Refusal: Error, Sendable {
  let status: Int
  let body: JSONValue
  var headers: [(name: String, value: String)] = []

  var response: SandboxResponse {
    var response = SandboxResponse(status: status, body)
    response.headers += headers
    return response
  }

  /// `{"error": "…"}`, the framework's form.
  static func error(_ status: Int, _ text: String) -> Refusal {
    Refusal(status: status, body: ["error": .string(text)])
  }

  /// `{"errors": [], "field-errors": {"_limit": "…"}}`, the form of validation.
  static func field(_ name: String, _ message: String) -> Refusal { fields([name: .string(message)]) }

  static func fields(_ errors: JSONObject, _ general: [String] = []) -> Refusal {
    Refusal(
      status: 400,
      body: ["errors": .array(general.map { .string($0) }), "field-errors": .object(errors)])
  }

  static func notFound(_ resource: Resource) -> Refusal {
    resource.stack == .classic
      ? error(404, "Empty query: \(resource.path) does not exist.") : error(404, "Not found.")
  }

  static let unknownPath = error(404, "Not found.")

  static func wrongMethod(allowed: [String]) -> Refusal {
    var refusal = error(405, "The method is not allowed for the requested URL.")
    refusal.headers = [("Allow", allowed.joined(separator: ", "))]
    return refusal
  }

  static let forbidden = error(403, "You don't have the permission to do this.")
}
