import JSONBytes
import Testing

@testable import Singer

@Suite("Dates of a record")
struct RecordDatesTests {
  private let properties: JSONValue = [
    "at": .type("string", format: "date-time"), "on": .type("string", format: "date"), "x": .type("string"),
    "strict": ["type": "string", "format": "date-time"], "strict_day": ["type": "string", "format": "date"],
  ]

  @Test(
    "date-times are written in one form",
    arguments: [
      (#""2024-05-01T10:20:30.123456+00:00""#, #""2024-05-01T10:20:30.123456Z""#),
      (#""2024-05-01T10:20:30.123456Z""#, #""2024-05-01T10:20:30.123456Z""#),
      (#""2024-05-01T10:20:30""#, #""2024-05-01T10:20:30.000000Z""#),
      (#""2024-05-01 10:20:30.5+02:00""#, #""2024-05-01T08:20:30.500000Z""#),
      (#""2024-05-01T10:20:30\u002b00:00""#, #""2024-05-01T10:20:30.000000Z""#),
      (#""2024-05-01""#, #""2024-05-01T00:00:00.000000Z""#), ("null", "null"), (#""""#, "null"),
    ])
  func writesInstants(value: String, expected: String) throws {
    let encoded = try encodeRecords(
      #"{"x":"1", "at": \#(value), "strict_day":"2024-01-01"}"#, #"{"at":\#(value)}"#, properties: properties)
    #expect(
      encoded.records.map { $0.filter { $0 != " " } } == [
        #"{"x":"1","at":\#(expected),"strict_day":"2024-01-01"}"#, #"{"at":\#(expected)}"#,
      ])
    #expect(encoded.encoder.contradictions.isEmpty)
  }

  @Test(
    "what is no date-time goes where nobody expects one",
    arguments: [#""soon""#, #""2024-02-30""#, #"" ""#, "1714521600", "true", #"["2024-05-01"]"#, #"{"a":1}"#])
  func setsAsideWhatIsNoInstant(value: String) throws {
    let record = #"{"x":"1","at":\#(value),"strict":\#(value)}"#
    let encoded = try encodeRecords(record, properties: properties)
    #expect(encoded.records == [#"{"x":"1","_undeclared":{"at":\#(value),"strict":\#(value)}}"#])
    #expect(encoded.encoder.contradictions == ["at": 1, "strict": 1])
    #expect(
      try encodeRecords(record, properties: properties) { $0.undeclared = .drop }.records == [#"{"x":"1"}"#])
    #expect(try encodeRecords(record, properties: properties) { $0.undeclared = .pass }.records == [record])
  }

  @Test("a date that may not be null is not made null", arguments: ["null", #""""#])
  func keepsNullFromStrictDates(value: String) throws {
    let encoded = try encodeRecords(#"{"strict":\#(value),"strict_day":\#(value)}"#, properties: properties)
    #expect(encoded.records == [#"{"_undeclared":{"strict":\#(value),"strict_day":\#(value)}}"#])
  }

  @Test(
    "days are days and nothing more",
    arguments: [
      (#""2024-02-29""#, #"{"on":"2024-02-29"}"#), ("null", #"{"on":null}"#), (#""""#, #"{"on":null}"#),
      (#""2023-02-29""#, #"{"_undeclared":{"on":"2023-02-29"}}"#),
      (#""2024-02-29T00:00:00Z""#, #"{"_undeclared":{"on":"2024-02-29T00:00:00Z"}}"#),
      (#""2024-2-9""#, #"{"_undeclared":{"on":"2024-2-9"}}"#),
      (#""29.02.2024""#, #"{"_undeclared":{"on":"29.02.2024"}}"#),
      ("20240229", #"{"_undeclared":{"on":20240229}}"#),
    ])
  func checksDays(value: String, expected: String) throws {
    #expect(try encodeRecords(#"{"on":\#(value)}"#, properties: properties).records == [expected])
  }

  @Test("inside objects a date-time is written in the same form, and anything else stays as it is")
  func writesNestedInstants() throws {
    let encoded = try encodeRecords(
      #"{"c":[{"at":"2024-05-01","on":"x","n":1},{"at":"soon"},{"at":null},{"at":""},{"at":[1]}]}"#,
      properties: [
        "c": .arrayType(
          of:
            .objectType(["at": properties["at"] ?? nil, "on": properties["on"] ?? nil, "n": .type("string")]))
      ])
    #expect(
      encoded.records == [
        #"{"c": [{"at":"2024-05-01T00:00:00.000000Z","on":"x","n":1},{"at":"soon"},{"at":null},{"at":null},{"at":[1]}]}"#
          .replacing(#""c": "#, with: #""c":"#)
      ])
    #expect(encoded.encoder.contradictions.isEmpty)
  }

  @Test("other formats, and date formats of what is no string, are not looked at")
  func ignoresOtherFormats() throws {
    let record = #"{"time":"x","number":1,"at":"y"}"#
    let encoded = try encodeRecords(
      record,
      properties: [
        "time": .type("string", format: "time"), "number": .type("integer", format: "date-time"),
        "at": .type("string"),
      ])
    #expect(encoded.records == [record])
  }
}
