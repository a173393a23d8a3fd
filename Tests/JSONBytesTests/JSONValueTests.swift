import JSONBytes
import Testing

@Suite("A JSON value")
struct JSONValueTests {
  @Test(
    "comes out as it came in: key order, numbers, everything",
    arguments: [
      "null", "true", "false", "1.10", "\"\"", "[]", "{}", "[[],[{}]]",
      #"{"z":1,"a":{"y":[1,2.50,1e3],"b":null},"é\n":"\u0000"}"#,
      #"{"k00":0,"k13":1,"k02":2,"k03":3,"k04":4,"k05":5,"k06":6,"k07":7,"k08":8,"k09":9,"k10":10,"k11":11,"k12":12,"a":13}"#,
    ])
  func roundTrips(text: String) throws {
    let value = try JSONValue(parsing: text)
    #expect(value.compact == text)
    #expect(try JSONValue(parsing: value.pretty) == value)
  }

  @Test("is indented by two spaces")
  func isPretty() throws {
    let value = try JSONValue(parsing: #"{"a":[1,{"b":[]}],"c":{},"d":"x"}"#)
    #expect(
      value.pretty == """
        {
          "a": [
            1,
            {
              "b": []
            }
          ],
          "c": {},
          "d": "x"
        }
        """)
  }

  @Test("takes the last of two members with one key, or none", arguments: ["a", #"\u0061"#])
  func handlesDuplicates(second: String) throws {
    let text = #"{"a":1,"b":2,"\#(second)":3}"#
    #expect(try JSONValue(parsing: text).compact == #"{"a":3,"b":2}"#)
    #expect(throws: JSONError(.duplicateKey, at: 13)) {
      try JSONValue(parsing: Array(text.utf8), duplicateKeys: .reject)
    }
    #expect(throws: JSONError(.duplicateKey, at: 20)) {
      try JSONValue(parsing: Array(#"[{"a":null},{"a":[],"a":1}]"#.utf8), duplicateKeys: .reject)
    }
    #expect(throws: Never.self) {
      try JSONValue(parsing: Array(#"{"a":{"a":1},"b":{"a":1}}"#.utf8), duplicateKeys: .reject)
    }
  }

  @Test("tells a null member from a missing one")
  func tellsNullFromMissing() throws {
    let value = try JSONValue(parsing: #"{"a":null}"#)
    #expect(value["a"] == .some(.null))
    #expect(value["a"]?.isNull == true)
    #expect(value["b"] == nil)
    #expect(JSONValue.int(1)["a"] == nil)
  }

  @Test("gives each type only to those who ask for it")
  func looksInside() throws {
    let values: [(JSONValue, String)] = [
      (nil, "null"), (true, "boolean"), (1, "number"), ("x", "string"), ([1], "array"), (["a": 1], "object"),
    ]
    for (value, type) in values {
      #expect(value.typeName == type)
      #expect((value.bool != nil) == (type == "boolean"))
      #expect((value.int != nil) == (type == "number"))
      #expect((value.double != nil) == (type == "number"))
      #expect((value.string != nil) == (type == "string"))
      #expect((value.array != nil) == (type == "array"))
      #expect((value.object != nil) == (type == "object"))
      #expect(value.isNull == (type == "null"))
    }
  }

  @Test("is changed member by member")
  func isChanged() {
    var value: JSONValue = ["a": 1, "b": ["c": 2]]
    value["b"]?["c"] = 3
    value["b"]?["d"] = nil
    value["a"] = nil
    value["e"] = .null
    #expect(value.compact == #"{"b":{"c":3},"e":null}"#)
    value["b"]?["c"] = nil
    #expect(value.compact == #"{"b":{},"e":null}"#)
    var text: JSONValue = "text"
    text["a"] = 1
    #expect(text == ["a": 1])
  }

  @Test("is equal to one with the same members in another order")
  func comparesMembers() throws {
    let left = try JSONValue(parsing: #"{"a":1,"b":[1,2]}"#)
    #expect(left == ["b": [1, 2], "a": 1])
    #expect(left.hashValue == (["b": [1, 2], "a": 1] as JSONValue).hashValue)
    #expect(left != ["b": [2, 1], "a": 1])
    #expect(left != ["a": 1])
    #expect(left != ["a": 1, "c": [1, 2]])
  }
}

@Suite("The members of a JSON object")
struct JSONObjectTests {
  /// Counts on both sides of the size from which members are found by an index.
  @Test("keep their order through changes", arguments: [1, 5, 11, 12, 13, 14, 40])
  func keepOrder(count: Int) {
    var object = JSONObject((0..<count).map { ("key\($0)", JSONValue.int($0)) })
    object["key\(count / 2)"] = "changed"
    object["new"] = true
    #expect(object.keys == (0..<count).map { "key\($0)" } + ["new"])
    object["key0"] = nil
    object["absent"] = nil
    #expect(object.keys == (1..<count).map { "key\($0)" } + ["new"])
    object["key0"] = 0
    #expect(object.keys.last == "key0")
    #expect(object.count == count + 1)
    for (key, value) in object { #expect(object[key] == value) }
    #expect(object["key0"] == 0)
    #expect(object["key\(count)"] == nil)
    for key in object.keys { object[key] = nil }
    #expect(object.isEmpty)
  }

  @Test("take the later of two with one key")
  func takeTheLater() {
    let object = JSONObject([("a", 1), ("b", 2), ("a", 3)])
    #expect(object.keys == ["a", "b"])
    #expect(object["a"] == 3)
  }
}
