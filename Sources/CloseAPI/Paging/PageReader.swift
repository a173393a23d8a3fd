public import JSONBytes

/// Where the records stand in a response.
public enum PageShape: Hashable, Sendable {
  /// `{"data": […], …}`, as lists, searches and events answer.
  case list
  /// A bare `[…]`.
  case array
  /// The object itself is the one record, as `/me/` and single objects answer.
  case object
}

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

/// Why a page could not be read to its end.
public enum PageError<Failure: Error>: Error {
  /// The body is not complete, valid JSON of the expected shape.
  case malformed(JSONError)
  /// Whoever takes the records stopped.
  case element(Failure)
}

/// Reads a page in one walk over its bytes.
///
/// Records are handed out where they stand, whether `data` comes before or after the rest of the envelope.
/// Only when a page was read to its end is it known to be complete: what was taken out of it before an error
/// must be thrown away.
public enum PageReader {
  /// Reads a page; `element` gets the cursor on the opening brace of each record and must consume just that.
  ///
  /// - Returns: what the page says besides its records.
  /// - Throws: `JSONError` with the byte offset; `.wrongType` for a record that is not an object.
  @inlinable
  public static func readPage(
    _ body: [UInt8], _ shape: PageShape = .list, element: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) -> PageEnvelope {
    try withJSONCursor(body) { (cursor) throws(JSONError) in
      var page = PageEnvelope()
      switch shape {
      case .list: try readList(&cursor, &page, element)
      case .array: try readElements(&cursor, &page, element)
      case .object: try readElement(&cursor, &page, element)
      }
      try cursor.expectEnd()
      return page
    }
  }

  /// Reads a page for a taker that has failures of its own.
  @inlinable
  public static func readPage<Failure: Error>(
    _ body: [UInt8], _ shape: PageShape = .list, element: (inout JSONCursor) throws(Failure) -> Void
  ) throws(PageError<Failure>) -> PageEnvelope {
    var failure: Failure?
    do throws(JSONError) {
      return try readPage(body, shape) { (cursor) throws(JSONError) in
        do throws(Failure) {
          try element(&cursor)
        } catch {
          failure = error
          // Ends the walk; never seen outside.
          throw JSONError(.wrongType, at: cursor.offset)
        }
      }
    } catch {
      throw failure.map { .element($0) } ?? .malformed(error)
    }
  }

  @inlinable
  static func readList(
    _ cursor: inout JSONCursor, _ page: inout PageEnvelope,
    _ element: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    try cursor.enterObject()
    while let key = try cursor.nextKey() {
      if cursor.matches(key, "data") {
        // Two lists in one page would be a fault that hides records.
        guard !page.hasData else { throw JSONError(.duplicateKey, at: key.content.lowerBound - 1) }
        try readElements(&cursor, &page, element)
      } else {
        try readMember(key, &cursor, &page)
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
  static func readElements(
    _ cursor: inout JSONCursor, _ page: inout PageEnvelope,
    _ element: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    try cursor.enterArray()
    page.hasData = true
    while try cursor.nextElement() { try readElement(&cursor, &page, element) }
  }

  @inlinable
  @inline(__always)
  static func readElement(
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
