public import JSONBytes

/// Turns records of a page into RECORD lines: one walk over their bytes, ranges copied, nothing built.
///
///     {"id": "lead_1", "date_updated": "2024-05-01T00:00:00+00:00", "new": 1}
///     {"type":"RECORD","stream":"leads","record":{"id": "lead_1","date_updated":"2024-05-01T00:00:00.000000Z",
///      "_undeclared":{"new": 1}},"time_extracted":"…"}
///
/// A value whose type contradicts the schema is treated as undeclared: it is kept, and no loader chokes on it.
/// Encoders are values; every task encodes with its own copy.
public struct RecordEncoder: Sendable {
  /// What the driver learns about a record while it is encoded.
  public struct Facts: Sendable {
    /// Text of the key property; nil when it is missing, null or not a string or number.
    public var key: String?
    /// Instant of the replication key; nil when it is missing, null or no date.
    public var instant: Timestamp?
  }

  private var plan: RecordPlan
  private let head: [UInt8]
  private var tail: [UInt8] = []
  /// Bytes of `"name": value` pairs that no schema declares, and of the listed ones, in the record at hand.
  private var undeclared: [UInt8] = []
  private var listed: [UInt8] = []
  /// Number of the record in which each top-level field was last met, to notice one that stands twice.
  private var lastMet: [Int] = []
  private var recordNumber = 0
  /// Names met that no schema declares, in the order met.
  public private(set) var undeclaredNames: [String] = []
  /// Values met whose type contradicts the schema, by field.
  public private(set) var contradictions: [String: Int] = [:]
  /// Records whose text had to be cleaned.
  public private(set) var cleanedRecords = 0

  /// Creates an encoder.
  public init(_ plan: RecordPlan) {
    self.plan = plan
    var head: [UInt8] = []
    head.append("{\"type\":\"RECORD\",\"stream\":")
    head.appendJSONString(plan.stream)
    head.append(",\"record\":{")
    self.head = head
    lastMet = Array(repeating: 0, count: plan.nodes[0].keys.count)
    stamp(extractedAt: .now())
  }

  /// Sets `time_extracted`, and `version` for streams that announce one, for the records that follow.
  public mutating func stamp(extractedAt instant: Timestamp, version: Int? = nil) {
    tail.removeAll(keepingCapacity: true)
    tail.append("}")
    if let version { tail.append(contentsOf: Array(",\"version\":\(version)".utf8)) }
    tail.append(",\"time_extracted\":\"")
    instant.write(to: &tail)
    tail.append("\"}\n")
  }

  /// Encodes the record at the cursor as one line behind `output`.
  ///
  /// - Parameter constants: fields to put first, as `"name":value` pairs joined by commas.
  /// - Throws: `JSONError`; `output` then ends with a torn line, which the caller must cut off.
  public mutating func encode(
    _ cursor: inout JSONCursor, constants: [UInt8] = [], into output: inout [UInt8]
  ) throws(JSONError) -> Facts {
    var facts = Facts()
    recordNumber += 1
    undeclared.removeAll(keepingCapacity: true)
    listed.removeAll(keepingCapacity: true)
    cursor.foundUncleanText = false
    cursor.foundLineBreak = false

    let lineStart = output.count
    output.append(contentsOf: head)
    let bodyStart = output.count
    output.append(contentsOf: constants)
    try encodeFields(&cursor, node: 0, start: bodyStart, into: &output, facts: &facts)
    if !listed.isEmpty {
      appendGathered(listed, as: plan.options.listField, "[", "]", start: bodyStart, to: &output)
    }
    if !undeclared.isEmpty {
      appendGathered(undeclared, as: RecordPlan.undeclaredField, "{", "}", start: bodyStart, to: &output)
    }
    output.append(contentsOf: tail)

    if cursor.foundLineBreak { output.blankLineBreaks(from: lineStart) }
    if cursor.foundUncleanText && plan.options.cleansText {
      cleanedRecords += 1
      output.cleanText(from: lineStart)
    }
    return facts
  }

  private func appendGathered(
    _ bytes: [UInt8], as name: String, _ opening: StaticString, _ closing: StaticString, start: Int,
    to output: inout [UInt8]
  ) {
    if output.count > start { output.append(UInt8(ascii: ",")) }
    output.appendJSONString(name)
    output.append(":")
    output.append(opening)
    output.append(contentsOf: bytes)
    output.append(closing)
  }
}

// MARK: - Fields

