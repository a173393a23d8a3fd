import JSONBytes

/// The members of one object on their way to the output: what stands between two changes is copied in one piece,
/// commas and all.
struct MemberRun {
  /// Offset behind the last member that stays, or behind the opening brace.
  private(set) var end: Int
  /// Whether members behind `end` have been left out, so that the next one has to be set off anew.
  private(set) var isBroken: Bool
  private var hasMembers: Bool

  /// The members of an object that is copied from its opening brace on.
  init(behind brace: Int) {
    end = brace
    isBroken = false
    hasMembers = false
  }

  /// The members of a record, whose brace has been written, and behind it perhaps a member already.
  init(hasMembers: Bool) {
    end = 0
    isBroken = true
    self.hasMembers = hasMembers
  }

  /// The member that begins at `start` stays, at least in part; to be called before any of it is written.
  @inline(__always)
  mutating func keep(from start: Int, _ copy: inout PageCopy, _ output: RecordLines) {
    if isBroken {
      if hasMembers { output.append(UInt8(ascii: ",")) }
      copy.start = start
      isBroken = false
    }
    hasMembers = true
  }

  /// The member kept last ends at `offset`.
  @inline(__always)
  mutating func close(at offset: Int) { end = offset }

  /// The whole member from `key` to `end` stays.
  mutating func keep(from key: JSONString, to end: Int, _ copy: inout PageCopy, _ output: RecordLines) {
    keep(from: key.start, &copy, output)
    close(at: end)
  }

  /// The member behind `end` is left out.
  mutating func drop(_ copy: inout PageCopy, _ cursor: JSONCursor, _ output: RecordLines) {
    guard !isBroken else { return }
    copy.flush(upTo: end, cursor, to: output)
    isBroken = true
  }
}

/// Bytes of a page that go to the output as they stand.
struct PageCopy {
  /// The first byte that has not been written yet.
  var start = 0

  /// Writes what comes before `end`.
  mutating func flush(upTo end: Int, _ cursor: JSONCursor, to output: RecordLines) {
    guard end > start else { return }
    output.append(start..<end, of: cursor)
    start = end
  }

  /// Writes what comes before `range`, and then `text` for it.
  mutating func write(
    _ text: StaticString, insteadOf range: Range<Int>, _ cursor: JSONCursor, to output: RecordLines
  ) {
    flush(upTo: range.lowerBound, cursor, to: output)
    output.append(text)
    start = range.upperBound
  }
}

extension JSONString {
  /// Offset of the opening quote.
  var start: Int { content.lowerBound - 1 }
  /// Offset behind the closing quote.
  var end: Int { content.upperBound + 1 }
}
