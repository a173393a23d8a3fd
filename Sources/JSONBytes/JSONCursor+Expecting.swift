// Telling whether what was expected stands somewhere, and going on behind it.
//
// A processor that has to find out where something ends waits for it; one that is told, and only has to check,
// has long gone on.

extension JSONCursor {
  /// Whether `byte` stands at `offset`.
  @inlinable
  @inline(__always)
  public func holds(_ byte: UInt8, at offset: Int) -> Bool {
    UInt(bitPattern: offset) < UInt(bitPattern: count) && self.byte(offset) == byte
  }

  /// Whether just the `length` bytes from `text` on stand at `offset`.
  @inlinable
  @inline(__always)
  public func holds(_ text: UnsafeRawPointer, _ length: Int, at offset: Int) -> Bool {
    guard offset >= 0, offset &+ length <= count else { return false }
    // Safety: both sides have as many bytes as are compared.
    return unsafe JSONCursor.isEqual(base + offset, text, length)
  }

  /// Goes on reading at `offset`, behind an item of the array or object entered last, or where its first is to be.
  @inlinable
  @inline(__always)
  public mutating func move(to offset: Int, isFirstItem: Bool = false) {
    precondition(offset >= 0 && offset <= count)
    head = offset
    self.isFirstItem = isFirstItem
  }

  /// Leaves the object entered last, whose closing brace stands at `offset`.
  @inlinable
  public mutating func leaveObject(closedAt offset: Int) {
    move(to: offset + 1)
    depth -= 1
  }
}
