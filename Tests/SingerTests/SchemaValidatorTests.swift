import JSONBytes
import Testing

@testable import Singer

@Suite("A record")
struct SchemaValidatorTests {
  private func validator(_ schema: String, keys: [String] = []) throws -> SchemaValidator {
    try SchemaValidator(
      SingerMessage.Schema(
        stream: "s", schema: json(schema), keyProperties: keys, bookmarkProperties: [], line: 3))
  }

  private func validate(_ record: String, _ validator: SchemaValidator) throws {
    let line = #"{"type":"RECORD","stream":"s","record":\#(record)}"#
    guard case .record(let message) = try SingerMessage(parsing: Array(line.utf8), line: 8) else {
      Issue.record("not a record")
      return
    }
    try validator.validate(try message.parse(), of: message)
  }

  /// The schema of the property `f`, and values it takes.
  @Test(
    "that obeys its schema is valid",
    arguments: [
      ("{}", ["null", "1", #""x""#, "[]", "{}"]),
      ("true", ["null", "1"]),
      (#"{"type":"string"}"#, [#""""#, #""x""#]),
      (#"{"type":["null","string"]}"#, ["null", #""x""#]),
      (#"{"type":"integer"}"#, ["1", "-0", "1.0", "1e3", "123456789012345678901234567890"]),
      (#"{"type":"number"}"#, ["1", "1.5", "1e400", "-0.0"]),
      (#"{"type":["integer","boolean"]}"#, ["1", "true", "false"]),
      (#"{"type":"array"}"#, ["[]", "[1,null]"]),
      (#"{"type":"array","items":{"type":"string"}}"#, ["[]", #"["a","b"]"#]),
      (
        #"{"type":"array","items":[{"type":"string"},{"type":"integer"}]}"#,
        ["[]", #"["a"]"#, #"["a",1,true]"#]
      ),
      (#"{"minItems":1,"maxItems":2}"#, ["[1]", "[1,2]", "5"]),
      (#"{"type":"object","properties":{"a":{"type":"string"}}}"#, ["{}", #"{"a":"x"}"#, #"{"b":1}"#]),
      (#"{"type":"object","properties":{"a":{}},"additionalProperties":false}"#, ["{}", #"{"a":1}"#]),
      (#"{"additionalProperties":{"type":"integer"}}"#, ["{}", #"{"any":1}"#]),
      (#"{"additionalProperties":false,"patternProperties":{"^x":{}}}"#, [#"{"x1":1}"#]),
      (#"{"required":["a"]}"#, [#"{"a":null}"#, "7"]),
      (#"{"enum":["a",1,null]}"#, [#""a""#, "1", "1.0", "null"]),
      (#"{"minimum":1,"maximum":2}"#, ["1", "1.5", "2"]),
      (#"{"minimum":1,"exclusiveMinimum":true}"#, ["1.01"]),
      (#"{"exclusiveMinimum":1,"exclusiveMaximum":2}"#, ["1.5"]),
      (#"{"minLength":1,"maxLength":2}"#, [#""ä""#, #""😀😀""#]),
      (#"{"pattern":"^a$"}"#, [#""b""#]),
      (#"{"format":"email"}"#, [#""nobody""#]),
      (
        #"{"type":["null","string"],"format":"date-time"}"#,
        [
          "null", #""2024-05-01T08:00:00Z""#, #""2024-05-01 08:00:00""#, #""2024-05-01""#,
          #""2024-05-01T08:00:00.123456789+02:00""#,
        ]
      ),
      (#"{"anyOf":[{"type":"null"},{"type":"string","maxLength":1}]}"#, ["null", #""x""#]),
      (#"{"oneOf":[{"type":"null"},{"type":"string"}]}"#, ["null", #""x""#]),
      (#"{"allOf":[{"type":"string"},{"minLength":2}]}"#, [#""xx""#]),
      (##"{"type":"string","$ref":"#/x","contentEncoding":"base64","multipleOf":0}"##, [#""x""#]),
    ])
  func valid(schema: String, values: [String]) throws {
    let validator = try validator(#"{"properties":{"f":\#(schema)}}"#)
    for value in values { try validate(#"{"f":\#(value)}"#, validator) }
    try validate("{}", validator)
  }

  @Test(
    "that breaks its schema is refused with the place",
    arguments: [
      (#"{"type":"string"}"#, "1", "record.f: must be string, not 1"),
      (#"{"type":["null","string"]}"#, "[]", "record.f: must be null or string, not an array"),
      (#"{"type":"string"}"#, "null", "record.f: must be string, not null"),
      (#"{"type":"integer"}"#, "1.5", "record.f: must be integer, not 1.5"),
      (#"{"type":"integer"}"#, #""1""#, #"record.f: must be integer, not "1""#),
      (#"{"type":["boolean","number"]}"#, #""1""#, #"record.f: must be boolean or number, not "1""#),
      ("false", "1", "record.f: must be absent, not 1"),
      (#"{"items":{"type":"string"}}"#, #"["a",1]"#, "record.f[1]: must be string, not 1"),
      (
        #"{"items":[{"type":"string"},{"type":"integer"}]}"#, #"["a","b"]"#,
        #"record.f[1]: must be integer, not "b""#
      ),
      (#"{"minItems":1}"#, "[]", "record.f: has 0 elements; at least 1 are allowed"),
      (#"{"maxItems":1}"#, "[1,2]", "record.f: has 2 elements; 0 to 1 are allowed"),
      (
        #"{"properties":{"a":{"properties":{"b":{"items":{"type":"null"}}}}}}"#, #"{"a":{"b":[null,2]}}"#,
        "record.f.a.b[1]: must be null, not 2"
      ),
      (
        #"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"a":1,"b":2}"#,
        #"record.f: the schema declares no property "b" and allows no others"#
      ),
      (#"{"additionalProperties":{"type":"string"}}"#, #"{"b":2}"#, "record.f.b: must be string, not 2"),
      (#"{"required":["a","b"]}"#, #"{"a":1}"#, #"record.f: the required property "b" is missing"#),
      (#"{"enum":["a",null]}"#, #""b""#, #"record.f: must be one of "a", null, not "b""#),
      (#"{"minimum":1}"#, "0.5", "record.f: must be at least 1.0, not 0.5"),
      (#"{"minimum":1,"exclusiveMinimum":true}"#, "1", "record.f: must be more than 1.0, not 1"),
      (#"{"exclusiveMinimum":1}"#, "1", "record.f: must be more than 1.0, not 1"),
      (#"{"minimum":0,"exclusiveMinimum":1}"#, "1", "record.f: must be more than 1.0, not 1"),
      (#"{"minimum":2,"exclusiveMinimum":1}"#, "1.5", "record.f: must be at least 2.0, not 1.5"),
      (#"{"maximum":1,"exclusiveMaximum":true}"#, "1", "record.f: must be less than 1.0, not 1"),
      (#"{"exclusiveMaximum":1}"#, "1e2", "record.f: must be less than 1.0, not 1e2"),
      (#"{"minLength":2}"#, #""😀""#, "record.f: has 1 characters; at least 2 are allowed"),
      (#"{"format":"date-time"}"#, #""yesterday""#, #"record.f: must be a date-time, not "yesterday""#),
      (
        #"{"format":"date-time"}"#, #""2024-02-30T00:00:00Z""#,
        #"record.f: must be a date-time, not "2024-02-30T00:00:00Z""#
      ),
      (
        #"{"anyOf":[{"type":"null"},{"type":"string","maxLength":1}]}"#, #""xx""#,
        "record.f: has 2 characters; 0 to 1 are allowed"
      ),
      (
        #"{"anyOf":[{"type":"null"},{"type":"string"}]}"#, "1",
        "record.f: has none of the 2 forms that are allowed; it is 1"
      ),
      (
        #"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, "1",
        #"record.f: matches more than one form of its "oneOf""#
      ),
      (
        #"{"allOf":[{"type":"string"},{"minLength":2}]}"#, #""x""#,
        "record.f: has 1 characters; at least 2 are allowed"
      ),
    ])
  func invalid(schema: String, value: String, message: String) throws {
    let validator = try validator(#"{"properties":{"f":\#(schema)}}"#)
    #expect(errorText { try validate(#"{"f":\#(value)}"#, validator) } == "line 8: stream s: \(message)")
  }

  @Test("needs its key properties")
  func keys() throws {
    let validator = try validator(#"{"properties":{"id":{"type":["null","string"]}}}"#, keys: ["id", "part"])
    try validate(#"{"id":"a","part":1}"#, validator)
    try validate(#"{"id":null,"part":1}"#, validator)
    #expect(
      errorText { try validate(#"{"id":"a"}"#, validator) }
        == #"line 8: stream s: record: the key property "part" is missing"#)
  }

  @Test("breaks the schema at its top too")
  func top() throws {
    let validator = try validator(#"{"properties":{},"required":["a"],"additionalProperties":false}"#)
    #expect(
      errorText { try validate("{}", validator) }
        == #"line 8: stream s: record: the required property "a" is missing"#)
  }

  @Test(
    "cannot be checked against a schema that is none",
    arguments: [
      ("{}", #"line 3: stream s: schema: "properties" is missing"#),
      (#"{"properties":[]}"#, "line 3: stream s: schema.properties: must be an object, not an array"),
      (
        #"{"properties":{"a":1}}"#, "line 3: stream s: schema.properties.a: a schema must be an object, not 1"
      ),
      (
        #"{"properties":{"a":{"type":"strin"}}}"#,
        #"line 3: stream s: schema.properties.a.type: must name JSON types, not "strin""#
      ),
      (
        #"{"properties":{"a":{"type":[1]}}}"#,
        "line 3: stream s: schema.properties.a.type: must name JSON types, not [1]"
      ),
      (
        #"{"properties":{"a":{"items":{"properties":{"b":{"enum":1}}}}}}"#,
        "line 3: stream s: schema.properties.a.items.properties.b.enum: must be an array, not 1"
      ),
      (
        #"{"properties":{"a":{"anyOf":[{},{"anyOf":{}}]}}}"#,
        "line 3: stream s: schema.properties.a.anyOf[1].anyOf: must be an array, not an object"
      ),
    ])
  func unusableSchema(schema: String, message: String) {
    #expect(errorText { _ = try validator(schema) } == message)
  }
}
