import JSONBytes
import Testing

/// What is wrong with `bytes` as one JSON text, or nil when nothing is.
///
/// Skipping and parsing must find the same fault.
func fault(in bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) -> JSONError? {
  let skipping = Result { () throws(JSONError) in
    try withJSONCursor(bytes) { (cursor) throws(JSONError) in
      try cursor.skipValue()
      try cursor.expectEnd()
    }
  }
  let parsing = Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
  #expect(skipping.failure == parsing.failure, sourceLocation: sourceLocation)
  return skipping.failure
}

func fault(in text: String, sourceLocation: SourceLocation = #_sourceLocation) -> JSONError? {
  fault(in: Array(text.utf8), sourceLocation: sourceLocation)
}

extension Result {
  var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}

/// A malformed text, and what must be reported about it.
struct Malformed: CustomTestStringConvertible, Sendable {
  let bytes: [UInt8]
  let error: JSONError

  init(_ text: String, _ code: JSONError.Code, at offset: Int) {
    self.init(Array(text.utf8), code, at: offset)
  }

  init(_ bytes: [UInt8], _ code: JSONError.Code, at offset: Int) {
    self.bytes = bytes
    error = JSONError(code, at: offset)
  }

  var testDescription: String { "\(String(decoding: bytes, as: UTF8.self)): \(error)" }
}
