import JSONBytes
import Testing

@testable import Singer

@Suite("What no schema declares")
struct RecordUndeclaredTests {
  private let properties: JSONValue = [
    "id": .type("string"), "n": .type("integer"), "custom_fields": .arrayType(of: [:]),
  ]
  private let record = #"{"new": {"a": 1}, "id": "x", "custom.cf_a": [1, 2], "n": 1}"#

  @Test(
    "is collected, dropped or passed",
    arguments: [
      (.collect, #"{"id": "x","n": 1,"_undeclared":{"new": {"a": 1},"custom.cf_a": [1, 2]}}"#),
      (.drop, #"{"id": "x","n": 1}"#),
      (.pass, #"{"new": {"a": 1}, "id": "x", "custom.cf_a": [1, 2], "n": 1}"#),
    ] as [(RecordPlan.Undeclared, String)])
  func isTreated(as choice: RecordPlan.Undeclared, expected: String) throws {
    let encoded = try encodeRecords(record, record, #"{"id":"y"}"#, properties: properties) {
      $0.undeclared = choice
    }
    #expect(encoded.records == [expected, expected, #"{"id":"y"}"#])
    #expect(encoded.encoder.undeclaredNames == ["new", "custom.cf_a"])
    #expect(encoded.encoder.contradictions.isEmpty)
  }

  @Test("is left out when the object that takes it is deselected")
  func followsSelection() throws {
    let encoded = try encodeRecords(record, properties: properties, deselected: ["_undeclared"])
    #expect(encoded.records == [#"{"id": "x","n": 1}"#])
    #expect(encoded.encoder.undeclaredNames == ["new", "custom.cf_a"])
  }

  @Test("is left out without a word when it is to be ignored, unless the schema knows it")
  func canBeIgnored() throws {
    let encoded = try encodeRecords(record, record, properties: properties) {
      $0.ignored = ["new", "id", "absent"]
    }
    let expected = #"{"id": "x","n": 1,"_undeclared":{"custom.cf_a": [1, 2]}}"#
    #expect(encoded.records == [expected, expected])
    #expect(encoded.encoder.undeclaredNames == ["custom.cf_a"])
  }

  @Test("passes inside objects")
  func passesInside() throws {
    let encoded = try encodeRecords(
      #"{"o": {"new": 1, "a": 2, "b": 3, "\u0062": 4}}"#,
      properties: ["o": .objectType(["a": [:], "b": [:]])],
      deselected: ["o.b"])
    #expect(encoded.records == [#"{"o": {"new": 1, "a": 2}}"#])
    #expect(encoded.encoder.undeclaredNames.isEmpty)
  }

  @Test(
    "includes values whose type contradicts the schema",
    arguments: [
      (
        "integer", ["1", "-0", "12345678901234567890", "null"],
        ["1.5", "1.0", "1e3", "\"1\"", "true", "[]", "{}"]
      ),
      ("number", ["1", "1.5", "1e3", "null"], ["\"1\"", "false", "[1]"]),
      ("string", ["\"\"", "\"1\"", "null"], ["1", "true", "[]", "{}"]),
      ("boolean", ["true", "false", "null"], ["1", "\"true\""]),
      ("array", ["[]", "[1]", "null"], ["{}", "\"[]\"", "1"]),
      ("object", ["{}", "{\"a\":1}", "null"], ["[]", "\"{}\"", "1"]),
    ] as [(String, [String], [String])])
  func includesContradictions(name: String, fitting: [String], contradicting: [String]) throws {
    for value in fitting {
      let encoded = try encodeRecords(#"{"f":\#(value)}"#, properties: ["f": .type(name)])
      #expect(encoded.records == [#"{"f":\#(value)}"#])
      #expect(encoded.encoder.contradictions.isEmpty)
    }
    for value in contradicting {
      func records(_ choice: RecordPlan.Undeclared, _ deselected: Set<String> = []) throws -> [String] {
        let encoded = try encodeRecords(
          #"{"a":1,"f":\#(value),"b":2}"#, properties: ["f": .type(name), "a": [:], "b": [:]],
          deselected: deselected
        ) { $0.undeclared = choice }
        #expect(encoded.encoder.contradictions == ["f": 1])
        #expect(encoded.encoder.undeclaredNames.isEmpty)
        return encoded.records
      }
      #expect(try records(.collect) == [#"{"a":1,"b":2,"_undeclared":{"f":\#(value)}}"#])
      #expect(try records(.collect, ["_undeclared"]) == [#"{"a":1,"b":2}"#])
      #expect(try records(.drop) == [#"{"a":1,"b":2}"#])
      #expect(try records(.pass) == [#"{"a":1,"f":\#(value),"b":2}"#])
    }
  }

  @Test(
    "is not suspected where a schema names no single type",
    arguments: [[:], ["type": []], ["anyOf": [["type": "string"]]], ["type": "surprise"], true] as [JSONValue]
  )
  func trustsOpenSchemas(schema: JSONValue) throws {
    for value in ["1.5", "\"x\"", "null", "[]", "{}", "true"] {
      #expect(
        try encodeRecords(#"{"f":\#(value)}"#, properties: ["f": schema]).records == [#"{"f":\#(value)}"#])
    }
  }

  @Test("includes null where the schema allows none")
  func checksNull() throws {
    let encoded = try encodeRecords(
      #"{"f":null,"g":null}"#, properties: ["f": ["type": "string"], "g": ["type": ["string", "null"]]])
    #expect(encoded.records == [#"{"g":null,"_undeclared":{"f":null}}"#])
  }

  @Test("includes a whole object or list that was to be looked into but is something else")
  func includesOtherShapes() throws {
    let encoded = try encodeRecords(
      #"{"o":[1],"l":{"a":1},"x":1}"#,
      properties: [
        "o": .objectType(["a": [:], "b": [:]]), "l": .arrayType(of: .objectType(["a": [:], "b": [:]])),
        "x": [:],
      ],
      deselected: ["o.b", "l.b"])
    #expect(encoded.records == [#"{"x":1,"_undeclared":{"o":[1],"l":{"a":1}}}"#])
    #expect(encoded.encoder.contradictions == ["o": 1, "l": 1])
  }

  @Test("keeps a field that is called like the object that takes it")
  func keepsItsNamesake() throws {
    let record = #"{"id":"x","_undeclared":{"a":1},"new":2}"#
    let declared: JSONValue = ["id": .type("string"), "_undeclared": .type("object")]
    #expect(
      try encodeRecords(record, properties: declared).records
        == [#"{"id":"x","_undeclared":{"_undeclared":{"a":1},"new":2}}"#])
    #expect(try encodeRecords(record, properties: declared) { $0.undeclared = .pass }.records == [record])
    #expect(
      try encodeRecords(record, properties: declared) { $0.undeclared = .drop }.records
        == [#"{"id":"x","_undeclared":{"a":1}}"#])
  }

  @Test("is listed by id when it has the prefix")
  func isListed() throws {
    func list(_ record: String, deselected: Set<String> = []) throws -> EncodedRecords {
      try encodeRecords(record, record, properties: properties, deselected: deselected) {
        $0.listedPrefix = "custom."
      }
    }
    let record = #"{"id":"x","custom.cf_a":[1, 2],"new":1,"cust\u006fm.cf_\"b":null,"custom.cf_c\n":"v"}"#
    let listed = try list(record)
    let expected =
      #"{"id":"x","custom_fields":[{"id":"cf_a","value":[1, 2]},{"id":"cf_\"b","value":null},"#
      + #"{"id":"cf_c\n","value":"v"}],"_undeclared":{"new":1}}"#
    #expect(listed.records == [expected, expected])
    #expect(listed.encoder.undeclaredNames == ["new"])
    #expect(try list(#"{"id":"x"}"#).records.first == #"{"id":"x"}"#)
    let deselected = try list(record, deselected: ["custom_fields"])
    #expect(deselected.records.first == #"{"id":"x","_undeclared":{"new":1}}"#)
    #expect(deselected.encoder.undeclaredNames == ["new"])
    #expect(
      try list(#"{"custom_fields":7,"custom.a":1}"#).records.first
        == #"{"custom_fields":[{"id":"a","value":1}],"_undeclared":{"custom_fields":7}}"#)
    #expect(
      try encodeRecords(
        #"{"custom.":1,"custom.a":2}"#, properties: properties.setting("custom.a", to: .type("integer"))
      ) {
        $0.listedPrefix = "custom."
      }.records == [#"{"custom.a":2,"custom_fields":[{"id":"","value":1}]}"#])
  }

  @Test("is treated alike when its name is too long to be remembered, in a record and in an object inside")
  func isTreatedAlikeWithLongName() throws {
    let name = String(repeating: "x", count: 5000)
    let record = #"{"id":"1","\#(name)":{"a":1},"owner":{"\#(name)":2,"id":"o","secret":3}}"#
    let encoded = try encodeRecords(
      record, record, properties: ["id": [:], "owner": .objectType(["id": [:], "secret": [:]])],
      deselected: ["owner.secret"])
    let expected = #"{"id":"1","owner":{"\#(name)":2,"id":"o"},"_undeclared":{"\#(name)":{"a":1}}}"#
    #expect(encoded.records == [expected, expected])
    #expect(encoded.encoder.undeclaredNames == [])
  }

  @Test("is remembered up to a limit, and treated alike beyond it")
  func isRememberedUpToALimit() throws {
    let names = (0..<10_500).map { "new\($0)" }
    let record = "{\(names.map { "\"\($0)\":1" }.joined(separator: ","))}"
    let encoded = try encodeRecords(
      record, #"{"new10400":2,"new3":3}"#, properties: [:], key: nil, replicationKey: nil)
    #expect(encoded.records == ["{\"_undeclared\":\(record)}", #"{"_undeclared":{"new10400":2,"new3":3}}"#])
    #expect((9_000...10_000).contains(encoded.encoder.undeclaredNames.count))
  }
}

extension JSONValue {
  fileprivate func setting(_ key: String, to value: JSONValue) -> JSONValue {
    var copy = self
    copy[key] = value
    return copy
  }
}
