import JSONBytes

/// What is wrong with a search request, and where in its body.
struct SearchFault: Error, Sendable {
  enum Step: Sendable {
    case key(String)
    case index(Int)
  }

  private var path: [Step]
  private let message: String

  init(_ message: String, at path: Step...) {
    self.message = message
    self.path = path
  }

  static let required = "This field is required."
  static let invalidChoice = "Not a valid choice."

  /// The same fault as seen one level further up.
  func within(_ step: Step) -> SearchFault {
    var fault = self
    fault.path.insert(step, at: 0)
    return fault
  }

  /// Nested as Close nests it: objects under `field-errors`, lists under `errors` by position.
  var refusal: Refusal {
    Refusal(status: 400, body: SearchFault.nested(path[...], message, isTop: true))
  }

  private static func nested(_ path: ArraySlice<Step>, _ message: String, isTop: Bool = false) -> JSONValue {
    guard let step = path.first else { return .string(message) }
    let inner = nested(path.dropFirst(), message)
    switch step {
    case .key(let key):
      let errors: JSONValue = .object(JSONObject([(key, inner)]))
      return isTop ? ["errors": [], "field-errors": errors] : ["field-errors": errors]
    case .index(let index): return ["errors": .object(JSONObject([(String(index), inner)]))]
    }
  }
}

extension JSONValue {
  /// The text of a key that must be there.
  func searchText(_ key: String) throws(SearchFault) -> String {
    guard let value = self[key], !value.isNull else { throw SearchFault(SearchFault.required, at: .key(key)) }
    guard let text = value.string else { throw SearchFault("Value must be of str type.", at: .key(key)) }
    return text
  }

  /// The list of a key that must be there.
  func searchList(_ key: String) throws(SearchFault) -> [JSONValue] {
    guard let value = self[key], !value.isNull else { throw SearchFault(SearchFault.required, at: .key(key)) }
    guard let list = value.array else { throw SearchFault("Value must be of list type.", at: .key(key)) }
    return list
  }

  /// The object of a key that must be there.
  func searchObject(_ key: String) throws(SearchFault) -> JSONValue {
    guard let value = self[key], !value.isNull else { throw SearchFault(SearchFault.required, at: .key(key)) }
    guard value.object != nil else { throw SearchFault("Value must be of dict type.", at: .key(key)) }
    return value
  }
}

/// Runs `body`; a fault in it is reported below `step`.
func within<Result>(
  _ step: SearchFault.Step, _ body: () throws(SearchFault) -> Result
) throws(SearchFault) -> Result {
  do throws(SearchFault) {
    return try body()
  } catch {
    throw error.within(step)
  }
}
