import JSONBytes

/// Neighbouring fields that are only copied, to be copied in one piece, commas and all.
struct FieldRun {
  /// Where the content of their object begins in the output.
  let start: Int
  private var range: Range<Int>?

  init(start: Int) { self.start = start }

  /// Takes in what stands from `key` to `end`: its whole pair, or up to a value that is written otherwise.
  mutating func extend(from key: JSONString, to end: Int) {
    range = (range?.lowerBound ?? key.start)..<end
  }

  /// Writes what was taken in and starts anew; to be called before anything else is written or left out.
  mutating func flush(_ cursor: JSONCursor, to output: inout [UInt8]) {
    guard let range else { return }
    output.appendComma(from: start)
    cursor.copy(range, to: &output)
    self.range = nil
  }
}

extension JSONString {
  /// Offset of the opening quote.
  var start: Int { content.lowerBound - 1 }
  /// Offset behind the closing quote.
  var end: Int { content.upperBound + 1 }
}
