// Values as APIs send them nearly always: whole, valid, and with at most a space between their tokens.
//
// Telling where such a value ends needs no state and no errors, and takes half the time. Whatever is out of the
// ordinary, a fault above all, is left to the reading that knows what to make of it: -1 says nothing.

extension JSONCursor {
  /// The offset behind the value at `offset`; -1 when it is not plain, or near the end of the text.
  ///
  /// The value stands in the array or object entered last.
  @inlinable
  @inline(__always)
  public func endOfPlainValue(at offset: Int) -> Int { endOfPlainValue(at: offset, depth: depth) }

  @inlinable
  @inline(__always)
  func endOfPlainValue(at offset: Int, depth: Int) -> Int {
    // The sixteen bytes that are looked at in one piece are there.
    guard offset >= 0, offset &+ 16 <= count else { return -1 }
    switch byte(offset) {
    case UInt8(ascii: "\""): return endOfPlainString(at: offset)
    case UInt8(ascii: "n"): return fourBytes(at: offset) == 0x6C6C_756E ? offset &+ 4 : -1
    case UInt8(ascii: "t"): return fourBytes(at: offset) == 0x6575_7274 ? offset &+ 4 : -1
    case UInt8(ascii: "f"): return fourBytes(at: offset &+ 1) == 0x6573_6C61 ? offset &+ 5 : -1
    case UInt8(ascii: "["), UInt8(ascii: "{"): return endOfPlainContainer(at: offset, depth: depth)
    default:
      let end = endOfPlainInteger(at: offset)
      return end >= 0 ? end : endOfPlainNumber(at: offset)
    }
  }

  // Safety: callers check that `offset + 4 <= count`.
  @inlinable
  @inline(__always)
  func fourBytes(at offset: Int) -> UInt32 {
    unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The offset behind the string at `offset`, if its text is clean.
  @inlinable
  @inline(__always)
  public func endOfPlainString(at offset: Int) -> Int {
    guard holds(UInt8(ascii: "\""), at: offset) else { return -1 }
    let index = nextSpecial(from: offset &+ 1)
    guard index < count else { return -1 }
    return byte(index) == UInt8(ascii: "\"") ? index &+ 1 : endOfCleanString(at: offset)
  }

  /// Like `endOfPlainString` for a string that is not all plain ASCII.
  @usableFromInline
  func endOfCleanString(at offset: Int) -> Int {
    var reader = self
    reader.head = offset
    reader.foundUncleanText = false
    do throws(JSONError) {
      _ = try reader.skipAnyString()
      return reader.foundUncleanText ? -1 : reader.head
    } catch {
      return -1
    }
  }

  /// The offset behind a number of digits only, which a comma or closing bracket follows.
  @inlinable
  @inline(__always)
  public func endOfPlainInteger(at offset: Int) -> Int {
    guard offset >= 0, offset < count else { return -1 }
    let first = byte(offset) == UInt8(ascii: "-") ? offset &+ 1 : offset
    var index = first
    while index < count, byte(index) &- UInt8(ascii: "0") <= 9 { index &+= 1 }
    guard index > first, index < count, byte(first) != UInt8(ascii: "0") || index == first &+ 1 else {
      return -1
    }
    switch byte(index) {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): return index
    default: return -1
    }
  }

  @usableFromInline
  func endOfPlainNumber(at offset: Int) -> Int {
    var number = self
    number.head = offset
    do throws(JSONError) {
      try number.skipNumber()
      return number.head
    } catch {
      return -1
    }
  }

  /// The offset behind an array or object.
  @usableFromInline
  func endOfPlainContainer(at offset: Int, depth: Int) -> Int {
    guard depth < JSONCursor.maximumDepth else { return -1 }
    let isObject = byte(offset) == UInt8(ascii: "{")
    // Brackets close two above where they open.
    let closing = byte(offset) &+ 2
    var index = offset &+ 1
    guard index < count else { return -1 }
    if byte(index) == closing { return index &+ 1 }
    while true {
      if isObject {
        index = endOfPlainString(at: index)
        guard holds(UInt8(ascii: ":"), at: index) else { return -1 }
        index &+= holds(UInt8(ascii: " "), at: index &+ 1) ? 2 : 1
      }
      index = endOfPlainValue(at: index, depth: depth + 1)
      guard index >= 0, index < count else { return -1 }
      let next = byte(index)
      if next == closing { return index &+ 1 }
      guard next == UInt8(ascii: ",") else { return -1 }
      index &+= holds(UInt8(ascii: " "), at: index &+ 1) ? 2 : 1
    }
  }
}
