// Skipping whole values: every byte is checked once, nothing is built.

extension JSONCursor {
  /// Skips one value of any type and returns its bytes, without white space around it.
  @inlinable
  @discardableResult
  public mutating func skipValue() throws(JSONError) -> Range<Int> {
    guard let next = peek() else { throw JSONError(.unexpectedEnd, at: count) }
    let start = head
    switch next {
    case UInt8(ascii: "\""): _ = try skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer()
    case UInt8(ascii: "t"): try skipLiteral(0x65_75_72_74, length: 4)
    case UInt8(ascii: "n"): try skipLiteral(0x6C_6C_75_6E, length: 4)
    case UInt8(ascii: "f"): try skipFalse()
    default: try skipNumber()
    }
    return start..<head
  }

  /// Skips the object or array at the cursor.
  @usableFromInline
  mutating func skipContainer() throws(JSONError) {
    if byte(head) == UInt8(ascii: "{") {
      try enterObject()
      while try nextKey() != nil { try skipValue() }
    } else {
      try enterArray()
      while try nextElement() { try skipValue() }
    }
  }

  /// Skips `true` or `null`, given as its four bytes in little-endian order.
  @inlinable
  mutating func skipLiteral(_ letters: UInt32, length: Int) throws(JSONError) {
    guard head + length <= count else { throw JSONError(.unexpectedEnd, at: count) }
    let found = unsafe base.loadUnaligned(fromByteOffset: head, as: UInt32.self)
    guard UInt32(littleEndian: found) == letters else { throw JSONError(.unexpectedByte, at: head) }
    head += length
  }

  @inlinable
  mutating func skipFalse() throws(JSONError) {
    guard head + 5 <= count else { throw JSONError(.unexpectedEnd, at: count) }
    let start = head
    head += 1
    guard byte(start) == UInt8(ascii: "f") else { throw JSONError(.unexpectedByte, at: start) }
    try skipLiteral(0x65_73_6C_61, length: 4)
  }

  /// Skips a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  @inlinable
  public mutating func skipNumber() throws(JSONError) {
    let start = head
    if head < count, byte(head) == UInt8(ascii: "-") { head += 1 }
    guard head < count else { throw JSONError(.unexpectedEnd, at: count) }
    let first = byte(head)
    guard first &- UInt8(ascii: "0") <= 9 else {
      throw JSONError(head == start ? .unexpectedByte : .invalidNumber, at: start)
    }
    let integerDigits = skipDigits()
    if first == UInt8(ascii: "0"), integerDigits > 1 { throw JSONError(.invalidNumber, at: start) }
    if head < count, byte(head) == UInt8(ascii: ".") {
      head += 1
      if skipDigits() == 0 { throw JSONError(.invalidNumber, at: start) }
    }
    if head < count, byte(head) | 0x20 == UInt8(ascii: "e") {
      head += 1
      if head < count, byte(head) == UInt8(ascii: "+") || byte(head) == UInt8(ascii: "-") { head += 1 }
      if skipDigits() == 0 { throw JSONError(.invalidNumber, at: start) }
    }
  }

  /// Skips digits and returns how many there were.
  @inlinable
  mutating func skipDigits() -> Int {
    let start = head
    while head < count, byte(head) &- UInt8(ascii: "0") <= 9 { head += 1 }
    return head - start
  }
}

// MARK: - Reading small values

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
  public mutating func readInt() throws(JSONError) -> Int? {
    Int(text(in: try skipValue()))
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
