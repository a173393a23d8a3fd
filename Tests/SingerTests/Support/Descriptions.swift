import JSONBytes
import Testing

@testable import Singer

/// The value that a JSON text in a test stands for.
func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

/// The text of the Singer error that `body` throws; nil, and a failed test, when it throws none.
func errorText(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) -> String? {
  let error = #expect(throws: SingerError.self, sourceLocation: sourceLocation, performing: body)
  return error?.description
}
