import JSONBytes
import Testing

@testable import TapClose

@Suite struct TimeRangeTests {
  @Test(arguments: [
    ("2024-01-01T00:00:00Z", true), ("2024-01-15T23:59:59.999999Z", true), ("2024-01-16T00:00:00Z", false),
    ("2023-12-31T23:59:59.999999Z", false),
  ])
  func `start belongs to the range, end does not`(instant: String, isInside: Bool) throws {
    let range = TimeRange(start: Timestamp("2024-01-01"), end: Timestamp("2024-01-16"))
    #expect(range.contains(try #require(Timestamp(instant))) == isInside)
  }

  @Test func `whole seconds are asked for, around the range`() {
    let range = TimeRange(
      start: Timestamp("2024-01-01T00:00:00.5Z"), end: Timestamp("2024-01-01T00:00:09.1Z"))
    let texts = range.parameters(for: "date_created").map { "\($0.name)=\($0.value)" }
    #expect(
      texts == [
        "date_created__gte=2024-01-01T00:00:00.000000Z", "date_created__lt=2024-01-01T00:00:10.000000Z",
      ])
  }

  @Test func `an open range asks for nothing on its open side`() {
    #expect(TimeRange(start: nil, end: nil).parameters(for: "date").isEmpty)
    #expect(
      TimeRange(start: Timestamp("2024-01-01"), end: nil).parameters(for: "date").map(\.name) == ["date__gte"]
    )
  }
}

@Suite struct BookmarkTests {
  let ceiling = Timestamp("2024-06-01") ?? .latest

  @Test(arguments: [
    (["2024-01-02", "2024-01-03"], "2024-01-03"),
    (["2024-01-03", "2024-01-02"], "2024-01-03"),
    (["2023-01-01"], "2024-01-01"),
    (["2024-05-01", "2024-07-01"], "2024-05-01"),
    (["2030-01-01"], "2024-01-01"),
    ([], "2024-01-01"),
  ])
  func `it moves forward, never beyond its ceiling`(values: [String], expected: String) {
    var bookmark = Bookmark(Timestamp("2024-01-01"), ceiling: ceiling)
    for value in values { bookmark.advance(to: Timestamp(value)) }
    #expect(bookmark.value == Timestamp(expected))
  }

  @Test func `a table without dated rows gets no bookmark`() {
    var bookmark = Bookmark(nil, ceiling: ceiling)
    bookmark.advance(to: nil)
    #expect(bookmark.value == nil)
  }
}
