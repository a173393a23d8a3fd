import JSONBytes
import Testing

@testable import Singer

@Suite("Keys of several fields")
struct RecordKeyTests {
  private func keys(_ records: String..., schema: JSONValue = [:]) throws -> (
    keys: [String?], lines: [String]
  ) {
    let plan = RecordPlan(
      stream: "x", schema: ["properties": schema], keyProperties: ["a", "b"], replicationKey: nil
    ) { _ in true }
    var encoder = RecordEncoder(plan)
    let lines = RecordLines()
    var keys: [String?] = []
    try withJSONCursor(Array("[\(records.joined(separator: ","))]".utf8)) { cursor in
      try cursor.enterArray()
      while try cursor.nextElement() { keys.append(try encoder.encode(&cursor, into: lines).key) }
    }
    return (keys, String(decoding: lines.bytes, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  @Test("do not depend on the order of fields, nor run into each other")
  func tellsRecordsApart() throws {
    let keys = try keys(
      #"{"a":"x","b":"y"}"#, #"{"b":"y","c":0,"a":"x"}"#, #"{"a":"xy","b":""}"#, #"{"a":"","b":"xy"}"#,
      #"{"a":"1,1:","b":"2"}"#, #"{"a":"1","b":"1:,2"}"#, #"{"a":1,"b":2}"#
    ).keys
    #expect(keys[0] == keys[1] && keys[0] != nil)
    #expect(Set(keys).count == 6)
  }

  @Test("need every field", arguments: [#"{"a":"x"}"#, #"{"a":"x","b":null}"#, #"{"a":true,"b":"y"}"#, "{}"])
  func needAll(record: String) throws {
    #expect(try keys(#"{"a":"x","b":"y"}"#, record).keys[1] == nil)
  }

  @Test("keep the text of each where the schema wants texts")
  func writeTexts() throws {
    let lines = try keys(
      #"{"a":1,"b":2.50,"c":3}"#,
      schema: ["a": ["type": "string"], "b": ["type": "string"], "c": ["type": "integer"]]
    ).lines
    #expect(lines[0].contains(#""record":{"a":"1","b":"2.50","c":3}"#))
  }
}
