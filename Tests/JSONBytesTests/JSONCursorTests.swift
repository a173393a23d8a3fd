import JSONBytes
import Testing

@Suite("A cursor over JSON text")
struct JSONCursorTests {
  @Test(
    "accepts every kind of value, with white space around tokens",
    arguments: [
      "null", "true", "false", "0", "-1.5e+3", "\"\"", "\"text\"", "[]", "{}", "[1,2]", "[[],{}]",
      "{\"a\":{\"b\":[null,true,false]}}", " \t\r\n null \t\r\n", "[ 1 , 2 ]", "[\n]", "{\r\n}",
      "{ \"a\" : 1 , \"b\" : [ ] }", "{\"\":0}", "{\"a\":1,\"a\":2}",
    ])
  func acceptsValid(text: String) {
    #expect(fault(in: text) == nil)
  }

  @Test(
    "reports the first byte that cannot stand where it does",
    arguments: [
      Malformed("", .unexpectedEnd, at: 0),
      Malformed("  \n", .unexpectedEnd, at: 3),
      Malformed("x", .unexpectedByte, at: 0),
      Malformed(" ]", .unexpectedByte, at: 1),
      Malformed("\u{B}1", .unexpectedByte, at: 0),
      Malformed("\u{C}1", .unexpectedByte, at: 0),
      Malformed("\u{0}", .unexpectedByte, at: 0),
      Malformed("\u{A0}1", .unexpectedByte, at: 0),
      Malformed("\u{FEFF}{}", .unexpectedByte, at: 0),
      Malformed("'a'", .unexpectedByte, at: 0),
      Malformed("1 2", .trailingBytes, at: 2),
      Malformed("{} {}", .trailingBytes, at: 3),
      Malformed("[]]", .trailingBytes, at: 2),
      Malformed("nullx", .trailingBytes, at: 4),
      Malformed("[", .unexpectedEnd, at: 1),
      Malformed("[1", .unexpectedEnd, at: 2),
      Malformed("[1,", .unexpectedEnd, at: 3),
      Malformed("[1 2]", .unexpectedByte, at: 3),
      Malformed("[1,]", .unexpectedByte, at: 3),
      Malformed("[,1]", .unexpectedByte, at: 1),
      Malformed("[1,,2]", .unexpectedByte, at: 3),
      Malformed("[1}", .unexpectedByte, at: 2),
      Malformed("[1:2]", .unexpectedByte, at: 2),
      Malformed("{", .unexpectedEnd, at: 1),
      Malformed("{]", .unexpectedByte, at: 1),
      Malformed("{,}", .unexpectedByte, at: 1),
      Malformed("{a:1}", .unexpectedByte, at: 1),
      Malformed("{1:1}", .unexpectedByte, at: 1),
      Malformed("{\"a\"}", .unexpectedByte, at: 4),
      Malformed("{\"a\" 1}", .unexpectedByte, at: 5),
      Malformed("{\"a\",1}", .unexpectedByte, at: 4),
      Malformed("{\"a\":}", .unexpectedByte, at: 5),
      Malformed("{\"a\"::1}", .unexpectedByte, at: 5),
      Malformed("{\"a\":1,}", .unexpectedByte, at: 7),
      Malformed("{\"a\":1 \"b\":2}", .unexpectedByte, at: 7),
      Malformed("{\"a\":1]", .unexpectedByte, at: 6),
      Malformed("[1] // no comments", .trailingBytes, at: 4),
      Malformed("[/**/1]", .unexpectedByte, at: 1),
    ])
  func reportsStructure(text: Malformed) {
    #expect(fault(in: text.bytes) == text.error)
  }

  @Test(
    "spells literals out, to the end of the buffer",
    arguments: [
      Malformed("t", .unexpectedEnd, at: 1), Malformed("tru", .unexpectedEnd, at: 3),
      Malformed("f", .unexpectedEnd, at: 1), Malformed("fals", .unexpectedEnd, at: 4),
      Malformed("n", .unexpectedEnd, at: 1), Malformed("nul", .unexpectedEnd, at: 3),
      Malformed("[nul", .unexpectedEnd, at: 4), Malformed("[nul]", .unexpectedByte, at: 4),
      Malformed("True", .unexpectedByte, at: 0), Malformed("tRue", .unexpectedByte, at: 1),
      Malformed("trux", .unexpectedByte, at: 3), Malformed("fxlse", .unexpectedByte, at: 1),
      Malformed("falsy", .unexpectedByte, at: 4), Malformed("nil", .unexpectedByte, at: 1),
      Malformed("undefined", .unexpectedByte, at: 0), Malformed("NaN", .unexpectedByte, at: 0),
    ])
  func spellsLiterals(text: Malformed) {
    #expect(fault(in: text.bytes) == text.error)
  }

  @Test("reports the end of the buffer wherever a text is cut off")
  func reportsEveryCut() {
    let text = Array(
      #" {"key\u00e9\n": [0, -12.5e+10, "a\ud83d\ude00b", "ä€😀", true, false, null, {"": [[ ]]}], "z": 1}"#
        .utf8)
    #expect(fault(in: text) == nil)
    for cut in 0..<text.count {
      #expect(fault(in: Array(text[..<cut])) == JSONError(.unexpectedEnd, at: cut))
    }
  }

