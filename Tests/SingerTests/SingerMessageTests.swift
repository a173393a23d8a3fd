import JSONBytes
import Testing

@testable import Singer

@Suite("A Singer message")
struct SingerMessageTests {
  private func parse(_ text: String, line: Int = 1) throws(SingerError) -> SingerMessage {
    try SingerMessage(parsing: Array(text.utf8), line: line)
  }

  @Test("SCHEMA")
  func schema() throws {
    let text =
      #"{"type":"SCHEMA","stream":"leads","schema":{"properties":{}},"key_properties":["id"],"bookmark_properties":["d"]}"#
    guard case .schema(let message) = try parse(text, line: 3) else { throw Mismatch() }
    #expect(message.stream == "leads")
    #expect(message.schema == ["properties": [:]])
    #expect(message.keyProperties == ["id"])
    #expect(message.bookmarkProperties == ["d"])
    #expect(message.line == 3)
  }

  @Test("SCHEMA without keys", arguments: ["", #","key_properties":[]"#, #","key_properties":null"#])
  func schemaWithoutKeys(member: String) throws {
    guard case .schema(let message) = try parse(#"{"type":"SCHEMA","stream":"s","schema":{}\#(member)}"#)
    else {
      throw Mismatch()
    }
    #expect(message.keyProperties.isEmpty)
  }

  @Test("RECORD, with white space and members in any order")
  func record() throws {
    let text =
      #" { "record" : {"id": 1.10, "x": ["\u00e4", "ä"]} , "time_extracted":"2024-05-01T10:00:00+02:00", "own":{"a":1}, "#
      + #""version": 12, "stream":"le\u0061ds","type":"RECORD" } "#
    guard case .record(let message) = try parse(text, line: 9) else { throw Mismatch() }
    #expect(message.stream == "leads")
    #expect(message.version == 12)
    #expect(message.timeExtracted == Timestamp("2024-05-01T08:00:00Z"))
    #expect(message.line == 9)
    #expect(String(decoding: message.bytes, as: UTF8.self) == #"{"id": 1.10, "x": ["\u00e4", "ä"]}"#)
    #expect(JSONValue.object(try message.parse()).compact == #"{"id":1.10,"x":["ä","ä"]}"#)
  }

  @Test(
    "RECORD may lack what is optional", arguments: ["", #","version":null"#, #","time_extracted":null"#])
  func bareRecord(member: String) throws {
    guard case .record(let message) = try parse(#"{"type":"RECORD","stream":"s","record":{}\#(member)}"#)
    else {
      throw Mismatch()
    }
    #expect(message.version == nil && message.timeExtracted == nil)
    #expect(try message.parse().isEmpty)
  }

  @Test("RECORD keeps numbers, escapes and depth as they are")
  func awkwardRecord() throws {
    let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
    let record =
      #"{"big":123456789012345678901234567890,"tiny":1e-400,"nul":"\u0000","half":"\ud83d","deep":\#(deep)}"#
    guard case .record(let message) = try parse(#"{"type":"RECORD","stream":"s","record":\#(record)}"#) else {
      throw Mismatch()
    }
    let parsed = try message.parse()
    #expect(parsed["big"].map(\.compact) == "123456789012345678901234567890")
    #expect(parsed["tiny"].map(\.compact) == "1e-400")
    #expect(parsed["nul"] == "\0")
    #expect(parsed["half"] == "\u{FFFD}")
    #expect(parsed["deep"]?.compact == deep)
  }

  @Test("STATE", arguments: ["{}", #"{"bookmarks":{"a":{}}}"#, "null", "[1]"])
  func state(value: String) throws {
    guard case .state(let found, let line) = try parse(#"{"type":"STATE","value":\#(value)}"#, line: 4) else {
      throw Mismatch()
    }
    #expect(found.compact == value)
    #expect(line == 4)
  }

  @Test("ACTIVATE_VERSION")
  func activateVersion() throws {
    let message = try parse(#"{"type":"ACTIVATE_VERSION","stream":"s","version":1714550400123}"#, line: 2)
    guard case .activateVersion("s", 1_714_550_400_123, 2) = message else { throw Mismatch() }
  }

  @Test("BATCH")
  func batch() throws {
    let text =
      #"{"type":"BATCH","stream":"s","encoding":{"format":"jsonl"},"manifest":["file:///a.jsonl.gz"]}"#
    guard case .batch(let message) = try parse(text) else { throw Mismatch() }
    #expect(message.manifest == ["file:///a.jsonl.gz"])
    #expect(message.encoding == ["format": "jsonl"])
  }

  @Test("of another type is known to be unknown")
  func unknown() throws {
    guard case .unknown("LOG", 1) = try parse(#"{"type":"LOG","anything":[1]}"#) else { throw Mismatch() }
  }

  @Test("may write its type in small letters, as the specification says")
  func lowerCase() throws {
    guard case .state = try parse(#"{"type":"state","value":{}}"#) else { throw Mismatch() }
  }

  @Test(
    "that is malformed says what is wrong and on which line",
    arguments: [
      // No JSON at all, or not a whole one.
      ("hello", "line 7: a Singer message must be a JSON object"),
      ("\"hello\"", "line 7: a Singer message must be a JSON object"),
      ("{", "line 7: this is not a Singer message: the JSON text ends too early at byte 1"),
      (
        #"{"type":"RECORD","stream":"s","record":{"id":"a"#,
        "line 7: this is not a Singer message: the JSON text ends too early at byte 47"
      ),
      (
        #"{"type":"STATE","value":{}}}"#,
        "line 7: this is not a Singer message: unexpected text after the JSON value"
      ),
      (#"{"type":"STATE","value":{}} {}"#, "line 7: this is not a Singer message: unexpected text after"),
      (#"{'type':'STATE'}"#, "line 7: this is not a Singer message: unexpected byte in JSON at byte 1"),
      (
        #"{"type":"STATE","value":NaN}"#,
        "line 7: this is not a Singer message: unexpected byte in JSON at byte 24"
      ),
      (
        #"{"type":"STATE","value":-Infinity}"#,
        "line 7: this is not a Singer message: invalid number at byte 24"
      ),
      (#"{"type":"STATE","value":01}"#, "line 7: this is not a Singer message: invalid number at byte 24"),
      (
        "{\"type\":\"ST\tATE\"}",
        "line 7: this is not a Singer message: unescaped control character in a string"
      ),
      (#"{"type":"STATE","value":"\x"}"#, "line 7: this is not a Singer message: invalid escape in a string"),
      // A key that stands twice, at any depth.
      (
        #"{"type":"STATE","value":{},"value":{}}"#,
        "line 7: this is not a Singer message: a key that stands twice in one object at byte 27"
      ),
      (
        #"{"type":"RECORD","stream":"s","record":{"a":1,"b":{"c":1,"c":2}}}"#,
        "line 7: this is not a Singer message: a key that stands twice in one object at byte 57"
      ),
      // Another kind of JSON.
      ("[]", "line 7: a Singer message must be a JSON object"),
      ("\"x\"", "line 7: a Singer message must be a JSON object"),
      ("null", "line 7: a Singer message must be a JSON object"),
      // Members missing or of a wrong type.
      ("{}", #"line 7: "type" is missing"#),
      (#"{"type":null}"#, #"line 7: "type" must be a string, not null"#),
      (#"{"type":1,"stream":"s"}"#, #"line 7: stream s: "type" must be a string, not 1"#),
      (#"{"type":"RECORD","record":{}}"#, #"line 7: "stream" is missing"#),
      (#"{"type":"RECORD","stream":[],"record":{}}"#, #"line 7: "stream" must be a string, not an array"#),
      (#"{"type":"RECORD","stream":"s"}"#, #"line 7: stream s: "record" is missing"#),
      (
        #"{"type":"RECORD","stream":"s","record":null}"#,
        #"line 7: stream s: "record" must be an object, not null"#
      ),
      (
        #"{"type":"RECORD","stream":"s","record":[]}"#,
        #"line 7: stream s: "record" must be an object, not an array"#
      ),
      (
        #"{"type":"RECORD","stream":"s","record":{},"version":"1"}"#,
        #"line 7: stream s: "version" must be a whole number, not "1""#
      ),
      (
        #"{"type":"RECORD","stream":"s","record":{},"time_extracted":5}"#,
        #"line 7: stream s: "time_extracted" must be a string, not 5"#
      ),
      (#"{"type":"SCHEMA","stream":"s"}"#, #"line 7: stream s: "schema" is missing"#),
      (#"{"type":"SCHEMA","schema":{}}"#, #"line 7: "stream" is missing"#),
      (
        #"{"type":"SCHEMA","stream":"s","schema":true}"#,
        #"line 7: stream s: "schema" must be an object, not true"#
      ),
      (
        #"{"type":"SCHEMA","stream":"s","schema":{},"key_properties":"id"}"#,
        #"line 7: stream s: "key_properties" must be an array of strings, not "id""#
      ),
      (
        #"{"type":"SCHEMA","stream":"s","schema":{},"key_properties":[1]}"#,
        #"line 7: stream s: "key_properties" must be an array of strings, not an array"#
      ),
      (#"{"type":"STATE"}"#, #"line 7: "value" is missing"#),
      (#"{"type":"ACTIVATE_VERSION","stream":"s"}"#, #"line 7: stream s: "version" is missing"#),
      (#"{"type":"BATCH","stream":"s","encoding":{}}"#, #"line 7: stream s: "manifest" is missing"#),
    ])
  func malformed(text: String, message: String) throws {
    let found = try #require(errorText { _ = try parse(text, line: 7) })
    #expect(found.hasPrefix(message))
    #expect(!found.contains("\n"))
  }

  @Test(
    "with bytes that are no UTF-8 is malformed",
    arguments: [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF5, 0x80]])
  func invalidUTF8(bytes: [UInt8]) {
    let line = Array(#"{"type":"STATE","value":""#.utf8) + bytes + Array(#""}"#.utf8)
    #expect(
      errorText { _ = try SingerMessage(parsing: line, line: 2) }
        == "line 2: this is not a Singer message: invalid UTF-8 at byte 25")
  }

  @Test("that nests too deep is malformed, at every place")
  func tooDeep() throws {
    let deep = String(repeating: "[", count: 100_000)
    for text in [
      deep, #"{"type":"STATE","value":\#(deep)"#, #"{"type":"RECORD","stream":"s","record":{"a":\#(deep)"#,
    ] {
      let found = try #require(errorText { _ = try parse(text) })
      #expect(found.hasPrefix("line 1: "))
    }
  }
}

/// Thrown when a message is of another type than the test expects.
private struct Mismatch: Error {}
