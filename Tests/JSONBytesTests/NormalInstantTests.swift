import JSONBytes
import TestSupport
import Testing

@Suite("A date-time that only lacks its Z")
struct NormalInstantTests {
  /// What is right already of `content` as a string.
  private func stem(_ content: String) throws -> String? {
    let text = "\"\(content)\", and more"
    return withJSONCursor(Array(text.utf8)) { cursor in
      guard let (stem, end) = cursor.normalInstant(at: 0) else { return nil }
      #expect(end == content.utf8.count + 2)
      return String(cursor.text(in: 1..<stem).dropLast(stem == end ? 2 : 0))
    }
  }

  @Test("is found in the forms APIs send most", arguments: ["+00:00", "", "Z"])
  func isFound(zone: String) throws {
    for text in [
      "2013-02-01T00:54:51.333000", "0001-01-01T00:00:00.000000", "9999-12-31T23:59:59.999999",
      "2024-10-10T10:10:10.000001", "2013-04-30T00:00:00.000000", "2013-02-28T00:00:00.000000",
    ] {
      #expect(try stem(text + zone) == text)
    }
  }

  @Test(
    "is left to parsing in all others",
    arguments: [
      "", "2013-02-01", "2013-02-01T00:54:51Z", "2013-02-01T00:54:51+00:00", "2013-02-01T00:54:51.333Z",
      "2013-02-01 00:54:51.333000Z", "2013-02-01t00:54:51.333000Z", "2013-02-01T00:54:51,333000Z",
      "2013-02-01T00:54:51.333000z", "2013-02-01T00:54:51.333000-00:00", "2013-02-01T00:54:51.333000+01:00",
      "2013-02-01T00:54:51.333000+00:01", "2013-02-01T00:54:51.333000+0000", "2013-02-01T00:54:51.3330000Z",
      "2013-02-29T00:54:51.333000Z", "2013-01-32T00:54:51.333000Z", "2013-04-31T00:54:51.333000Z",
      "2013-11-31T00:54:51.333000Z", "2013-00-01T00:54:51.333000Z",
      "2013-13-01T00:54:51.333000Z", "2013-01-00T00:54:51.333000Z", "0000-01-01T00:54:51.333000Z",
      "2013-02-01T24:00:00.000000Z", "2013-02-01T00:60:00.000000Z", "2013-02-01T00:00:60.000000Z",
      #"2013-02-01T00:54:51.333000\u002b00:00"#, "/013-02-01T00:54:51.333000Z", ":013-02-01T00:54:51.333000Z",
      "2013-02-01T00:54:51.33300éZ",
    ])
  func isLeftToParsing(content: String) throws {
    #expect(try stem(content) == nil)
  }

  @Test("is that of the instant's normal form, whatever the text")
  func isNormal() throws {
    let telling = Array("00123456789+-:.TZ /".unicodeScalars)
    var found = 0
    for var random in Fuzzing.cases(3000) {
      let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
      let fraction = Int64.random(in: 0..<1_000_000, using: &random)
      let instant = Timestamp(seconds: seconds).adding(microseconds: fraction)
      var text = Array((instant.description.dropLast() + random.pick(["+00:00", "", "Z"])).unicodeScalars)
      for _ in 0..<random.pick([0, 1, 2]) {
        text[Int.random(in: text.indices, using: &random)] = random.pick(telling)
      }
      let content = String(String.UnicodeScalarView(text))
      guard let stem = try stem(content) else { continue }
      found += 1
      if Timestamp(content)?.description != stem + "Z" { Issue.record("\(content) has the stem \(stem)") }
    }
    #expect(found > 500)
  }
}
