import JSONBytes
import Testing

@Suite("A JSON string")
struct JSONStringTests {
  /// The bytes of a string with `middle` behind so many plain letters, and more letters behind it.
  private func quoted(_ middle: [UInt8], after letters: Int) -> [UInt8] {
    Array("\"".utf8) + Array(repeating: 0x61, count: letters) + middle + Array("zzzzzzzzzz\"".utf8)
  }

  @Test("ends at its first bare quote, wherever that lies", arguments: 0..<40)
  func findsItsEnd(length: Int) throws {
    let letters = String(repeating: "a", count: length)
    for behind in ["", ",", ", \"next\": 1", String(repeating: "\"", count: 20)] {
      try withJSONCursor(Array("\"\(letters)\"\(behind)".utf8)) { cursor in
        let string = try cursor.skipString()
        #expect(string == JSONString(content: 1..<length + 1, hasEscapes: false))
        #expect(cursor.offset == length + 2)
        #expect(cursor.text(of: string) == letters)
      }
    }
    #expect(fault(in: "\"\(letters)") == JSONError(.unexpectedEnd, at: length + 1))
    #expect(fault(in: "\"\(letters)\\\"") == JSONError(.unexpectedEnd, at: length + 3))
    #expect(fault(in: "\"\(letters)\\") == JSONError(.unexpectedEnd, at: length + 2))
  }

  @Test("holds no raw control character", arguments: UInt8(0)..<0x20)
  func rejectsControl(character: UInt8) {
    for letters in 0..<17 {
      let error = JSONError(.controlCharacter, at: letters + 1)
      #expect(fault(in: quoted([character], after: letters)) == error)
    }
    #expect(fault(in: [0x22, character]) == JSONError(.controlCharacter, at: 1))
  }

  @Test("may hold DEL and every other character, raw")
  func acceptsTheRest() throws {
    let scalars = [0x20...0x21, 0x23...0x5B, 0x5D...0xD7FF, 0xE000...0x10FFFF].flatMap { range in
      stride(from: range.lowerBound, through: range.upperBound, by: range.count > 1000 ? 97 : 1)
        .compactMap { Unicode.Scalar(UInt32($0)) }
    }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    #expect(try JSONValue(parsing: "\"\(text)\"").string == text)
  }

  @Test(
    "decodes escapes",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
      (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00\uD83D\uDE01""#, "😀😁"), (#""a\u0000b""#, "a\0b"),
      (#""\\u0041""#, "\\u0041"), (#""\\\u0041""#, "\\A"), (#""\uffff\uFFFE""#, "\u{FFFF}\u{FFFE}"),
      (#""\u2028\u007f""#, "\u{2028}\u{7F}"),
      // Half of a surrogate pair stands for no character.
      (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
      (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\\""#, "\u{FFFD}\\"),
      (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
    ])
  func decodes(text: String, expected: String) throws {
    #expect(try JSONValue(parsing: text).string == expected)
  }

  @Test(
    "knows no other escapes",
    arguments: [
      Malformed(#""\x41""#, .invalidEscape, at: 1), Malformed(#""ab\'""#, .invalidEscape, at: 3),
      Malformed(#""\0""#, .invalidEscape, at: 1), Malformed(#""\N""#, .invalidEscape, at: 1),
      Malformed(#""\U0041""#, .invalidEscape, at: 1), Malformed(#""\u12g4""#, .invalidEscape, at: 1),
      Malformed(#""\u+123""#, .invalidEscape, at: 1), Malformed(#""\u 123""#, .invalidEscape, at: 1),
      Malformed(#""\u123""#, .invalidEscape, at: 1), Malformed(#""\u""#, .invalidEscape, at: 1),
      Malformed(#""\ud83d\u12""#, .invalidEscape, at: 7), Malformed(#""\ud83d\x""#, .invalidEscape, at: 7),
      Malformed("\"\\\n\"", .invalidEscape, at: 1), Malformed("\"\\é\"", .invalidEscape, at: 1),
      Malformed(#""\u00"#, .unexpectedEnd, at: 5), Malformed(#""\u"#, .unexpectedEnd, at: 3),
      Malformed(#""\ud83d\u"#, .unexpectedEnd, at: 9), Malformed(#""\ud83d\"#, .unexpectedEnd, at: 8),
    ])
  func rejectsEscapes(text: Malformed) {
    #expect(fault(in: text.bytes) == text.error)
  }

  @Test(
    "is UTF-8",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2, 0x41], [0xC2, 0xC2], [0xE0, 0x80, 0x80],
      [0xE0, 0x9F, 0xBF],
      [0xE1, 0x80, 0x41], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
      [0xF0, 0x80, 0x80, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98, 0x41], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
      [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ] as [[UInt8]])
  func rejectsMalformedUTF8(bytes: [UInt8]) {
    for letters in 0..<17 {
      #expect(fault(in: quoted(bytes, after: letters)) == JSONError(.invalidUTF8, at: letters + 1))
    }
  }

  @Test("agrees with the standard library on what UTF-8 is", arguments: UInt8(0x80)...0xFF)
  func agreesOnUTF8(lead: UInt8) {
    for second: UInt8 in [0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xE1, 0xFF] {
      for third: UInt8 in [0x41, 0x80, 0xBF, 0xC2] {
        for fourth: UInt8 in [0x41, 0x80, 0xBF, 0xC2] {
          let bytes = [lead, second, third, fourth]
          let isValid = String(validating: bytes, as: UTF8.self) != nil
          let found = fault(in: [0x22] + bytes + [0x22])
          if isValid == (found != nil) { Issue.record("\(bytes): \(String(describing: found))") }
        }
      }
    }
  }

  @Test(
    "is unclean when it holds U+0000 or half of a surrogate pair, and can be cleaned",
    arguments: [
      (#""plain é""#, false, nil), (#""\u0001\ud83d\ude00\\u0000""#, false, nil), (#""\ufffd""#, false, nil),
      (#""a\u0000b""#, true, #""ab""#), (#""\u0000""#, true, #""""#),
      (#""\\\u0000\n\"""#, true, #""\\\n\"""#),
      (#""x\ud83dy""#, true, #""x�y""#), (#""\ude00""#, true, #""�""#),
      (#""\ud83d\ud83d\ude00""#, true, #""�\ud83d\ude00""#),
      (#"{"k\u0000": ["\ud83d", 1.10, null]}"#, true, #"{"k": ["�", 1.10, null]}"#),
    ] as [(String, Bool, String?)])
  func isCleaned(text: String, isUnclean: Bool, cleaned: String?) throws {
    try withJSONCursor(Array(text.utf8)) { cursor in
      let range = try cursor.skipValue()
      #expect(cursor.foundUncleanText == isUnclean)
      guard let cleaned else { return }
      var output = Array("before ".utf8)
      cursor.appendCleaned(range, to: &output)
      #expect(String(decoding: output, as: UTF8.self) == "before \(cleaned)")
    }
  }

  @Test(
    "is written with the fewest escapes",
    arguments: [
      ("", #""""#), ("plain é 😀 \u{7F}\u{2028}", "\"plain é 😀 \u{7F}\u{2028}\""), ("\"\\/", #""\"\\/""#),
      ("\n\r\t", #""\n\r\t""#), ("\u{0}\u{8}\u{B}\u{C}\u{1F}", #""\u0000\u0008\u000b\u000c\u001f""#),
    ])
  func isWritten(text: String, expected: String) throws {
    var bytes: [UInt8] = []
    bytes.appendJSONString(text)
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
    #expect(try JSONValue(parsing: bytes).string == text)
  }
}