extension RecordEncoder {
  /// Copies the fields of the object at the cursor, without its braces; `start` is where its content begins.
  ///
  /// Neighbouring fields that are only copied are copied together, commas and all.
  private mutating func encodeFields(
    _ cursor: inout JSONCursor, node: Int, start: Int, into output: inout [UInt8], facts: inout Facts
  ) throws(JSONError) {
    var previous: Int?
    var run = JSONRun()
    try cursor.enterObject()
    while let key = try cursor.nextKey() {
      let keyStart = key.content.lowerBound - 1
      guard let index = find(key, in: cursor, node: node, after: previous) else {
        if node == 0 {
          try encodeUnknown(key, &cursor, run: &run, start: start, into: &output)
        } else {
          run.extend(by: keyStart..<(try cursor.skipValue().upperBound))
        }
        continue
      }
      previous = index
      let field = plan.nodes[node].fields[index]
      if node == 0 {
        guard lastMet[index] != recordNumber else { throw JSONError(.duplicateKey, at: keyStart) }
        lastMet[index] = recordNumber
      }
      switch field.action {
      case .skip:
        let value = try cursor.skipValue()
        note(value, field.roles, cursor, &facts)
        run.flush(cursor, start: start, to: &output)
      case .copy(let allowed):
        let type = cursor.nextType
        let value = try cursor.skipValue()
        if !field.roles.isEmpty { note(value, field.roles, cursor, &facts) }
        if allowed.permits(type, value, cursor) {
          run.extend(by: keyStart..<value.upperBound)
        } else {
          run.flush(cursor, start: start, to: &output)
          contradict(key, keyStart..<value.upperBound, cursor, node: node, start: start, to: &output)
        }
      case .instant:
        run.flush(cursor, start: start, to: &output)
        try encodeInstant(key, field.roles, &cursor, node: node, start: start, into: &output, facts: &facts)
      case .descend(let inner, let allowed):
        run.flush(cursor, start: start, to: &output)
        if allowed.contains(cursor.nextType) {
          output.appendComma(from: start)
          cursor.copy(keyStart..<cursor.offset, to: &output)
          try encodeInside(&cursor, node: inner, into: &output, facts: &facts)
        } else {
          let value = try cursor.skipValue()
          contradict(key, keyStart..<value.upperBound, cursor, node: node, start: start, to: &output)
        }
      case .collect:
        run.flush(cursor, start: start, to: &output)
        undeclared.appendComma(from: 0)
        cursor.copy(keyStart..<(try cursor.skipValue().upperBound), to: &undeclared)
      case .list:
        run.flush(cursor, start: start, to: &output)
        let value = try cursor.skipValue()
        appendListed(key, value, cursor)
      }
    }
    run.flush(cursor, start: start, to: &output)
  }

  private mutating func find(
    _ key: JSONString, in cursor: JSONCursor, node: Int, after previous: Int?
  ) -> Int? {
    unsafe cursor.withBytes(in: key.content) { unsafe plan.nodes[node].keys.find($0, after: previous) }
  }

  /// An object, or an array whose objects have the same fields; anything else is copied.
  private mutating func encodeInside(
    _ cursor: inout JSONCursor, node: Int, into output: inout [UInt8], facts: inout Facts
  ) throws(JSONError) {
    switch cursor.nextType {
    case .object:
      output.append("{")
      try encodeFields(&cursor, node: node, start: output.count, into: &output, facts: &facts)
      output.append("}")
    case .array:
      output.append("[")
      let start = output.count
      try cursor.enterArray()
      while try cursor.nextElement() {
        output.appendComma(from: start)
        try encodeInside(&cursor, node: node, into: &output, facts: &facts)
      }
      output.append("]")
    default:
      cursor.copy(try cursor.skipValue(), to: &output)
    }
  }

  /// Writes a date in the one form loaders agree on; `""` is no date and becomes null.
  private mutating func encodeInstant(
    _ key: JSONString, _ roles: RecordPlan.Roles, _ cursor: inout JSONCursor, node: Int, start: Int,
    into output: inout [UInt8], facts: inout Facts
  ) throws(JSONError) {
    let type = cursor.nextType
    let value = try cursor.skipValue()
    let text = type == .string ? value.lowerBound + 1..<value.upperBound - 1 : value
    let instant = unsafe cursor.withBytes(in: text) { unsafe Timestamp(parsing: $0) }
    if roles.contains(.replicationKey) { facts.instant = instant }
    if roles.contains(.key) { note(value, .key, cursor, &facts) }

    guard type == .string && instant != nil || type == .null || text.isEmpty else {
      let pair = key.content.lowerBound - 1..<value.upperBound
      contradict(key, pair, cursor, node: node, start: start, to: &output)
      return
    }
    output.appendComma(from: start)
    cursor.copy(key.content.lowerBound - 1..<key.content.upperBound + 1, to: &output)
    if let instant {
      output.append(":\"")
      instant.write(to: &output)
      output.append("\"")
    } else {
      output.append(":null")
    }
  }
}

// MARK: - What no schema declares

extension RecordEncoder {
  /// Meets a top-level field for the first time, decides once what becomes of it, and does that.
  private mutating func encodeUnknown(
    _ key: JSONString, _ cursor: inout JSONCursor, run: inout JSONRun, start: Int, into output: inout [UInt8]
  ) throws(JSONError) {
    let value = try cursor.skipValue()
    let pair = key.content.lowerBound - 1..<value.upperBound
    let name = cursor.text(of: key)
    let action = self.action(forUnknown: name)
    // A key written with escapes may be a known one in disguise; it is decided on anew each time.
    if !key.hasEscapes {
      _ = plan.nodes[0].add(name, RecordPlan.Field(action: action))
      lastMet.append(recordNumber)
    }
    switch action {
    case .list:
      run.flush(cursor, start: start, to: &output)
      appendListed(key, value, cursor)
    case .collect:
      noteUndeclared(name)
      run.flush(cursor, start: start, to: &output)
      undeclared.appendComma(from: 0)
      cursor.copy(pair, to: &undeclared)
    case .copy:
      noteUndeclared(name)
      run.extend(by: pair)
    default:
      if !plan.options.ignored.contains(name) { noteUndeclared(name) }
      run.flush(cursor, start: start, to: &output)
    }
  }

