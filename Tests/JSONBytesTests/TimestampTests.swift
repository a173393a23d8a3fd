import Foundation
import JSONBytes
import TestSupport
import Testing

@Suite("An instant")
struct TimestampTests {
  @Test(
    "is read from every form APIs send, and written in one",
    arguments: [
      ("2013-02-01T00:54:51.333000+00:00", "2013-02-01T00:54:51.333000Z"),
      ("2013-02-01T00:54:51.333000", "2013-02-01T00:54:51.333000Z"),
      ("2013-02-01T00:54:51Z", "2013-02-01T00:54:51.000000Z"),
      ("2013-02-01t00:54:51z", "2013-02-01T00:54:51.000000Z"),
      ("2013-02-01 00:54:51", "2013-02-01T00:54:51.000000Z"),
      ("2013-02-01 00:54:51+00:00", "2013-02-01T00:54:51.000000Z"),
      ("2013-02-01T00:54", "2013-02-01T00:54:00.000000Z"),
      ("2013-02-01T00:54Z", "2013-02-01T00:54:00.000000Z"),
      ("2013-02-01", "2013-02-01T00:00:00.000000Z"),
      // Fractions of any length; what is beyond microseconds is cut off.
      ("2013-02-01T00:54:51.3", "2013-02-01T00:54:51.300000Z"),
      ("2013-02-01T00:54:51.03Z", "2013-02-01T00:54:51.030000Z"),
      ("2013-02-01T00:54:51,3Z", "2013-02-01T00:54:51.300000Z"),
      ("2013-02-01T00:54:51.000001Z", "2013-02-01T00:54:51.000001Z"),
      ("2013-02-01T00:54:51.9999999Z", "2013-02-01T00:54:51.999999Z"),
      ("2013-02-01T00:54:51.333333333333333333333333333333Z", "2013-02-01T00:54:51.333333Z"),
      ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
      // Offsets.
      ("2013-02-01T00:54:51+01:00", "2013-01-31T23:54:51.000000Z"),
      ("2013-02-01T00:54:51-05:30", "2013-02-01T06:24:51.000000Z"),
      ("2013-02-01T00:54:51.5+0530", "2013-01-31T19:24:51.500000Z"),
      ("2013-02-01T00:54:51-08", "2013-02-01T08:54:51.000000Z"),
      ("2013-02-01T00:54:51-00:00", "2013-02-01T00:54:51.000000Z"),
      ("2013-12-31T23:59:59-23:59", "2014-01-01T23:58:59.000000Z"),
      // The calendar's corners.
      ("2012-02-29", "2012-02-29T00:00:00.000000Z"), ("2000-02-29", "2000-02-29T00:00:00.000000Z"),
      ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
      ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
      ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
      ("1970-01-01", "1970-01-01T00:00:00.000000Z"), ("1582-10-10", "1582-10-10T00:00:00.000000Z"),
    ])
  func isRead(text: String, expected: String) throws {
    let instant = try #require(Timestamp(text))
    #expect(instant.description == expected)
    #expect(Timestamp(expected) == instant)
    #expect(instant.dateText == expected.prefix(10))
  }

