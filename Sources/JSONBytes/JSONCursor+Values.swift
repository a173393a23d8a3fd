// Skipping whole values: every byte is checked once, nothing is built.

extension JSONCursor {
  /// Skips one value of any type and returns its bytes, without white space around it.
  @inlinable
  @discardableResult
  public mutating func skipValue() throws(JSONError) -> Range<Int> {
    let start = head
    let end = endOfPlainValue(at: start)
    guard end < 0 else {
      head = end
      return start..<end
    }
    return try skipValueCarefully()
  }

  /// Skips a value byte by byte, which tells what is wrong with it.
  @usableFromInline
  mutating func skipValueCarefully() throws(JSONError) -> Range<Int> {
    guard let next = peek() else { throw JSONError(.unexpectedEnd, at: count) }
    let start = head
    switch next {
    case UInt8(ascii: "\""): _ = try skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer()
    case UInt8(ascii: "t"): try skipLiteral("true")
    case UInt8(ascii: "f"): try skipLiteral("false")
    case UInt8(ascii: "n"): try skipLiteral("null")
    default: try skipNumber()
    }
    return start..<head
  }

  /// Skips the object or array at the cursor.
  @usableFromInline
  mutating func skipContainer() throws(JSONError) {
    if byte(head) == UInt8(ascii: "{") {
      try enterObject()
      while try nextKey() != nil { _ = try skipValueCarefully() }
    } else {
      try enterArray()
      while try nextElement() { _ = try skipValueCarefully() }
    }
  }

  @inlinable
  mutating func skipLiteral(_ literal: StaticString) throws(JSONError) {
    // Safety: a static string keeps its bytes alive for the whole run.
    let bytes = unsafe UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    if unsafe holds(UnsafeRawPointer(literal.utf8Start), bytes.count, at: head) {
      head += bytes.count
      return
    }
    let start = head
    while head < count, unsafe byte(head) == bytes[head - start] { head += 1 }
    throw head < count ? JSONError(.unexpectedByte, at: head) : JSONError(.unexpectedEnd, at: count)
  }

  /// Skips a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  @inlinable
  public mutating func skipNumber() throws(JSONError) {
    let start = head
    if head < count, byte(head) == UInt8(ascii: "-") { head += 1 }
    let integer = head
    try skipDigits(ofNumberAt: start)
    if byte(integer) == UInt8(ascii: "0"), head > integer + 1 { throw JSONError(.invalidNumber, at: start) }
    if head < count, byte(head) == UInt8(ascii: ".") {
      head += 1
      try skipDigits(ofNumberAt: start)
    }
    if head < count, byte(head) | 0x20 == UInt8(ascii: "e") {
      head += 1
      if head < count, byte(head) == UInt8(ascii: "+") || byte(head) == UInt8(ascii: "-") { head += 1 }
      try skipDigits(ofNumberAt: start)
    }
  }

  /// Skips one digit or more.
  @inlinable
  mutating func skipDigits(ofNumberAt start: Int) throws(JSONError) {
    let first = head
    while head < count, byte(head) &- UInt8(ascii: "0") <= 9 { head += 1 }
    guard head == first else { return }
    if head == count { throw JSONError(.unexpectedEnd, at: count) }
    throw JSONError(head == start ? .unexpectedByte : .invalidNumber, at: start)
  }
}
