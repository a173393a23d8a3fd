import JSONBytes
import Testing

@testable import Singer

/// What an encoder made of some records.
struct EncodedRecords {
  /// Whole lines, without their line breaks.
  var lines: [String] = []
  /// What the lines carry as `record`.
  var records: [String] { lines.map { String($0.dropFirst(head.utf8.count).dropLast(tail.utf8.count)) } }
  var facts: [RecordEncoder.Facts] = []
  var encoder: RecordEncoder

  private let head = #"{"type":"RECORD","stream":"leads","record":"#
  private let tail = #","time_extracted":"2024-01-01T00:00:00.000000Z"}"#
}

extension JSONValue {
  /// A property schema of this type, nullable.
  static func type(_ name: String, format: String? = nil) -> JSONValue {
    var schema: JSONValue = ["type": ["null", .string(name)]]
    if let format { schema["format"] = .string(format) }
    return schema
  }

  /// The property schema of an object.
  static func objectType(_ properties: JSONValue) -> JSONValue {
    ["type": ["null", "object"], "properties": properties]
  }

  /// The property schema of an array.
  static func arrayType(of items: JSONValue) -> JSONValue {
    ["type": ["null", "array"], "items": items]
  }
}

/// Encodes records, one line each; every line must be one valid JSON text without doubled keys.
///
/// - Parameter deselected: field names, those of nested ones as `contacts.phone`.
func encodeRecords(
  _ records: String..., properties: JSONValue, key: String? = "id", replicationKey: String? = "date_updated",
  deselected: Set<String> = [], constants: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout RecordPlan.Options) -> Void = { _ in }
) throws -> EncodedRecords {
  var options = RecordPlan.Options()
  change(&options)
  let plan = RecordPlan(
    stream: "leads", schema: ["type": "object", "properties": properties],
    keyProperties: [key].compactMap(\.self),
    replicationKey: replicationKey, options: options
  ) { breadcrumb in
    !deselected.contains(breadcrumb.filter { $0 != "properties" && $0 != "items" }.joined(separator: "."))
  }
  var encoded = EncodedRecords(encoder: RecordEncoder(plan))
  encoded.encoder.stamp(extractedAt: Timestamp(seconds: 1_704_067_200))
  let page = Array("[\(records.joined(separator: ","))]".utf8)
  let lines = RecordLines()
  try withJSONCursor(page) { cursor in
    try cursor.enterArray()
    while try cursor.nextElement() {
      encoded.facts.append(
        try encoded.encoder.encode(&cursor, constants: Array(constants.utf8), into: lines))
    }
    try cursor.expectEnd()
  }
  let output = lines.bytes
  #expect(records.isEmpty || output.last == UInt8(ascii: "\n"), sourceLocation: sourceLocation)
  encoded.lines = output.dropLast().split(separator: UInt8(ascii: "\n")).map {
    String(decoding: $0, as: UTF8.self)
  }
  #expect(encoded.lines.count == records.count, sourceLocation: sourceLocation)
  for line in encoded.lines {
    #expect(throws: Never.self, sourceLocation: sourceLocation) {
      try JSONValue(parsing: Array(line.utf8), duplicateKeys: .reject)
    }
  }
  return encoded
}
