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
  public struct Facts: Hashable, Sendable {
    /// Text of the key property; nil when it is missing, null or not a string or number.
    public var key: String?
    /// Instant of the replication key; nil when it is missing, null or no date.
    public var instant: Timestamp?
  }

  var plan: RecordPlan
  private let head: [UInt8]
  private var tail: [UInt8] = []
  // What becomes known of the record at hand on the way through it.
  var facts = Facts()
  /// Pairs to go into `_undeclared`, joined by commas.
  var undeclared: [UInt8] = []
  /// Elements to go into the list of prefixed fields, joined by commas.
  var listed: [UInt8] = []
  /// Number of the record in which each top-level field was last met, to notice one that stands twice.
  var lastMet: [Int]
  var recordNumber = 0
  /// Names met that no schema declares, in the order met; beyond thousands no further ones are noted.
  public internal(set) var undeclaredNames: [String] = []
  /// Values met whose type contradicts the schema, by field.
  public internal(set) var contradictions: [String: Int] = [:]
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
    lastMet = Array(repeating: 0, count: plan.keys.count)
    stamp(extractedAt: .now())
  }

  /// Sets `time_extracted`, and `version` for streams that announce one, for the records that follow.
  public mutating func stamp(extractedAt instant: Timestamp, version: Int? = nil) {
    tail.removeAll(keepingCapacity: true)
    tail.append("}")
    if let version { tail.append(contentsOf: ",\"version\":\(version)".utf8) }
    tail.append(",\"time_extracted\":\"")
    instant.write(to: &tail)
    tail.append("\"}\n")
  }

  /// Encodes the record at the cursor as one line behind `output`.
  ///
  /// - Parameter constants: fields to put first, as `"name":value` pairs joined by commas; the plan's options
  ///   name them.
  /// - Throws: `JSONError` with the offset in the page; `output` is then as it was.
  public mutating func encode(
    _ cursor: inout JSONCursor, constants: [UInt8] = [], into output: inout [UInt8]
  ) throws(JSONError) -> Facts {
    let lineStart = output.count
    do throws(JSONError) {
      try encodeLine(&cursor, constants, into: &output)
    } catch {
      output.removeSubrange(lineStart...)
      throw error
    }
    if cursor.foundLineBreak { output.blankLineBreaks(from: lineStart) }
    if cursor.foundUncleanText, plan.options.cleansText {
      cleanedRecords += 1
      output.cleanText(from: lineStart)
    }
    return facts
  }

  private mutating func encodeLine(
    _ cursor: inout JSONCursor, _ constants: [UInt8], into output: inout [UInt8]
  ) throws(JSONError) {
    recordNumber += 1
    facts = Facts()
    undeclared.removeAll(keepingCapacity: true)
    listed.removeAll(keepingCapacity: true)
    cursor.foundUncleanText = false
    cursor.foundLineBreak = false

    output.append(contentsOf: head)
    let start = output.count
    output.append(contentsOf: constants)
    try encodeFields(&cursor, object: 0, start: start, into: &output)
    if !listed.isEmpty {
      output.appendComma(from: start)
      output.appendJSONString(plan.options.listField)
      output.append(":[")
      output.append(contentsOf: listed)
      output.append("]")
    }
    if !undeclared.isEmpty {
      output.appendComma(from: start)
      output.appendJSONString(RecordPlan.undeclaredField)
      output.append(":{")
      output.append(contentsOf: undeclared)
      output.append("}")
    }
    output.append(contentsOf: tail)
  }
}

extension [UInt8] {
  /// Separates the next item from those written since `start`.
  @inline(__always)
  mutating func appendComma(from start: Int) {
    if count > start { append(UInt8(ascii: ",")) }
  }

  /// Line breaks stand only between tokens (a raw one inside a string is invalid), so a space does as well.
  fileprivate mutating func blankLineBreaks(from start: Int) {
    for index in start..<count - 1 where self[index] == 0x0A || self[index] == 0x0D { self[index] = 0x20 }
  }

  fileprivate mutating func cleanText(from start: Int) {
    let line = Array(self[start...])
    removeSubrange(start...)
    withJSONCursor(line) { $0.appendCleaned(0..<line.count, to: &self) }
  }
}
