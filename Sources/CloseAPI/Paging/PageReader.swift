public import JSONBytes

/// What a page says about itself besides its rows.
public struct PageEnvelope: Hashable, Sendable {
  /// Number of rows in `data`.
  public var count = 0
  /// Whether there was a `data` array at all.
  public var hasData = false
  /// `has_more` of offset lists; absent on some, which means no.
  public var hasMore: Bool?
  /// `total_results`, which only a few lists give.
  public var totalResults: Int?
  /// `cursor` of a search, nil on the last page.
  public var cursor: String?
  /// `cursor_next` of the event log, towards older events; nil at the end.
  public var cursorNext: String?

  /// An envelope without anything.
  public init() {}
}

extension JSONCursor {
  /// Walks a page once, handing the cursor to `row` at each element of `data`.
  ///
  ///     {"has_more": true, "data": [{…}, {…}], "total_results": 7}
  ///
  /// The envelope's members may come in any order. A body that is an array is its own `data`; an object
  /// without `data` has no rows.
  /// - Parameter row: must consume exactly one value; it is not called for anything but objects.
  /// - Throws: `JSONError`, also for a row that is not an object and for text behind the page.
  @inlinable
  public mutating func readPage(
    _ row: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) -> PageEnvelope {
    var envelope = PageEnvelope()
    if peek() == UInt8(ascii: "[") {
      try readRows(into: &envelope, row)
    } else {
      try enterObject()
      while let key = try nextKey() {
        if matches(key, "data"), peek() == UInt8(ascii: "[") {
          try readRows(into: &envelope, row)
        } else {
          try readMember(key, into: &envelope)
        }
      }
    }
    try expectEnd()
    return envelope
  }

  @inlinable
  mutating func readRows(
    into envelope: inout PageEnvelope, _ row: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    envelope.hasData = true
    try enterArray()
    while try nextElement() {
      guard peek() == UInt8(ascii: "{") else { throw JSONError(.wrongType, at: offset) }
      try row(&self)
      envelope.count += 1
    }
  }

  @usableFromInline
  mutating func readMember(_ key: JSONString, into envelope: inout PageEnvelope) throws(JSONError) {
    if matches(key, "has_more") {
      envelope.hasMore = try readBool()
    } else if matches(key, "total_results") {
      envelope.totalResults = try readInt()
    } else if matches(key, "cursor") {
      envelope.cursor = try readString()
    } else if matches(key, "cursor_next") {
      envelope.cursorNext = try readString()
    } else {
      try skipValue()
    }
  }
}
