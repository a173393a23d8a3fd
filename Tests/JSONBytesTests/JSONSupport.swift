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

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