  @Test("nests 512 deep and not deeper", arguments: [("[", "]"), ("{\"k\":", "}"), ("[{\"k\":", "}]")])
  func limitsDepth(opening: String, closing: String) {
    let levels = opening.count(where: { $0 == "[" || $0 == "{" })
    func nested(_ depth: Int) -> String {
      String(repeating: opening, count: depth / levels) + "[]"
        + String(repeating: closing, count: depth / levels)
    }
    #expect(fault(in: nested(512 - levels)) == nil)
    #expect(fault(in: nested(512)) == JSONError(.tooDeep, at: 512 / levels * opening.utf8.count))
    #expect(fault(in: nested(100_000))?.code == .tooDeep)
    let siblings = Array(repeating: nested(510 / levels * levels - levels), count: 3)
    #expect(fault(in: "[\(siblings.joined(separator: ","))]") == nil)
  }

  @Test("hands out values as byte ranges without the white space around them")
  func handsOutRanges() throws {
    let text = #"{"data": [{"id": "lead_1"} , 2 ]}"#
    try withJSONCursor(Array(text.utf8)) { cursor in
      try cursor.enterObject()
      let key = try #require(try cursor.nextKey())
      #expect(key == JSONString(content: 2..<6, hasEscapes: false))
      try cursor.enterArray()
      #expect(try cursor.nextElement())
      #expect(try cursor.skipValue() == 10..<26)
      #expect(cursor.offset == 26)
      #expect(try cursor.nextElement())
      #expect(cursor.text(in: try cursor.skipValue()) == "2")
      #expect(try cursor.nextElement() == false)
      #expect(try cursor.nextKey() == nil)
      try cursor.expectEnd()
      #expect(cursor.offset == cursor.count)
    }
  }

  @Test(
    "says wrong type of whatever is not the bracket asked for",
    arguments: [" 12", " nul", " <html>", " ]", " \"{\"", " {}", " []"])
  func saysWrongType(text: String) {
    func entering(_ enter: (inout JSONCursor) throws(JSONError) -> Void) -> JSONError? {
      Result { () throws(JSONError) in try withJSONCursor(Array(text.utf8), enter) }.failure
    }
    let wrong = JSONError(.wrongType, at: 1)
    let object = entering { (cursor) throws(JSONError) in try cursor.enterObject() }
    let array = entering { (cursor) throws(JSONError) in try cursor.enterArray() }
    #expect(object == (text == " {}" ? nil : wrong))
    #expect(array == (text == " []" ? nil : wrong))
  }

  @Test("fails instead of reading on when it is misused")
  func survivesMisuse() {
    func fails(_ text: String, _ read: (inout JSONCursor) throws(JSONError) -> Void) -> JSONError? {
      Result { () throws(JSONError) in try withJSONCursor(Array(text.utf8), read) }.failure
    }
    #expect(fails("") { (cursor) throws(JSONError) in _ = try cursor.nextKey() }?.code == .unexpectedEnd)
    #expect(fails("") { (cursor) throws(JSONError) in _ = try cursor.skipString() }?.code == .unexpectedEnd)
    #expect(fails("") { (cursor) throws(JSONError) in try cursor.skipNumber() }?.code == .unexpectedEnd)
    #expect(
      fails("a\"") { (cursor) throws(JSONError) in _ = try cursor.skipString() }?.code == .unexpectedByte)
    #expect(fails("1") { (cursor) throws(JSONError) in _ = try cursor.nextKey() }?.code == .unexpectedByte)
    #expect(
      fails("}}") { (cursor) throws(JSONError) in
        while true { _ = try cursor.nextKey() }
      }?.code == .unexpectedEnd)
  }

  @Test(
    "notices line breaks between tokens, not in strings",
    arguments: [
      ("[1, 2]", false), ("\t[1] ", false), (#"["\n"]"#, false), ("[\n1]", true), ("[1]\r", true),
      ("{\"a\":\r\n1}", true), ("{\n}", true),
    ])
  func noticesLineBreaks(text: String, expected: Bool) throws {
    try withJSONCursor(Array(text.utf8)) { cursor in
      try cursor.skipValue()
      try cursor.expectEnd()
      #expect(cursor.foundLineBreak == expected)
    }
  }

  @Test("compares keys decoded", arguments: [#"{"id":1}"#, #"{"\u0069d":1}"#, #"{"i\u0064":1}"#])
  func matchesKeys(text: String) throws {
    try withJSONCursor(Array(text.utf8)) { cursor in
      try cursor.enterObject()
      let key = try #require(try cursor.nextKey())
      #expect(cursor.matches(key, "id"))
      #expect(!cursor.matches(key, "i"))
      #expect(!cursor.matches(key, "idx"))
      #expect(!cursor.matches(key, ""))
      #expect(cursor.text(of: key) == "id")
    }
  }

  @Test(
    "reads small values, and nil for one of another type",
    arguments: [
      ("\"a\\u0062\"", "ab", nil, nil), ("\"\"", "", nil, nil), ("\"12\"", "12", nil, nil),
      ("true", nil, true, nil), ("false", nil, false, nil), ("null", nil, nil, nil),
      ("12", nil, nil, 12), ("-7", nil, nil, -7), ("-0", nil, nil, 0), ("1e3", nil, nil, 1000),
      ("1.0", nil, nil, 1), ("1.5", nil, nil, nil), ("9223372036854775807", nil, nil, Int.max),
      ("9223372036854775808", nil, nil, nil), ("[1]", nil, nil, nil), ("{\"a\":1}", nil, nil, nil),
    ] as [(String, String?, Bool?, Int?)])
  func readsSmallValues(text: String, string: String?, bool: Bool?, int: Int?) throws {
    let bytes = Array(" \(text) ".utf8)
    #expect(try withJSONCursor(bytes) { try $0.readString() } == string)
    #expect(try withJSONCursor(bytes) { try $0.readBool() } == bool)
    #expect(try withJSONCursor(bytes) { try $0.readInt() } == int)
    try withJSONCursor(bytes) { cursor in
      _ = try cursor.readInt()
      try cursor.expectEnd()
    }
  }
}