  private func action(forUnknown name: String) -> RecordPlan.Action {
    if let prefix = plan.options.listedPrefix, name.hasPrefix(prefix) {
      return plan.listsFields ? .list : .skip
    }
    if plan.options.ignored.contains(name) { return .skip }
    switch plan.options.undeclared {
    case .collect: return plan.collectsUndeclared ? .collect : .skip
    case .drop: return .skip
    case .pass: return .copy(allowed: .any)
    }
  }

  private mutating func noteUndeclared(_ name: String) {
    if !undeclaredNames.contains(name) { undeclaredNames.append(name) }
  }

  /// Keeps a value that contradicts the schema: with the undeclared ones, or where it stands inside an object.
  private mutating func contradict(
    _ key: JSONString, _ pair: Range<Int>, _ cursor: JSONCursor, node: Int, start: Int,
    to output: inout [UInt8]
  ) {
    contradictions[cursor.text(of: key), default: 0] += 1
    if node != 0 || plan.options.undeclared == .pass {
      output.appendComma(from: start)
      cursor.copy(pair, to: &output)
    } else if plan.collectsUndeclared {
      undeclared.appendComma(from: 0)
      cursor.copy(pair, to: &undeclared)
    }
  }

  private mutating func appendListed(_ key: JSONString, _ value: Range<Int>, _ cursor: JSONCursor) {
    let prefixLength = plan.options.listedPrefix?.utf8.count ?? 0
    listed.appendComma(from: 0)
    listed.append("{\"id\":\"")
    cursor.copy(key.content.lowerBound + prefixLength..<key.content.upperBound, to: &listed)
    listed.append("\",\"value\":")
    cursor.copy(value, to: &listed)
    listed.append("}")
  }

  /// Notes the key and the instant the driver asked for.
  private func note(
    _ value: Range<Int>, _ roles: RecordPlan.Roles, _ cursor: JSONCursor, _ facts: inout Facts
  ) {
    if roles.isEmpty { return }
    let isString = unsafe cursor.withBytes(in: value) { unsafe $0.first == UInt8(ascii: "\"") }
    let text = isString ? value.lowerBound + 1..<value.upperBound - 1 : value
    if roles.contains(.key), isString || cursor.text(in: value).first?.isNumber == true {
      facts.key = cursor.text(in: text)
    }
    if roles.contains(.replicationKey), isString {
      facts.instant = unsafe cursor.withBytes(in: text) { unsafe Timestamp(parsing: $0) }
    }
  }
}

/// A run of neighbouring fields that is copied in one piece.
private struct JSONRun {
  private var range: Range<Int>?

  mutating func extend(by pair: Range<Int>) {
    range = (range?.lowerBound ?? pair.lowerBound)..<pair.upperBound
  }

  mutating func flush(_ cursor: JSONCursor, start: Int, to output: inout [UInt8]) {
    guard let range else { return }
    output.appendComma(from: start)
    cursor.copy(range, to: &output)
    self.range = nil
  }
}

extension JSONCursor {
  /// The type of the value the cursor stands before.
  fileprivate var nextType: JSONTypes {
    mutating get { peek().map { JSONTypes(firstByte: $0) } ?? .null }
  }
}

extension JSONTypes {
  /// Whether a value of this `type` may stand here; a fraction or exponent makes a number no integer.
  fileprivate func permits(_ type: JSONTypes, _ value: Range<Int>, _ cursor: JSONCursor) -> Bool {
    if contains(type) { return true }
    guard type == .number, contains(.integer) else { return false }
    return unsafe cursor.withBytes(in: value) {
      unsafe $0.allSatisfy { $0 <= UInt8(ascii: "9") && $0 != UInt8(ascii: ".") }
    }
  }
}

extension [UInt8] {
  /// Separates the next item from those written since `start`.
  @inline(__always)
  fileprivate mutating func appendComma(from start: Int) {
    if count > start { append(UInt8(ascii: ",")) }
  }

  /// Line breaks stand only between tokens (a raw one inside a string is invalid), so a space does as well.
  fileprivate mutating func blankLineBreaks(from start: Int) {
    for index in start..<count - 1 where self[index] == 0x0A || self[index] == 0x0D { self[index] = 0x20 }
  }

  fileprivate mutating func cleanText(from start: Int) {
    var cleaned = Array(self[..<start])
    withJSONCursor(self) { cursor in cursor.appendCleaned(start..<count, to: &cleaned) }
    self = cleaned
  }
}
