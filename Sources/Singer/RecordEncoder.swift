public import JSONBytes

/// Turns records of a page into RECORD lines: one walk over their bytes, ranges copied, nothing built.
///
///     {"id": "lead_1", "date_updated": "2024-05-01T00:00:00+00:00", "new": 1}
///     {"type":"RECORD","stream":"leads","record":{"id": "lead_1", "date_updated": "2024-05-01T00:00:00.000000Z",
///      "_undeclared":{"new": 1}},"time_extracted":"…"}
///
/// A value whose type contradicts the schema is treated as undeclared: it is kept, and no loader chokes on it.
/// Encoders are values; every task encodes with its own copy.
public struct RecordEncoder: Sendable {
  /// What the driver learns about a record while it is encoded.
  public struct Facts: Hashable, Sendable {
    /// Text of the key property; nil when it is missing, null or not a string or number.
    ///
    /// Of several properties it is made of all texts, in a form of its own, and nil when one is nil.
    public var key: String?
    /// Instant of the replication key; nil when it is missing, null or no date.
    public var instant: Timestamp?
  }

  var plan: RecordPlan
  private let head: [UInt8]
  private var tail: [UInt8] = []
  private let undeclaredOpening: [UInt8]
  private let listOpening: [UInt8]
  // What becomes known of the record at hand on the way through it.
  var facts = Facts()
  /// The text of each key property, when there are several.
  var keyTexts: [String?] = []
  /// Pairs to go into `_undeclared`, joined by commas.
  var undeclared: [UInt8] = []
  /// Elements to go into the list of prefixed fields, joined by commas.
  var listed: [UInt8] = []
  var recordNumber = 0
  /// Spaces behind a comma of the page, and perhaps a colon: 0 or 1, or else it is told by 0.
  var spacing = 0
  /// Text on its way to the output.
  var scratch: [UInt8] = []
  /// What of the page has not been written yet.
  var copy = PageCopy()
  /// Names met that no schema declares, in the order met; beyond thousands no further ones are noted.
  public internal(set) var undeclaredNames: [String] = []
  /// Values met whose type contradicts the schema, by field.
  public internal(set) var contradictions: [String: Int] = [:]
  /// Records whose text had to be cleaned.
  public private(set) var cleanedRecords = 0

  /// The field whose value is handed out as each record's key; nil where there are several, or none.
  public var soleKeyProperty: String? { plan.hasCompoundKey ? nil : plan.keyProperties.first }

  /// Creates an encoder.
  public init(_ plan: RecordPlan) {
    self.plan = plan
    var head: [UInt8] = []
    head.append("{\"type\":\"RECORD\",\"stream\":")
    head.appendJSONString(plan.stream)
    head.append(",\"record\":{")
    self.head = head
    undeclaredOpening = RecordEncoder.opening(RecordPlan.undeclaredField, "{")
    listOpening = RecordEncoder.opening(plan.options.listField, "[")
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
    _ cursor: inout JSONCursor, constants: [UInt8] = [], into output: RecordLines
  ) throws(JSONError) -> Facts {
    let lineStart = output.count
    do throws(JSONError) {
      try encodeLine(&cursor, constants, into: output)
    } catch {
      output.truncate(to: lineStart)
      throw error
    }
    if cursor.foundLineBreak { output.replace(from: lineStart) { $0.blankLineBreaks() } }
    if cursor.foundUncleanText, plan.options.cleansText {
      cleanedRecords += 1
      output.replace(from: lineStart) { $0.cleanText() }
    }
    return facts
  }

  private mutating func encodeLine(
    _ cursor: inout JSONCursor, _ constants: [UInt8], into output: RecordLines
  ) throws(JSONError) {
    recordNumber += 1
    plan.fields.makeUnique()
    facts = Facts()
    if plan.hasCompoundKey { keyTexts = Array(repeating: nil, count: plan.keyProperties.count) }
    if !undeclared.isEmpty { undeclared.removeAll(keepingCapacity: true) }
    if !listed.isEmpty { listed.removeAll(keepingCapacity: true) }
    cursor.foundUncleanText = false
    cursor.foundLineBreak = false

    output.append(head)
    let start = output.count
    if !constants.isEmpty { output.append(constants) }
    var members = MemberRun(hasMembers: !constants.isEmpty)
    try encodeFields(&cursor, object: 0, &members, into: output)
    members.drop(&copy, cursor, output)
    if plan.hasCompoundKey { facts.key = compoundKey }
    if !listed.isEmpty { append(listOpening, listed, UInt8(ascii: "]"), from: start, to: output) }
    if !undeclared.isEmpty {
      append(undeclaredOpening, undeclared, UInt8(ascii: "}"), from: start, to: output)
    }
    output.append(tail)
  }

  private func append(
    _ opening: [UInt8], _ items: [UInt8], _ closing: UInt8, from start: Int, to output: RecordLines
  ) {
    if output.count > start { output.append(UInt8(ascii: ",")) }
    output.append(opening)
    output.append(items)
    output.append(closing)
  }

  /// `"name":` and a bracket.
  private static func opening(_ name: String, _ bracket: StaticString) -> [UInt8] {
    var opening: [UInt8] = []
    opening.appendJSONString(name)
    opening.append(":")
    opening.append(bracket)
    return opening
  }
}

extension [UInt8] {
  /// Separates the next item from those written since `start`.
  @inline(__always)
  mutating func appendComma(from start: Int) {
    if count > start { append(UInt8(ascii: ",")) }
  }

  /// Line breaks stand only between tokens (a raw one inside a string is invalid), so a space does as well.
  fileprivate mutating func blankLineBreaks() {
    for index in 0..<count - 1 where self[index] == 0x0A || self[index] == 0x0D { self[index] = 0x20 }
  }

  fileprivate mutating func cleanText() {
    let line = self
    removeAll(keepingCapacity: true)
    withJSONCursor(line) { $0.appendCleaned(0..<line.count, to: &self) }
  }
}
