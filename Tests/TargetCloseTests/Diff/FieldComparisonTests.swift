import JSONBytes
import Testing

@testable import TargetClose

@Suite("Two values of a field")
struct FieldComparisonTests {
  /// Kind, one value, the other, whether they mean the same.
  static let table: [(FieldKind, String, String, Bool)] = [
    (.text, #""Acme""#, #""Acme""#, true),
    (.text, #"" Acme ""#, #""Acme""#, true),
    (.text, #""Acme""#, #""ACME""#, false),
    (.text, #""""#, "null", true),
    (.text, #""7""#, "7", true),
    (.text, #""a""#, "null", false),
    (.html, #""<p>Hi</p>""#, #""<body><p>Hi</p></body>""#, true),
    (.html, #""<p>Hi</p>""#, #""<p>Ho</p>""#, false),
    (.url, #""acme.com""#, #""https://acme.com/""#, true),
    (.url, #""HTTP://ACME.com/Path""#, #""acme.com/Path""#, true),
    (.url, #""acme.com/path""#, #""acme.com/Path""#, false),
    (.url, #""acme.com?q=a/""#, #""acme.com?q=a""#, true),
    (.phone, #""+1 (415) 555-0100""#, #""+14155550100""#, true),
    (.phone, #""415 555 0100""#, #""+14155550100""#, true),
    (.phone, #""0 30 1234567""#, #""+49301234567""#, true),
    (.phone, #""0049 30 1234567""#, #""+49301234567""#, true),
    (.phone, #""+14155550100""#, #""+14155550101""#, false),
    (.phone, #""+14155550100""#, #""+24155550100""#, false),
    (.phone, #""""#, #""x""#, false),
    (.number, "7", "7.0", true),
    (.number, "1e3", "1000", true),
    (.number, "7", "8", false),
    (.number, "0", "null", false),
    (.number, "9007199254740993", "9007199254740992", false),
    (.number, "0.1", "0.10", true),
    (.boolean, "true", "true", true),
    (.boolean, "false", "null", false),
    (.boolean, "true", "false", false),
    (.instant, #""2026-01-02T03:04:05Z""#, #""2026-01-02T03:04:05.000000+00:00""#, true),
    (.instant, #""2026-01-02T03:04:05.123456Z""#, #""2026-01-02T03:04:05.123000+00:00""#, true),
    (.instant, #""2026-01-02T05:04:05+02:00""#, #""2026-01-02T03:04:05""#, true),
    (.instant, #""2026-01-02T03:04:05Z""#, #""2026-01-02T03:04:06Z""#, false),
    (.day, #""2026-01-02""#, #""2026-01-02T00:00:00Z""#, true),
    (.day, #""2026-01-02""#, #""2026-01-03""#, false),
    (.moment, #""2026-01-02""#, #""2026-01-02T12:00:00Z""#, true),
    (.moment, #""2026-01-02T11:00:00Z""#, #""2026-01-02T12:00:00Z""#, false),
    (.texts, #"["a", "b"]"#, #"["a", "b"]"#, true),
    (.texts, #"["a", "b"]"#, #"["b", "a"]"#, false),
    (.texts, #""a""#, #"["a"]"#, true),
    (.texts, "[]", "null", true),
    (.json, #"{"a": 1, "b": null}"#, #"{"a": 1.0}"#, true),
    (.json, #"{"a": [1, 2]}"#, #"{"a": [2, 1]}"#, false),
    (.json, #"[]"#, "null", true),
    (.reference(.user), #""user_a""#, #""user_a""#, true),
    (.reference(.user), #""user_a""#, "null", false),
    (.entries(.email), #"[{"email": "A@x.com"}]"#, #"[{"email": "a@x.com", "type": "office"}]"#, true),
    (
      .entries(.email), #"[{"email": "a@x.com", "type": "home"}]"#,
      #"[{"email": "a@x.com", "type": "office"}]"#, false
    ),
    (.entries(.email), #"[{"email": "a@x.com"}]"#, #"[{"email": "a@x.com"}, {"email": "b@x.com"}]"#, false),
    (.entries(.phone), #"[{"phone": "4155550100"}]"#, #"[{"phone": "+14155550100"}]"#, true),
    (.entries(.url), #"[{"url": "x.com"}]"#, #"[{"url": "http://x.com/"}]"#, true),
    (.entries(.address), #"[{"city": "Bonn"}]"#, #"[{"city": "bonn", "address_1": ""}]"#, true),
    (.entries(.address), #"[{"city": "Bonn"}]"#, #"[{"city": "Bonn", "zipcode": "1"}]"#, false),
  ]

  @Test("mean the same or not, in either order", arguments: table)
  func isSame(kind: FieldKind, left: String, right: String, isSame: Bool) {
    #expect(kind.isSame(json(left), json(right)) == isSame)
    #expect(kind.isSame(json(right), json(left)) == isSame)
  }

  @Test("are nothing when absent, null, empty", arguments: [FieldKind.text, .number, .json, .texts, .day])
  func nothing(kind: FieldKind) {
    for value in [JSONValue?.none, .null, "", []] { #expect(kind.isSame(nil, value)) }
  }
}

@Suite("A telephone number")
struct PhoneNumberTests {
  @Test(
    "is its digits",
    arguments: [
      ("+1 (415) 555-0100", "14155550100", true), ("0049 30 1", "49301", true), ("030 1", "0301", false),
      ("555-0100 x12", "5550100", false), ("+1 555;ext=9", "1555", true), ("call me", "", false),
      ("٣", "", false),
    ])
  func digits(text: String, digits: String, isInternational: Bool) {
    let number = PhoneNumber(text)
    #expect(number.digits == digits)
    #expect(number.isInternational == isInternational)
  }

  @Test func `of no digits is no other one`() {
    #expect(!PhoneNumber("none").isSame(as: PhoneNumber("none")))
  }

  @Test func `too short to tell is no international one`() {
    #expect(!PhoneNumber("0100").isSame(as: PhoneNumber("+14155550100")))
  }
}
