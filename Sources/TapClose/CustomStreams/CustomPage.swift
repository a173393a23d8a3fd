import CloseAPI
import JSONBytes
import Singer

/// A page of an endpoint that nobody has described but the user.
struct CustomPage: Sendable {
  var page: StreamPage
  /// A number for each row that another row has only by rare chance.
  var digests: [Int] = []
  /// Elements of the outermost list, which is what `_skip` counts.
  var elements = 0
  /// Whether `total_results` of the answer counts those.
  var isCounted = false
  /// Whether rows of the page have the same key.
  var sharesKeys = false
  /// Why the answer, though valid JSON, is not what the settings say.
  var fault: StreamError?
}

/// Turns the answers of an endpoint into RECORD lines; one per series of requests.
struct CustomPageEncoder: Sendable {
  private(set) var records: RecordEncoder
  private let stream: CustomStream
  private let sendsMetadata: Bool
  private let cleansText: Bool
  /// The columns of the lookup as `"name":value` pairs.
  private let constants: [UInt8]

  /// - Parameter row: the row of the lookup that is asked for.
  init(_ selection: StreamSelection, _ stream: CustomStream, row: JSONObject, cleansText: Bool) {
    records = RecordEncoder(selection.plan)
    self.stream = stream
    self.cleansText = cleansText
    let sent = selection.schema["properties"]?.object ?? JSONObject()
    sendsMetadata = !stream.metadata.isEmpty && sent[CustomStream.metadataField] != nil
    var pairs = JSONObject()
    for column in stream.request.shownColumns where sent[CustomStream.lookupPrefix + column] != nil {
      pairs[CustomStream.lookupPrefix + column] = row[column]?.macroText.map(JSONValue.string) ?? .null
    }
    constants = pairs.pairs
  }

  /// Encodes the rows of a page that are wanted.
  ///
  /// - Throws: `JSONError` for a body that is broken; one that is whole but something else comes as a fault.
  mutating func encode(
    _ response: APIResponse, isWanted: (RecordEncoder.Facts, Int) -> Bool
  ) throws(JSONError) -> CustomPage {
    let before = records
    do throws(JSONError) {
      return try encodeRows(response, isWanted)
    } catch {
      guard error.code == .wrongType else { throw error }
      try withJSONCursor(response.body) { (cursor) throws(JSONError) in
        try cursor.skipValue()
        try cursor.expectEnd()
      }
      records = before
      return CustomPage(page: StreamPage(lines: RecordLines()), fault: .noRecords(stream))
    }
  }

  private mutating func encodeRows(
    _ response: APIResponse, _ isWanted: (RecordEncoder.Facts, Int) -> Bool
  ) throws(JSONError) -> CustomPage {
    var page = CustomPage(
      page: StreamPage(lines: RecordLines(capacity: response.body.count + response.body.count / 8)))
    page.page.key = response.key
    records.stamp(extractedAt: .now())
    let constants = try constants + metadata(of: response.body)
    let needsKey = !stream.ownKeys.isEmpty
    page.page.envelope = try PageReader.readPage(response.body, stream.records) {
      (cursor) throws(JSONError) in
      let (mark, start) = (page.page.lines.count, cursor.offset)
      let facts = try records.encode(&cursor, constants: constants, into: page.page.lines)
      let digest = cursor.digest(of: start..<cursor.offset)
      if needsKey, facts.key == nil { page.fault = .noKey(stream) }
      page.page.rows.append(facts)
      page.digests.append(digest)
      if isWanted(facts, digest) {
        page.page.instants.append(facts.instant)
        page.page.count += 1
      } else {
        page.page.lines.truncate(to: mark)
      }
    }
    guard page.page.envelope.hasData else { throw JSONError(.wrongType, at: 0) }
    page.elements =
      stream.records.isNested
      ? try stream.records.outermostCount(in: response.body) : page.page.rows.count
    let keys = page.page.rows.compactMap(\.key)
    page.sharesKeys = Set(keys).count < keys.count
    page.isCounted = stream.records.steps.starts(with: RecordsPath.list.steps)
    return page
  }

  /// `,"_metadata":{…}`, the comma only where something stands before.
  private func metadata(of body: [UInt8]) throws(JSONError) -> [UInt8] {
    guard sendsMetadata else { return [] }
    let object = try stream.metadata.object(in: body, cleansText: cleansText)
    let pair = JSONObject([(CustomStream.metadataField, object)]).pairs
    return constants.isEmpty ? pair : [UInt8(ascii: ",")] + pair
  }
}

extension StreamError {
  static func noRecords(_ stream: CustomStream) -> StreamError {
    StreamError(
      "records_path \(stream.records) leads to no objects in the answer of \(stream.request.pathText)",
      "tap-close --suggest-paths shows which paths do")
  }

  static func noKey(_ stream: CustomStream) -> StreamError {
    StreamError(
      "a record lacks a text or number in primary_key (\(stream.ownKeys.joined(separator: ", ")))",
      "name fields that every record has, or leave primary_key out")
  }
}

extension RecordsPath {
  /// Whether it leads through one list into another.
  var isNested: Bool { steps.count { $0 == .each } > 1 }

  /// How many elements the outermost list in an answer has.
  func outermostCount(in body: [UInt8]) throws(JSONError) -> Int {
    try withJSONCursor(body) { (cursor) throws(JSONError) in
      for step in steps {
        guard case .member(let name) = step else { break }
        try cursor.enterObject()
        while let key = try cursor.nextKey(), !cursor.matches(key, name) { try cursor.skipValue() }
      }
      var count = 0
      try cursor.enterArray()
      while try cursor.nextElement() {
        try cursor.skipValue()
        count += 1
      }
      return count
    }
  }
}

extension JSONCursor {
  /// A number made of the bytes of a range.
  fileprivate func digest(of range: Range<Int>) -> Int {
    var hasher = Hasher()
    unsafe withBytes(in: range) { unsafe hasher.combine(bytes: $0) }
    return hasher.finalize()
  }
}
