import JSONBytes
import TestSupport
import Testing

@testable import Singer

@Suite("A RECORD line")
struct RecordEncoderTests {
  private let properties: JSONValue = [
    "id": .type("string"), "name": .type("string"), "value": .type("number"),
    "tags": .arrayType(of: .type("string")),
    "date_updated": .type("string", format: "date-time"), "open": .type("boolean"),
  ]

  @Test("carries stream, record, version and time of extraction")
  func carriesEnvelope() throws {
    let plan = RecordPlan(
      stream: "a \"stream\"", schema: ["properties": properties], keyProperties: [], replicationKey: nil
    ) { _ in true }
    var encoder = RecordEncoder(plan)
    func line() throws -> String {
      let output = RecordLines()
      try withJSONCursor(Array(#"{"id":"x"}"#.utf8)) { _ = try encoder.encode(&$0, into: output) }
      return String(decoding: output.bytes, as: UTF8.self)
    }
    encoder.stamp(extractedAt: Timestamp(seconds: 0))
    #expect(
      try line() == #"{"type":"RECORD","stream":"a \"stream\"","record":{"id":"x"},"#
        + #""time_extracted":"1970-01-01T00:00:00.000000Z"}"# + "\n")
    encoder.stamp(extractedAt: Timestamp(seconds: 1), version: 1_700_000_000_000)
    #expect(
      try line() == #"{"type":"RECORD","stream":"a \"stream\"","record":{"id":"x"},"version":1700000000000,"#
        + #""time_extracted":"1970-01-01T00:00:01.000000Z"}"# + "\n")
  }

  @Test(
    "copies what is selected byte by byte",
    arguments: [
      #"{}"#, #"{"id":"lead_1"}"#, #"{"id":null,"name":null,"value":null,"tags":null,"open":null}"#,
      #"{"value":1.10}"#, #"{"value":12345678901234567890}"#, #"{"value":-0.0E+00}"#, #"{"open":false}"#,
      #"{"name":"\u00e9\/ \"quoted\" é 😀"}"#, #"{"tags":["a", "b",[],{"c" : 1}]}"#,
      #"{"open": true, "name": "spaces as they are",  "id":"x"}"#,
    ])
  func copies(record: String) throws {
    #expect(try encodeRecords(record, properties: properties).records == [record])
  }

  @Test("needs no fields at all")
  func encodesEmptySchema() throws {
    #expect(try encodeRecords("{ }", "{}", properties: [:]).records == ["{}", "{}"])
  }

  @Test(
    "leaves out what is deselected, wherever it stands",
    arguments: [
      (["id"], #"{"name": "n", "value": 1, "open": true}"#),
      (["name"], #"{"id": "i","value": 1, "open": true}"#),
      (["open"], #"{"id": "i", "name": "n", "value": 1}"#), (["id", "open"], #"{"name": "n", "value": 1}"#),
      (["name", "value"], #"{"id": "i","open": true}"#), (["id", "name", "value"], #"{"open": true}"#),
      (["id", "value"], #"{"name": "n","open": true}"#), (["id", "name", "value", "open"], "{}"),
    ] as [(Set<String>, String)])
  func deselects(fields: Set<String>, expected: String) throws {
    let record = #"{"id": "i", "name": "n", "value": 1, "open": true}"#
    #expect(try encodeRecords(record, properties: properties, deselected: fields).records == [expected])
  }

  @Test("leaves out nested fields, in objects and through arrays")
  func deselectsNested() throws {
    let properties: JSONValue = [
      "id": .type("string"),
      "contacts": .arrayType(
        of:
          .objectType([
            "name": .type("string"), "phone": .type("string"),
            "emails": .arrayType(of: .objectType(["email": .type("string"), "type": .type("string")])),
          ])),
      "owner": .objectType(["id": .type("string"), "secret": .type("string")]),
    ]
    func nested(_ record: String, without fields: Set<String>) throws -> String? {
      try encodeRecords(record, properties: properties, deselected: fields).records.first
    }
    let contact =
      #"{"name": "A", "phone": "1", "emails": [{"email": "a@b", "type": "x"}, {"type": "y"}], "new": [1]}"#
    let record = #"{"contacts": [\#(contact), {}], "owner": {"id": "o", "secret": "s"}}"#
    #expect(try nested(record, without: []) == record)
    #expect(
      try nested(record, without: ["contacts.phone"])
        == #"{"contacts": [{"name": "A","emails": [{"email": "a@b", "type": "x"}, {"type": "y"}], "new": [1]}, {}], "owner": {"id": "o", "secret": "s"}}"#
    )
    #expect(
      try nested(record, without: ["contacts.emails.type", "owner.secret", "contacts.name"])
        == #"{"contacts": [{"phone": "1", "emails": [{"email": "a@b"}, {}], "new": [1]}, {}], "owner": {"id": "o"}}"#
    )
    #expect(
      try nested(record, without: ["contacts.emails", "owner"])
        == #"{"contacts": [{"name": "A", "phone": "1","new": [1]}, {}]}"#)
    // Null, empty, and values that are no objects have nothing to leave out.
    for value in ["null", "[]", "[null, 1, \"phone\", [[]]]"] {
      let record = #"{"id": "x","contacts": \#(value)}"#
      #expect(
        try nested(record, without: ["contacts.phone"])?.filter { $0 != " " } == record.filter { $0 != " " })
    }
    #expect(
      try nested(#"{"contacts": [[{"phone": "1", "name": "B"}]]}"#, without: ["contacts.phone"])
        == #"{"contacts": [[{"name": "B"}]]}"#)
  }

  @Test("knows keys that are written with escapes")
  func knowsEscapedKeys() throws {
    let record = #"{"\u0069d":"i","na\u006de":"n","valu\u0065":1,"\u006eew":2}"#
    let encoded = try encodeRecords(record, properties: properties, deselected: ["name"])
    #expect(encoded.records == [#"{"\u0069d":"i","valu\u0065":1,"_undeclared":{"\u006eew":2}}"#])
    #expect(encoded.facts.first?.key == "i")
    #expect(encoded.encoder.undeclaredNames == ["new"])
    let nested = try encodeRecords(
      #"{"owner":{"\u0073ecret":1,"i\u0064":2}}"#,
      properties: ["owner": .objectType(["id": [:], "secret": [:]])],
      deselected: ["owner.secret"])
    #expect(nested.records == [#"{"owner":{"i\u0064":2}}"#])
    let quoted = try encodeRecords(
      #"{"a\"b":1,"c\\d":2}"#, properties: ["a\"b": [:], "c\\d": [:]], deselected: ["c\\d"])
    #expect(quoted.records == [#"{"a\"b":1}"#])
  }

  @Test("is found in records of any key order")
  func followsAnyOrder() throws {
    var random = SeededGenerator(seed: 1)
    let fields = (0..<40).map { "\"field\($0)\": \($0)" }
    let properties = JSONValue.object(JSONObject((0..<40).map { ("field\($0)", .type("integer")) }))
    let records = (0..<50).map { _ in
      "{\(fields.shuffled(using: &random).prefix(30).joined(separator: ", "))}"
    }
    for record in records + ["{}", "{\(fields.joined(separator: ", "))}"] {
      #expect(try encodeRecords(record, properties: properties).records == [record])
    }
    var encoder = try encodeRecords(properties: properties).encoder
    for record in records {
      let output = RecordLines()
      try withJSONCursor(Array(record.utf8)) { _ = try encoder.encode(&$0, into: output) }
      #expect(String(decoding: output.bytes, as: UTF8.self).contains(record))
    }
  }

  @Test("puts constants first, and once")
  func putsConstantsFirst() throws {
    let properties: JSONValue = ["lead_id": .type("string"), "email": .type("string")]
    func lines(_ record: String, _ deselected: Set<String> = []) throws -> [String] {
      try encodeRecords(
        record, properties: properties, deselected: deselected, constants: #""lead_id":"l","n":1"#
      ) {
        $0.constants = ["lead_id", "n"]
      }.records
    }
    #expect(try lines(#"{"email": "e"}"#) == [#"{"lead_id":"l","n":1,"email": "e"}"#])
    #expect(try lines(#"{}"#) == [#"{"lead_id":"l","n":1}"#])
    #expect(
      try lines(#"{"lead_id": "other", "email": "e", "n": 2}"#) == [#"{"lead_id":"l","n":1,"email": "e"}"#])
    #expect(try lines(#"{"email": "e"}"#, ["email"]) == [#"{"lead_id":"l","n":1}"#])
    #expect(try lines(#"{"x": 1}"#) == [#"{"lead_id":"l","n":1,"_undeclared":{"x": 1}}"#])
  }

  @Test("stays on one line when the page is pretty-printed")
  func staysOnOneLine() throws {
    let record = "{\r\n  \"id\": \"a\",\n\t\"tags\": [\n    \"x\\n\",\r    \"y\"\n  ],\n  \"open\":\n true\n}"
    let encoded = try encodeRecords(record, record, properties: properties, deselected: ["open"])
    let expected = "{\"id\": \"a\", \t\"tags\": [     \"x\\n\",     \"y\"   ]}"
    #expect(encoded.records == [expected, expected])
    let nested = try encodeRecords(
      "{\n\"owner\"\n:\n{\n\"id\"\n:\n1\n,\n\"x\"\n:\n2\n}\n}",
      properties: ["owner": .objectType(["id": [:], "x": [:]])],
      deselected: ["owner.x"])
    #expect(nested.records == [#"{"owner" : { "id" : 1}}"#])
  }

  @Test("is made of the same bytes by every encoder, and by one that has seen other records")
  func isReproducible() throws {
    let records = [
      #"{"id":"1","new":1,"date_updated":"2024-01-01"}"#,
      #"{"new":{"a":[1]},"newer":2,"value":"x","id":"1"}"#,
    ]
    let first = try encodeRecords(records[0], records[1], records[0], properties: properties)
    let second = try encodeRecords(records[1], records[0], properties: properties)
    #expect(first.lines[0] == first.lines[2])
    #expect(first.lines[0] == second.lines[1])
    #expect(first.lines[1] == second.lines[0])
  }

  @Test(
    "is not written for a record with a key that stands twice",
    arguments: [
      (#"{"id":"a","id":"b"}"#, 10), (#"{"id":"a","\u0069d":"b"}"#, 10), (#"{"new":1,"new":2}"#, 9),
      (#"{"name":"a","id":"b","name":"c"}"#, 21), (#"{"open":true,"open":true}"#, 13),
    ])
  func rejectsDuplicates(record: String, offset: Int) {
    #expect(throws: JSONError(.duplicateKey, at: offset + 1)) {
      try encodeRecords(record, properties: properties, deselected: ["open"])
    }
  }

  @Test("leaves nothing behind of a record that is malformed")
  func leavesNothingBehind() throws {
    var encoder = try encodeRecords(properties: properties).encoder
    let good = Array(#"{"id":"a","new":[1,{"x":"\u0000"}],"date_updated":"2024-01-01","value":1}"#.utf8)
    let output = RecordLines()
    try withJSONCursor(good) { _ = try encoder.encode(&$0, into: output) }
    let before = output.bytes
    for cut in 0..<good.count {
      #expect(throws: JSONError(.unexpectedEnd, at: cut)) {
        try withJSONCursor(Array(good[..<cut])) { _ = try encoder.encode(&$0, into: output) }
      }
      #expect(output.bytes == before)
    }
    for record in ["[]", "1", "\"x\"", "null", "[{\"id\":1}]"] {
      #expect(throws: JSONError(.wrongType, at: 0)) {
        try withJSONCursor(Array(record.utf8)) { _ = try encoder.encode(&$0, into: output) }
      }
      #expect(output.bytes == before)
    }
    output.truncate(to: 0)
    let facts = try withJSONCursor(good) { try encoder.encode(&$0, into: output) }
    #expect(facts == RecordEncoder.Facts(key: "a", instant: Timestamp("2024-01-01")))
    #expect(String(decoding: output.bytes, as: UTF8.self).contains(#"{"id":"a","date_updated":"2024-01-01T"#))
  }
}
