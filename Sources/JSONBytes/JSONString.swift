/// Where a JSON string stands in its text.
public struct JSONString: Hashable, Sendable {
  /// The bytes between the quotes, still escaped.
  public let content: Range<Int>
  /// Whether a backslash occurs in `content`.
  public let hasEscapes: Bool

  /// Creates a string location.
  @inlinable
  public init(content: Range<Int>, hasEscapes: Bool) {
    self.content = content
    self.hasEscapes = hasEscapes
  }
}

extension JSONCursor {
  /// Skips the string at the cursor, checking escapes, control characters and UTF-8.
  ///
  /// - Throws: `unexpectedByte` when there is no string; `peek()` skips white space before it.
  @inlinable
  @inline(__always)
  public mutating func skipString() throws(JSONError) -> JSONString {
    if holds(UInt8(ascii: "\""), at: head) {
      let start = head + 1
      let end = nextSpecial(from: start)
      if holds(UInt8(ascii: "\""), at: end) {
        head = end + 1
        return JSONString(content: start..<end, hasEscapes: false)
      }
    }
    return try skipAnyString()
  }

  @usableFromInline
  mutating func skipAnyString() throws(JSONError) -> JSONString {
    guard head < count else { throw JSONError(.unexpectedEnd, at: count) }
    guard byte(head) == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: head) }
    let start = head + 1
    var index = start
    var hasEscapes = false
    while true {
      index = nextSpecial(from: index)
      guard index < count else { throw JSONError(.unexpectedEnd, at: count) }
      let next = byte(index)
      if next == UInt8(ascii: "\"") {
        head = index + 1
        return JSONString(content: start..<index, hasEscapes: hasEscapes)
      }
      if next == UInt8(ascii: "\\") { hasEscapes = true }
      index = try skipCharacter(at: index)
    }
  }

  /// The first offset from `index` on where a quote, a backslash, a control character or a byte beyond ASCII stands,
  /// sixteen bytes at a time; near the end of the text it is an offset before that.
  @inlinable
  @inline(__always)
  func nextSpecial(from index: Int) -> Int {
    var index = index
    while index &+ 16 <= count {
      let lanes = specialLanes(at: index)
      if lanes[0] | lanes[1] == 0 {
        index &+= 16
        continue
      }
      return index
        &+ (lanes[0] != 0 ? lanes[0].trailingZeroBitCount &>> 3 : 8 &+ lanes[1].trailingZeroBitCount &>> 3)
    }
    return index
  }

  /// Sixteen bytes from `index` on, the first one in the lowest lane: the high bit is set where a quote, a backslash,
  /// a control character or a byte beyond ASCII stands, and no other.
  ///
  /// Additions and bit operations only: vector comparisons are made one lane at a time (Swift 6.3).
  // Safety: callers check that `index + 16 <= count`.
  @inlinable
  @inline(__always)
  func specialLanes(at index: Int) -> SIMD2<UInt64> {
    let bytes = unsafe base.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
    // Flipping 0x02 leaves control characters below 0x20 and brings the quote (0x22) there: 0x20.
    let quoteOrControl = (bytes ^ SIMD16<UInt8>(repeating: 0x02)) &- SIMD16<UInt8>(repeating: 0x21)
    let backslash = (bytes ^ SIMD16<UInt8>(repeating: 0x5C)) &- SIMD16<UInt8>(repeating: 1)
    let flags = (quoteOrControl | backslash | bytes) & SIMD16<UInt8>(repeating: 0x80)
    return unsafe unsafeBitCast(flags, to: SIMD2<UInt64>.self)
  }

  /// Checks the character or escape at `index`, which lies inside a string, and returns the offset behind it.
  ///
  /// Characters beyond ASCII that follow each other are checked together.
  @usableFromInline
  mutating func skipCharacter(at index: Int) throws(JSONError) -> Int {
    switch byte(index) {
    case 0..<0x20: throw JSONError(.controlCharacter, at: index)
    case UInt8(ascii: "\\"): return try skipEscape(at: index)
    case 0..<0x80: return index + 1
    default:
      var index = index
      while index < count, byte(index) >= 0x80 { index = try skipMultibyte(at: index) }
      return index
    }
  }

  /// Checks the escape at `index` and returns the offset behind it; a whole surrogate pair counts as one.
  private mutating func skipEscape(at index: Int) throws(JSONError) -> Int {
    guard index + 1 < count else { throw JSONError(.unexpectedEnd, at: count) }
    switch byte(index + 1) {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return index + 2
    case UInt8(ascii: "u"):
      let unit = try codeUnit(at: index)
      if unit == 0 || unit & 0xFC00 == 0xDC00 { foundUncleanText = true }
      guard unit & 0xFC00 == 0xD800 else { return index + 6 }
      if index + 7 < count, byte(index + 6) == UInt8(ascii: "\\"), byte(index + 7) == UInt8(ascii: "u") {
        if try codeUnit(at: index + 6) & 0xFC00 == 0xDC00 { return index + 12 }
      }
      foundUncleanText = true
      return index + 6
    default:
      throw JSONError(.invalidEscape, at: index)
    }
  }

  /// The UTF-16 code unit of the `\uXXXX` at `index`.
  func codeUnit(at index: Int) throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for position in index + 2..<index + 6 {
      guard position < count else { throw JSONError(.unexpectedEnd, at: count) }
      guard let digit = hexDigitValue(byte(position)) else { throw JSONError(.invalidEscape, at: index) }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// Checks the multi-byte UTF-8 sequence at `index` (Unicode, table 3-7) and returns the offset behind it.
  private mutating func skipMultibyte(at index: Int) throws(JSONError) -> Int {
    let lead = byte(index)
    let length: Int
    // What the next byte may be; only the second one depends on the first.
    var allowed: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, allowed) = (3, 0xA0...0xBF)
    case 0xE1...0xEC, 0xEE...0xEF: length = 3
    case 0xED: (length, allowed) = (3, 0x80...0x9F)
    case 0xF0: (length, allowed) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, allowed) = (4, 0x80...0x8F)
    default: throw JSONError(.invalidUTF8, at: index)
    }
    for position in index + 1..<index + length {
      guard position < count else { throw JSONError(.unexpectedEnd, at: count) }
      guard allowed.contains(byte(position)) else { throw JSONError(.invalidUTF8, at: index) }
      allowed = 0x80...0xBF
    }
    return index + length
  }
}

/// The value of an ASCII hexadecimal digit, or nil.
func hexDigitValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
