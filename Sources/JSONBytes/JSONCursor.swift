/// A validating pull reader over the bytes of one JSON text (RFC 8259).
///
/// Nothing is built: values are skipped (and checked on the way) or handed out as byte ranges, so a page
/// of records costs one walk over its bytes. Ranges count from the start of the text.
///
///     {"data": [{"id": "lead_1"}]}
///     enterObject()  nextKey() -> data  enterArray()  nextElement() -> true  skipValue() -> 10..<26
///
/// Reading past the end, past `maximumDepth` or over malformed text throws `JSONError`; it never traps.
/// After an error the cursor stands somewhere before the fault and is of no further use.
@safe
public struct JSONCursor {
  /// How deep arrays and objects may nest.
  public static let maximumDepth = 512

  @usableFromInline let base: UnsafeRawPointer
  /// Number of bytes in the text.
  public let count: Int
  /// Offset of the next byte to read.
  @inlinable public var offset: Int { head }
  @usableFromInline var head = 0
  /// Set when a skipped string holds `\u0000` or half of a surrogate pair; the reader may clear it.
  public var foundUncleanText = false
  /// Set when a line break was skipped between tokens; the reader may clear it.
  public var foundLineBreak = false
  /// True right after an opening bracket: no comma may stand before the next item.
  @usableFromInline var isFirstItem = false
  @usableFromInline var depth = 0

  /// Creates a cursor; use `withJSONCursor`, which keeps the bytes alive.
  @usableFromInline
  init(_ bytes: UnsafeRawBufferPointer) {
    // Safety: an empty buffer may have no address, but then `count` is 0 and nothing is ever read.
    unsafe base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    count = bytes.count
  }

  /// The byte at `offset`, which must lie inside the text.
  @inlinable
  public subscript(offset: Int) -> UInt8 {
    @inline(__always) get {
      precondition(UInt(bitPattern: offset) < UInt(bitPattern: count))
      return byte(offset)
    }
  }

  // Safety: callers compare `index` with `count` first; the buffer outlives the cursor (`withJSONCursor`).
  @inlinable
  @inline(__always)
  func byte(_ index: Int) -> UInt8 {
    unsafe base.load(fromByteOffset: index, as: UInt8.self)
  }

  /// Eight bytes, the first one in the lowest lane.
  // Safety: callers check that `index + 8 <= count`.
  @inlinable
  @inline(__always)
  func word(_ index: Int) -> UInt64 {
    unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
  }
}

/// Runs `body` with a cursor over `bytes`; the cursor must not leave the closure.
@inlinable
public func withJSONCursor<Result, Failure: Error>(
  _ bytes: [UInt8], _ body: (inout JSONCursor) throws(Failure) -> Result
) throws(Failure) -> Result {
  // `withUnsafeBytes` rethrows untyped, so the outcome travels as a value.
  let outcome: Swift.Result<Result, Failure> = unsafe bytes.withUnsafeBytes { buffer in
    var cursor = unsafe JSONCursor(buffer)
    do throws(Failure) {
      return .success(try body(&cursor))
    } catch {
      return .failure(error)
    }
  }
  return try outcome.get()
}

// MARK: - Structure

extension JSONCursor {
  /// The next byte that is not white space, or nil at the end; nothing but the white space is consumed.
  @inlinable
  @inline(__always)
  public mutating func peek() -> UInt8? {
    while head < count {
      let next = byte(head)
      if next > 0x20 { return next }
      if next == 0x0A || next == 0x0D {
        foundLineBreak = true
      } else if next != 0x20 && next != 0x09 {
        return next
      }
      head += 1
    }
    return nil
  }

  /// Consumes the opening brace of an object.
  ///
  /// - Throws: `wrongType` when anything else stands there, be it a value or not.
  @inlinable
  public mutating func enterObject() throws(JSONError) { try enter(UInt8(ascii: "{")) }

  /// Consumes the opening bracket of an array.
  ///
  /// - Throws: `wrongType` when anything else stands there, be it a value or not.
  @inlinable
  public mutating func enterArray() throws(JSONError) { try enter(UInt8(ascii: "[")) }

  @inlinable
  mutating func enter(_ bracket: UInt8) throws(JSONError) {
    guard let next = peek() else { throw JSONError(.unexpectedEnd, at: count) }
    guard next == bracket else { throw JSONError(.wrongType, at: head) }
    guard depth < JSONCursor.maximumDepth else { throw JSONError(.tooDeep, at: head) }
    head += 1
    depth += 1
    isFirstItem = true
  }

  /// Moves to the next key of the object entered last and past its colon; nil after the closing brace.
  ///
  /// The value behind the key must be consumed before the next call.
  @inlinable
  public mutating func nextKey() throws(JSONError) -> JSONString? {
    try nextMember() ? readKey() : nil
  }

  /// Moves to the next key of the object entered last, onto its opening quote; false after the closing brace.
  ///
  /// Key, colon and value must be consumed before the next call.
  @inlinable
  @inline(__always)
  public mutating func nextMember() throws(JSONError) -> Bool {
    guard try moveToItem(orPast: UInt8(ascii: "}")) else { return false }
    guard byte(head) == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: head) }
    return true
  }

  /// Reads the key that `nextMember` has found and moves past its colon.
  @inlinable
  public mutating func readKey() throws(JSONError) -> JSONString {
    let key = try skipString()
    guard let colon = peek() else { throw JSONError(.unexpectedEnd, at: count) }
    guard colon == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: head) }
    head += 1
    return key
  }

  /// Whether both addresses hold the same bytes; a call of `memcmp` takes longer than most keys do.
  @inlinable
  @inline(__always)
  static func isEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
    guard count >= 8 else {
      var offset = 0
      while offset < count {
        guard
          unsafe left.load(fromByteOffset: offset, as: UInt8.self)
            == right.load(fromByteOffset: offset, as: UInt8.self)
        else { return false }
        offset &+= 1
      }
      return true
    }
    var offset = 0
    // Eight at a time; the last eight may overlap those before.
    while true {
      let next = unsafe right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      guard unsafe left.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == next else { return false }
      guard offset < count - 8 else { return true }
      offset = min(offset + 8, count - 8)
    }
  }

  /// Moves to the next element of the array entered last; false after the closing bracket.
  ///
  /// The element must be consumed before the next call.
  @inlinable
  public mutating func nextElement() throws(JSONError) -> Bool {
    try moveToItem(orPast: UInt8(ascii: "]"))
  }

  /// Leaves the cursor on the first byte of the next item, or consumes the closing bracket.
  @inlinable
  @inline(__always)
  mutating func moveToItem(orPast closing: UInt8) throws(JSONError) -> Bool {
    guard let next = peek() else { throw JSONError(.unexpectedEnd, at: count) }
    if next == closing {
      head += 1
      depth -= 1
      isFirstItem = false
      return false
    }
    if isFirstItem {
      isFirstItem = false
      return true
    }
    guard next == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: head) }
    head += 1
    guard peek() != nil else { throw JSONError(.unexpectedEnd, at: count) }
    return true
  }

  /// Fails unless only white space is left.
  @inlinable
  public mutating func expectEnd() throws(JSONError) {
    if peek() != nil { throw JSONError(.trailingBytes, at: head) }
  }
}