  @Test(
    "is not read from anything else",
    arguments: [
      "", " ", "null", "today", "2013", "2013-02", "2013-2-1", "13-02-01", "20130201", "2013/02/01",
      "2013-02-1",
      "+2013-02-01", "-2013-02-01", "12013-02-01", " 2013-02-01", "2013-02-01 ", "2013-02-01Z", "2013-02-01x",
      "2013-00-01", "2013-13-01", "2013-01-00", "2013-01-32", "2013-04-31", "2013-02-29", "1900-02-29",
      "2100-02-29",
      "0000-01-01", "2013-02-01T", "2013-02-01T1", "2013-02-01T00", "2013-02-01T0:54", "2013-02-01T24:00",
      "2013-02-01T24:00:00Z", "2013-02-01T23:60", "2013-02-01T23:59:61", "2013-02-01T00:54:",
      "2013-02-01T00:54:5",
      "2013-02-01T00:54:51.", "2013-02-01T00:54:51.Z", "2013-02-01T00:54:51.5x", "2013-02-01T00:54:51ZZ",
      "2013-02-01T00:54:51 Z", "2013-02-01T00:54:51+", "2013-02-01T00:54:51+1", "2013-02-01T00:54:51+1:00",
      "2013-02-01T00:54:51+01:", "2013-02-01T00:54:51+01:0", "2013-02-01T00:54:51+24:00",
      "2013-02-01T00:54:51+01:60",
      "2013-02-01T00:54:51+01:00:00", "2013-02-01T00:54:51−01:00", "٢٠١٣-٠٢-٠١", "2013-02-01\0",
      "2013-02-01T00:54:51\n",
      // Years that only exist in another zone.
      "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z",
    ])
  func isNotRead(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("is not read from the beginning of one, but for the forms that end early")
  func isNotReadCutOff() {
    let text = "2013-02-01T00:54:51.333+01:00"
    let complete = [10, 16, 19, 21, 22, 23, 26, 29]
    for length in 0...text.utf8.count {
      #expect((Timestamp(text.prefix(length)) != nil) == complete.contains(length), "\(text.prefix(length))")
    }
  }

  @Test("sorts as an instant where its text does not")
  func sortsAsInstant() throws {
    let earlier = try #require(Timestamp("2024-05-01T10:00:00Z"))
    let later = try #require(Timestamp("2024-05-01T10:00:00.5Z"))
    #expect(earlier < later)
    #expect("2024-05-01T10:00:00Z" > "2024-05-01T10:00:00.5Z")
    let berlin = try #require(Timestamp("2024-05-01T12:00:00+02:00"))
    #expect(berlin == earlier)
    #expect(earlier.description < later.description)
  }

  @Test("counts days as Foundation's calendar does")
  func agreesWithFoundation() throws {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = .gmt
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2000 {
      // Years before 1583 differ: Foundation knows the Julian calendar.
      let seconds = Int64.random(in: -12_212_553_600...253_402_300_799, using: &random)
      let instant = Timestamp(seconds: seconds)
      let parts = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
      let numbers = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
      #expect(instant.description.split { "-T:.".contains($0) }.prefix(6).map { Int($0) } == numbers)
      #expect(Timestamp(instant.description) == instant)
    }
  }

  @Test("reads back what it writes, in all years")
  func readsBack() {
    for day in stride(from: Int64(-719_162), through: 2_932_896, by: 67) {
      let instant = Timestamp(microseconds: day * Timestamp.day + (day & 0xFFFF) * 86_399_999 % Timestamp.day)
      if Timestamp(instant.description) != instant { Issue.record("\(instant)") }
    }
  }

  @Test("stays between the years 1 and 9999")
  func staysInRange() {
    #expect(Timestamp.earliest.description == "0001-01-01T00:00:00.000000Z")
    #expect(Timestamp.latest.description == "9999-12-31T23:59:59.999999Z")
    #expect(Timestamp(microseconds: .min) == .earliest)
    #expect(Timestamp(microseconds: .max) == .latest)
    #expect(Timestamp(seconds: .min) == .earliest)
    #expect(Timestamp(seconds: .max) == .latest)
    for shift in [Int64.min, .max, -1, 1] {
      #expect(Timestamp.earliest.adding(microseconds: shift) >= .earliest)
      #expect(Timestamp.latest.adding(microseconds: shift) <= .latest)
      #expect(Timestamp.earliest.adding(seconds: shift) >= .earliest)
      #expect(Timestamp.latest.adding(seconds: shift) <= .latest)
    }
    #expect(Timestamp.latest.adding(seconds: .min) == .earliest)
    #expect(Timestamp.earliest.adding(seconds: .max) == .latest)
  }

  @Test("moves by seconds and to the start of its day")
  func moves() throws {
    let instant = try #require(Timestamp("2024-03-01T00:00:01.5Z"))
    #expect(instant.adding(seconds: -2).description == "2024-02-29T23:59:59.500000Z")
    #expect(instant.adding(microseconds: 500_000).description == "2024-03-01T00:00:02.000000Z")
    #expect(instant.startOfDay.description == "2024-03-01T00:00:00.000000Z")
    #expect(Timestamp(microseconds: -1).startOfDay.description == "1969-12-31T00:00:00.000000Z")
    #expect(Timestamp.earliest.startOfDay == .earliest)
    #expect(Timestamp(microseconds: 1_500_000).secondsSince1970 == 1.5)
  }

  @Test("can be the present")
  func isNow() {
    let difference = Timestamp.now().secondsSince1970 - Date().timeIntervalSince1970
    #expect(abs(difference) < 60)
  }
}
