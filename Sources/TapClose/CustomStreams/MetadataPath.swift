import CloseAPI
import JSONBytes

/// The way to a value of an answer that stands outside its records: `$.has_more`, `$.aggregations.totals`.
///
/// Every record gets it in the object `_metadata`, called like the last member on the way.
struct MetadataPath: Hashable, Sendable {
  let path: RecordsPath
  let name: String

  /// Nil when the path leads to the whole answer, or into a list.
  init?(_ path: RecordsPath) {
    guard case .member(let name)? = path.steps.last, !path.steps.contains(.each) else { return nil }
    self.path = path
    self.name = String(decoding: name, as: UTF8.self)
  }

  /// The value in an answer; nil when there is none.
  ///
  /// - Throws: `JSONError` for what is broken before the value.
  func value(in body: [UInt8]) throws(JSONError) -> JSONValue? {
    try withJSONCursor(body) { (cursor) throws(JSONError) in
      try MetadataPath.find(path.steps[...], &cursor)
    }
  }

  private static func find(
    _ steps: ArraySlice<RecordsPath.Step>, _ cursor: inout JSONCursor
  ) throws(JSONError) -> JSONValue? {
    guard case .member(let name)? = steps.first else { return try cursor.readValue() }
    guard cursor.peek() == UInt8(ascii: "{") else { return nil }
    try cursor.enterObject()
    while let key = try cursor.nextKey() {
      if cursor.matches(key, name) { return try find(steps.dropFirst(), &cursor) }
      try cursor.skipValue()
    }
    return nil
  }
}

extension [MetadataPath] {
  /// The object `_metadata` for the records of an answer.
  ///
  /// - Parameter cleansText: whether characters go that break loaders.
  func object(in body: [UInt8], cleansText: Bool) throws(JSONError) -> JSONValue {
    var object = JSONObject()
    for path in self {
      guard let value = try path.value(in: body) else { continue }
      object[path.name] = cleansText ? value.withoutNulls : value
    }
    return .object(object)
  }
}

extension JSONValue {
  /// The value without NUL characters in its texts.
  fileprivate var withoutNulls: JSONValue {
    switch self {
    case .string(let text): .string(text.filter { $0 != "\0" })
    case .array(let elements): .array(elements.map(\.withoutNulls))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.withoutNulls) }))
    case .null, .bool, .number: self
    }
  }
}
