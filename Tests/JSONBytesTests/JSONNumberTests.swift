import JSONBytes
import Testing

@Suite("A JSON number")
struct JSONNumberTests {
  @Test(
    "comes out as it came in",
    arguments: [
      "0", "-0", "1", "10", "-12", "1.10", "0.0", "-0.50", "1e5", "1E5", "1e+5", "1e-5", "0e0", "1.5E-07",
      "12345678901234567890", "-12345678901234567890.12345678901234567890", "1e400", "1E-400",
      "3.141592653589793238462643383279",
    ])
  func isKept(text: String) throws {
    #expect(try JSONValue(parsing: text).compact == text)
    #expect(try JSONValue(parsing: "[\(text)]").compact == "[\(text)]")
  }

  @Test(
    "follows the grammar",
    arguments: [
      Malformed("-", .unexpectedEnd, at: 1), Malformed("1.", .unexpectedEnd, at: 2),
      Malformed("1e", .unexpectedEnd, at: 2), Malformed("1e+", .unexpectedEnd, at: 3),
      Malformed("01", .invalidNumber, at: 0), Malformed("-01", .invalidNumber, at: 0),
      Malformed("00", .invalidNumber, at: 0), Malformed("-a", .invalidNumber, at: 0),
      Malformed("--1", .invalidNumber, at: 0), Malformed("[-]", .invalidNumber, at: 1),
      Malformed("[1.]", .invalidNumber, at: 1), Malformed("[1.e5]", .invalidNumber, at: 1),
      Malformed("[1e]", .invalidNumber, at: 1), Malformed("[1e+]", .invalidNumber, at: 1),
      Malformed("[1e+-5]", .invalidNumber, at: 1), Malformed("[-Infinity]", .invalidNumber, at: 1),
      Malformed("+1", .unexpectedByte, at: 0), Malformed(".5", .unexpectedByte, at: 0),
      Malformed("Infinity", .unexpectedByte, at: 0), Malformed("1.5.2", .trailingBytes, at: 3),
      Malformed("1e5.5", .trailingBytes, at: 3), Malformed("0x10", .trailingBytes, at: 1),
      Malformed("1_000", .trailingBytes, at: 1), Malformed("[1 000]", .unexpectedByte, at: 3),
      Malformed("[1,5e]", .invalidNumber, at: 3), Malformed("[١]", .unexpectedByte, at: 1),
    ])
  func followsGrammar(text: Malformed) {
    #expect(fault(in: text.bytes) == text.error)
  }

  @Test(
    "is an integer when it is whole and fits, a double when one is near",
    arguments: [
      ("0", 0, 0), ("-0", 0, -0.0), ("1.0", 1, 1), ("1.5", nil, 1.5), ("1e3", 1000, 1000),
      ("-1E2", -100, -100),
      ("1.5e1", 15, 15), ("9223372036854775807", Int.max, 0x1p63), ("9223372036854775808", nil, 0x1p63),
      ("-9223372036854775808", Int.min, -0x1p63), ("9007199254740991.0", 1 << 53 - 1, 0x1p53 - 1),
      ("9007199254740993.0", nil, 0x1p53), ("1e19", nil, 1e19), ("1e400", nil, nil), ("-1e400", nil, nil),
    ] as [(String, Int?, Double?)])
  func converts(text: String, int: Int?, double: Double?) throws {
    let value = try JSONValue(parsing: text)
    #expect(value.int == int)
    #expect(value.double == double)
  }

  @Test(
    "is written the shortest way that reads back",
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (-3, "-3"), (0.1, "0.1"), (37500.1, "37500.1"), (1e16, "1e+16"),
      (999_999_999_999_999, "999999999999999"), (.leastNonzeroMagnitude, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e+308"),
    ] as [(Double, String)])
  func writesDoubles(value: Double, text: String) throws {
    let number = try #require(JSONNumber(value))
    #expect(number.text == text)
    #expect(number.double == value)
    #expect(fault(in: text) == nil)
  }

  @Test("cannot be infinite or nothing", arguments: [Double.nan, .infinity, -.infinity])
  func rejectsNonFinite(value: Double) {
    #expect(JSONNumber(value) == nil)
  }
}
