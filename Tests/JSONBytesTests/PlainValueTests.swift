import TestSupport
import Testing

@testable import JSONBytes

/// The end of a value as it is found at a glance, against the reading that makes something of every byte.
@Suite("A plain value")
struct PlainValueTests {
  /// Where the value that `text` begins with ends: at a glance (-1 for "not plain"), and by skipping it.
  private func ends(_ text: String) -> (glance: Int, skipped: Int?) {
    ends(Array(text.utf8))
  }

  private func ends(_ bytes: [UInt8]) -> (glance: Int, skipped: Int?) {
    withJSONCursor(bytes) { cursor in
      let glance = cursor.endOfPlainValue(at: 0, depth: 0)
      var careful = cursor
      do throws(JSONError) {
        return (glance, try careful.skipValueCarefully().upperBound)
      } catch {
        return (glance, nil)
      }
    }
  }

  private static let rest = ", \"and\": \"more of it\"}"

  @Test(
    "is told at a glance",
    arguments: [
      "null", "true", "false", "0", "-0", "12", "-7", "1.5", "1e5", "-0.25E-10", "\"\"", "\"a\"",
      "\"0123456789abcdef\"", "\"0123456789abcde\"", "\"é ü 😀 東京\"", #""a\nb\"c\\d\/""#,
      #""Garc\u00eda \u20AC \ud83d\ude00""#, "[]", "{}", "[1]",
      "[1, 2]", "[1,2]", #"{"a": 1, "b": [true, {"c": null}]}"#, #"{"a":1,"b":[true,{"c":"é"}]}"#, "[[[[]]]]",
    ])
  func isTold(value: String) {
    let ends = ends(value + Self.rest)
    #expect(ends == (value.utf8.count, value.utf8.count))
  }

  @Test(
    "is not told of what needs care",
    arguments: [
      #""\u0000""#, #""\ud800""#, #""\ude00""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#, #""\u12g4""#,
      #""\ud83d\u12g4""#,
      "[ 1]", "[1 ]", "{ }", "[1,  2]", "[1,\n2]", #"{"a" :1}"#, " 1", "nul", "tru", "fals", "trux",
      "01", "1.", "1e", "-", "+1", "\"a\nb\"", "\"\u{1}\"", #""\x""#, #""\"#, "[1,]", "{1:2}", #"{"a"}"#,
      #"{"a":}"#, "[", "{", "]", "}", ",", "x",
    ])
  func isNotTold(value: String) {
    #expect(ends(value + Self.rest).glance == -1)
  }

  @Test("is not told near the end of the text")
  func isNotToldNearEnd() {
    #expect(ends("1").glance == -1)
    #expect(ends("\"abc\"").glance == -1)
    #expect(ends("[" + String(repeating: "1,", count: 50) + "1]").glance == -1)
  }

  @Test("nests no deeper than any other")
  func nestsNoDeeper() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + Self.rest
    }
    #expect(ends(nested(JSONCursor.maximumDepth)) == (1024, 1024))
    #expect(ends(nested(JSONCursor.maximumDepth + 1)) == (-1, nil))
  }

  @Test("ends at a glance where it ends with care, in damaged text as well")
  func agrees() {
    let value =
      #"{"id": "lead_1", "n": [1, -2.5e3, null], "ü": "é 😀 \u00e9\ud83d\ude00 \"x\"", "o": {"a": {}, "b": [true,false]}}"#
    var told = 0
    for var random in Fuzzing.cases(5000) {
      let bytes = random.damaged(Array((value + Self.rest).utf8))
      let (glance, skipped) = ends(bytes)
      guard glance >= 0 else { continue }
      told += 1
      if glance != skipped {
        Issue.record("\(String(decoding: bytes, as: UTF8.self)) ends at \(glance), not \(skipped ?? -1)")
      }
    }
    #expect(told > 100)
  }
}
