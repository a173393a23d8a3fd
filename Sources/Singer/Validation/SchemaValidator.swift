public import JSONBytes

/// Checks records against the JSON Schema their stream has announced; compiled once per SCHEMA.
///
/// Understood: `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `anyOf`, `oneOf`,
/// `allOf`, `minimum`, `maximum` and their exclusive forms (drafts 4 and 7), `minLength`, `maxLength`,
/// `minItems`, `maxItems`, and `format: date-time`, which takes any ISO 8601 date. Others say nothing.
public struct SchemaValidator: Sendable {
  private let rule: ValidationRule
  private let keyProperties: [String]

  /// Compiles the schema of a SCHEMA message.
  ///
  /// - Throws: `SingerError.invalidSchema` with the place in the schema.
  public init(_ message: SingerMessage.Schema) throws(SingerError) {
    do throws(SchemaFault) {
      guard message.schema["properties"] != nil else { throw SchemaFault("\"properties\" is missing") }
      rule = try ValidationRule(message.schema)
    } catch {
      throw SingerError(
        .invalidSchema, error.reason, line: message.line, stream: message.stream,
        path: error.path(from: "schema"))
    }
    keyProperties = message.keyProperties
  }

  /// Checks the parsed record of `message`, key properties included.
  ///
  /// - Throws: `SingerError.invalidRecord` with the place of the first violation.
  public func validate(_ record: JSONObject, of message: SingerMessage.Record) throws(SingerError) {
    guard let fault = fault(in: record) else { return }
    throw SingerError(
      .invalidRecord, fault.reason, line: message.line, stream: message.stream,
      path: fault.path(from: "record"))
  }

  private func fault(in record: JSONObject) -> SchemaFault? {
    for key in keyProperties where record[key] == nil {
      return SchemaFault("the key property \"\(key)\" is missing")
    }
    return rule.fault(in: .object(record))
  }
}

/// What is wrong with a schema or a value, and the way to it, innermost step first.
struct SchemaFault: Error {
  let reason: String
  private var steps: [String] = []

  init(_ reason: String) { self.reason = reason }

  /// The same fault, seen from the object around it.
  func inside(key: String) -> SchemaFault { inside(step: ".\(key)") }

  /// The same fault, seen from the array around it.
  func inside(index: Int) -> SchemaFault { inside(step: "[\(index)]") }

  /// The way to the fault, `record.contacts[0].emails`.
  func path(from root: String) -> String { root + steps.reversed().joined() }

  private func inside(step: String) -> SchemaFault {
    var fault = self
    fault.steps.append(step)
    return fault
  }
}
