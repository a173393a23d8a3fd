public import JSONBytes

/// What a page says besides its records.
public struct PageEnvelope: Hashable, Sendable {
  /// Whether more pages follow; nil when the page does not say, which on offset lists means no.
  public var hasMore: Bool?
  /// Records in the whole list, where the endpoint counts them.
  public var totalResults: Int?
  /// Cursor to the next page of a search.
  public var cursor: String?
  /// Cursor to older events.
  public var cursorNext: String?
  /// Cursor to newer events.
  public var cursorPrevious: String?
  /// Records on this page.
  public var count = 0
  /// Whether there was a list of records at all, even an empty one.
  public var hasData = false

  /// An envelope that says nothing.
  public init() {}
}

/// Reads a page in one walk over its bytes.
///
/// Records are handed out where they stand, whether they come before or after the rest of the envelope.
/// Only when a page was read to its end is it known to be complete: what was taken out of it before an error
/// must be thrown away.
public enum PageReader {
  /// Reads a page; `element` gets the cursor on the opening brace of each record and must consume just that.
  ///
  /// - Parameter path: where the records stand. Below an array, members on the way may be missing or null.
  /// - Returns: what the page says besides its records.
  /// - Throws: `JSONError` with the byte offset; `.wrongType` for a record that is not an object.
  @inlinable
  public static func readPage(
    _ body: [UInt8], _ path: RecordsPath = .list, element: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) -> PageEnvelope {
    try withJSONCursor(body) { (cursor) throws(JSONError) in
      var page = PageEnvelope()
      try follow(path.steps[...], &cursor, &page, isTop: true, element)
      try cursor.expectEnd()
      return page
    }
  }

  @inlinable
  static func follow(
    _ steps: ArraySlice<RecordsPath.Step>, _ cursor: inout JSONCursor, _ page: inout PageEnvelope,
    isTop: Bool,
    _ element: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    let rest = steps.dropFirst()
    switch steps.first {
    case nil:
      try readRecord(&cursor, &page, element)
    case .each:
      try cursor.enterArray()
      page.hasData = true
      while try cursor.nextElement() {
        if rest.isEmpty {
          try readRecord(&cursor, &page, element)
        } else {
          try follow(rest, &cursor, &page, isTop: false, element)
        }
      }
    case .member(let name):
      try cursor.enterObject()
      var isMet = false
      while let key = try cursor.nextKey() {
        guard cursor.matches(key, name) else {
          if isTop { try readMember(key, &cursor, &page) } else { try cursor.skipValue() }
          continue
        }
        // Two lists in one page would be a fault that hides records.
        guard !isMet else { throw JSONError(.duplicateKey, at: key.content.lowerBound - 1) }
        isMet = true
        if page.hasData, cursor.peek() == UInt8(ascii: "n") {
          try cursor.skipValue()
        } else {
          try follow(rest, &cursor, &page, isTop: false, element)
        }
      }
    }
  }

  @usableFromInline
  static func readMember(
    _ key: JSONString, _ cursor: inout JSONCursor, _ page: inout PageEnvelope
  ) throws(JSONError) {
    if cursor.matches(key, "has_more") {
      page.hasMore = try cursor.readBool()
    } else if cursor.matches(key, "total_results") {
      page.totalResults = try cursor.readInt()
    } else if cursor.matches(key, "cursor") {
      page.cursor = try cursor.readString()
    } else if cursor.matches(key, "cursor_next") {
      page.cursorNext = try cursor.readString()
    } else if cursor.matches(key, "cursor_previous") {
      page.cursorPrevious = try cursor.readString()
    } else {
      try cursor.skipValue()
    }
  }

  @inlinable
  @inline(__always)
  static func readRecord(
    _ cursor: inout JSONCursor, _ page: inout PageEnvelope,
    _ element: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard let first = cursor.peek() else { throw JSONError(.unexpectedEnd, at: cursor.count) }
    guard first == UInt8(ascii: "{") else { throw JSONError(.wrongType, at: cursor.offset) }
    try element(&cursor)
    page.count += 1
    page.hasData = true
  }
}
