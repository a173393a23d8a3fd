import JSONBytes

/// Why a value is refused: a message, or messages for the parts of a list or an object.
struct FieldProblem: Error, Sendable {
  let body: JSONValue

  init(_ message: String) { body = .string(message) }

  /// Problems with the elements of a list, by position.
  init(elements: JSONObject) { body = ["errors": .object(elements)] }

  /// Problems with the keys of an object.
  init(fields: JSONObject) { body = ["field-errors": .object(fields)] }

  static let required = FieldProblem("This field is required.")
  static let invalidChoice = FieldProblem("Not a valid choice.")
  static let missingObject = FieldProblem("Object does not exist.")
  static let immutable = FieldProblem("Value cannot be changed.")
  static let invalidDate = FieldProblem("Invalid ISO 8601 datetime.")

  static func type(_ name: String) -> FieldProblem { FieldProblem("Value must be of \(name) type.") }
}
