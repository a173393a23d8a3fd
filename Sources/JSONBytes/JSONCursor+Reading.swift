// Small values and raw bytes, decoded or copied out of the text.

extension JSONCursor {
  /// Reads the string at the cursor; nil (and the value is skipped) when it is of another type.
  public mutating func readString() throws(JSONError) -> String? {
    guard peek() == UInt8(ascii: "\"") else {
      try skipValue()
      return nil
    }
    return text(of: try skipString())
  }

  /// Reads the boolean at the cursor; nil (and the value is skipped) when it is of another type.
  public mutating func readBool() throws(JSONError) -> Bool? {
    let next = peek()
    try skipValue()
    switch next {
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    default: return nil
    }
  }

  /// Reads the whole number at the cursor; nil (and the value is skipped) when it is anything else.
  ///
  /// `1.0` and `1e3` are whole; a number beyond `Int` is none.
  public mutating func readInt() throws(JSONError) -> Int? {
    let next = peek()
    let value = try skipValue()
    guard let next, next == UInt8(ascii: "-") || next &- UInt8(ascii: "0") <= 9 else { return nil }
    return JSONNumber(verbatim: text(in: value)).int
  }

  /// The bytes of `range` as text, as they stand.
  public func text(in range: Range<Int>) -> String {
    unsafe withBytes(in: range) { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The decoded text of a string found by this cursor; halves of surrogate pairs become U+FFFD.
  public func text(of string: JSONString) -> String {
    guard string.hasEscapes else { return text(in: string.content) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(string.content.count)
    appendUnescaped(string, to: &decoded)
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Whether the string at `string` reads exactly as `other`.
  public func matches(_ string: JSONString, _ other: StaticString) -> Bool {
    if string.hasEscapes { return text(of: string) == other.description }
    // Safety: a static string keeps its bytes alive for the whole run.
    let expected = unsafe UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
    return unsafe withBytes(in: string.content) { unsafe $0.elementsEqual(expected) }
  }

  /// Whether the string at `string` reads exactly as the UTF-8 text `other`.
  public func matches(_ string: JSONString, _ other: [UInt8]) -> Bool {
    if string.hasEscapes { return Array(text(of: string).utf8) == other }
    return unsafe withBytes(in: string.content) { unsafe $0.elementsEqual(other) }
  }

  /// Runs `body` over the bytes of `range`, which must come from this cursor.
  @inlinable
  @inline(__always)
  public func withBytes<Result>(in range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    // Safety: the range lies inside the buffer (checked above), which outlives the cursor.
    return unsafe body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Copies the bytes of `range` behind `output`.
  @inlinable
  @inline(__always)
  public func copy(_ range: Range<Int>, to output: inout [UInt8]) {
    unsafe withBytes(in: range) { unsafe output.append(contentsOf: $0) }
  }
}
