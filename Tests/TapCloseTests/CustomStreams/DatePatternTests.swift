import JSONBytes
import Testing

@testable import TapClose

@Suite("Custom streams: dates in macros") struct DatePatternTests {
  private let evening = Timestamp("2024-02-09T18:05:07.123456Z") ?? .earliest
  private let midnight = Timestamp("2031-12-31T00:00:00Z") ?? .earliest

  @Test(
    arguments: [
      ("yyyy-MM-dd", "2024-02-09", "2031-12-31"), ("yy/M/d", "24/2/9", "31/12/31"), ("y", "2024", "2031"),
      ("yyyyyy", "002024", "002031"), ("d MMM yyyy", "9 Feb 2024", "31 Dec 2031"),
      ("MMMM", "February", "December"), ("HH:mm:ss", "18:05:07", "00:00:00"), ("H:m:s", "18:5:7", "0:0:0"),
      ("h:mm a", "6:05 PM", "12:00 AM"), ("hh a", "06 PM", "12 AM"), ("ss.S", "07.1", "00.0"),
      ("SSS", "123", "000"), ("SSSSSSSS", "12345600", "00000000"),
      ("yyyy-MM-dd'T'HH:mm:ssX", "2024-02-09T18:05:07Z", "2031-12-31T00:00:00Z"),
      ("HH'h'mm", "18h05", "00h00"), ("'o''clock' H", "o'clock 18", "o'clock 0"), ("H''m", "18'5", "0'0"),
      ("Z", "+0000", "+0000"), ("ZZZZ", "GMT", "GMT"), ("ZZZZZ", "Z", "Z"), ("XXX", "Z", "Z"),
      ("x xx xxx", "+00 +0000 +00:00", "+00 +0000 +00:00"), ("dd. über", nil, nil),
      ("MM・dd", "02・09", "12・31"),
    ] as [(String, String?, String?)])
  func `every letter is written as Unicode has it`(pattern: String, first: String?, second: String?) {
    let parsed = try? DatePattern(parsing: pattern)
    #expect(parsed?.text(of: evening) == first)
    #expect(parsed?.text(of: midnight) == second)
  }

  @Test(arguments: [
    ("yyyy-MM-ddTHH", "the letter T"), ("EEE", "the letter E"), ("YYYY", "the letter Y"), ("", "empty"),
    ("HH 'Uhr", "does not end"),
  ])
  func `what is no pattern is refused`(pattern: String, word: String) throws {
    let fault = try #require(throws: DatePattern.Fault.self) { try DatePattern(parsing: pattern) }
    #expect(fault.description.contains(word))
  }

  @Test func `without a pattern it is RFC 3339`() {
    #expect(DatePattern.standard.text(of: evening) == "2024-02-09T18:05:07.123456Z")
  }

  @Test(arguments: [
    (TimeUnit.minute, -5, "2024-03-31T11:55:00.5Z"), (.hour, 13, "2024-04-01T01:00:00.5Z"),
    (.day, -31, "2024-02-29T12:00:00.5Z"), (.week, 1, "2024-04-07T12:00:00.5Z"),
    (.month, -1, "2024-02-29T12:00:00.5Z"), (.month, -13, "2023-02-28T12:00:00.5Z"),
    (.month, 1, "2024-04-30T12:00:00.5Z"), (.month, 9, "2024-12-31T12:00:00.5Z"),
    (.month, 0, "2024-03-31T12:00:00.5Z"), (.month, -27, "2021-12-31T12:00:00.5Z"),
  ])
  func `units are added by clock and calendar`(unit: TimeUnit, count: Int, expected: String) throws {
    let noon = try #require(Timestamp("2024-03-31T12:00:00.5Z"))
    #expect(unit.adding(count, to: noon) == Timestamp(expected))
  }

  @Test(arguments: TimeUnit.allCases)
  func `no count leads out of the calendar`(unit: TimeUnit) {
    #expect(unit.adding(.max, to: evening) == .latest)
    #expect(unit.adding(-.max, to: evening) == .earliest)
  }
}
