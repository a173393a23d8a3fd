import JSONBytes
import Testing

@testable import Singer

@Suite("State")
struct SingerStateTests {
  private let may = "2024-05-01T08:00:00.000000Z"

  private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

  @Test(
    "is read in every shape in use",
    arguments: [
      #"{"bookmarks":{"leads":{"date_updated":"2024-05-01T08:00:00Z"}}}"#,
      #"{"bookmarks":{"leads":{"date_updated":"2024-05-01T10:00:00.000+02:00"}},"currently_syncing":null}"#,
      #"{"bookmarks":{"leads":{"date_updated":"2024-05-01 08:00:00"}}}"#,
      #"{"bookmarks":{"leads":{"replication_key":"date_updated","replication_key_value":"2024-05-01T08:00:00+00:00"}}}"#,
      #"{"bookmarks":{"leads":{"date_updated":"2024-05-01T08:00Z","replication_key":"date_updated","replication_key_value":"2031-01-01"}}}"#,
      #"{"type":"STATE","value":{"bookmarks":{"leads":{"date_updated":"2024-05-01T08:00:00Z"}}}}"#,
      #"{"singer_state":{"bookmarks":{"leads":{"date_updated":"2024-05-01T08:00:00Z"}}}}"#,
    ])
  func shapes(text: String) throws {
    let state = try SingerState(json(text))
    #expect(try state.bookmark(of: "leads", by: "date_updated") == instant(may))
  }

  @Test(
    "without a bookmark for the key starts from nothing",
    arguments: [
      "{}", #"{"bookmarks":null}"#, #"{"bookmarks":{}}"#, #"{"bookmarks":{"leads":{}}}"#,
      #"{"bookmarks":{"leads":null}}"#, #"{"bookmarks":{"leads":{"date_updated":null}}}"#,
      #"{"bookmarks":{"tasks":{"date_updated":"2024-05-01"}}}"#,
      #"{"bookmarks":{"leads":{"date_created":"2024-05-01"}}}"#,
      // The SDK keeps a bookmark for one key; it says nothing about another one.
      #"{"bookmarks":{"leads":{"replication_key":"date_created","replication_key_value":"2024-05-01"}}}"#,
      #"{"bookmarks":{"leads":{"replication_key_value":"2024-05-01"}}}"#,
      #"{"bookmarks":{"leads":{"partitions":[{"context":{},"replication_key":"date_updated","replication_key_value":"2024-05-01"}]}}}"#,
      #"{"bookmarks":{"leads":{"progress_markers":{"replication_key":"date_updated","replication_key_value":"2024-05-01"}}}}"#,
    ])
  func absent(text: String) throws {
    #expect(try SingerState(json(text)).bookmark(of: "leads", by: "date_updated") == nil)
  }

  @Test(
    "that cannot be used is refused with the place",
    arguments: [
      ("[]", "s.json: the state must be an object, not an array"),
      ("null", "s.json: the state must be an object, not null"),
      (#"{"bookmarks":[]}"#, "s.json: bookmarks: must be an object, not an array"),
      (
        #"{"bookmarks":{"leads":"2024-05-01"}}"#,
        #"s.json: bookmarks.leads: must be an object, not "2024-05-01""#
      ),
      (#"{"type":"STATE","value":3}"#, "s.json: the state must be an object, not 3"),
    ])
  func refused(text: String, message: String) {
    #expect(errorText { _ = try SingerState(json(text), file: "s.json") } == message)
  }

  @Test(
    "with a bookmark that is no date is refused with the place",
    arguments: [
      (
        #"{"date_updated":"soon"}"#,
        #"bookmarks.leads.date_updated: must be a date-time such as 2024-01-31T08:00:00Z, not "soon""#
      ),
      (
        #"{"date_updated":1714550400}"#,
        "bookmarks.leads.date_updated: must be a date-time such as 2024-01-31T08:00:00Z, not 1714550400"
      ),
      (
        #"{"date_updated":"2024-02-30"}"#,
        #"bookmarks.leads.date_updated: must be a date-time such as 2024-01-31T08:00:00Z, not "2024-02-30""#
      ),
      (
        #"{"replication_key":"date_updated","replication_key_value":{}}"#,
        "bookmarks.leads.replication_key_value: must be a date-time such as 2024-01-31T08:00:00Z, not an object"
      ),
    ])
  func notADate(bookmark: String, message: String) throws {
    let state = try SingerState(json(#"{"bookmarks":{"leads":\#(bookmark)}}"#))
    #expect(errorText { _ = try state.bookmark(of: "leads", by: "date_updated") } == message)
  }

  @Test("is written in tap-closeio's shape")
  func written() throws {
    var state = SingerState()
    #expect(state.json.compact == #"{"bookmarks":{}}"#)
    state.advance("leads", "date_updated", to: try instant("2024-05-01T10:00:00+02:00"))
    #expect(state.json.compact == #"{"bookmarks":{"leads":{"date_updated":"2024-05-01T08:00:00.000000Z"}}}"#)
  }

  @Test("moves forward only, by instants and not by their texts")
  func forwardOnly() throws {
    var state = try SingerState(json(#"{"bookmarks":{"leads":{"date_updated":"2024-05-01T08:00:00.5Z"}}}"#))
    let before = state
    for earlier in [
      try instant("2024-05-01T08:00:00Z"), try instant("2024-05-01T08:00:00.500+00:00"), .earliest,
    ] {
      let hasMoved = state.advance("leads", "date_updated", to: earlier)
      #expect(!hasMoved)
    }
    #expect(state == before)
    for later in [try instant("2024-05-01T08:00:00.500001Z"), .latest] {
      let hasMoved = state.advance("leads", "date_updated", to: later)
      #expect(hasMoved)
    }
    #expect(try state.bookmark(of: "leads", by: "date_updated") == .latest)
  }

  @Test("keeps everything it does not understand, in order")
  func carriedThrough() throws {
    let text =
      #"{"activate_versions":{"x":1.50},"bookmarks":{"leads":{"date_updated":"2024-05-01","cursor":"abc"},"#
      + #""other":{"partitions":[{"context":{"id":"x"},"replication_key_value":7}]},"deals":{"offset":{"skip":4200}},"gone":null},"#
      + #""currently_syncing":"leads","unknown":[12345678901234567890]}"#
    var state = try SingerState(json(text))
    #expect(state.json.compact == text)
    state.advance("leads", "date_updated", to: try instant(may))
    #expect(state.json.compact == text.replacing(#""2024-05-01""#, with: "\"\(may)\""))
  }

  @Test("that the Meltano SDK wrote turns into our shape when its bookmark moves; partitions stay")
  func sdkShapeMoves() throws {
    var state = try SingerState(
      json(
        #"""
        {"bookmarks":{"leads":{"replication_key":"date_updated","replication_key_value":"2024-04-01T00:00:00+00:00",
          "replication_key_signpost":"2024-04-02","starting_replication_value":"2024-03-01",
          "progress_markers":{"Note":"…"},"partitions":[1]}}}
        """#))
    state.advance("leads", "date_updated", to: try instant("2024-03-31"))
    #expect(state.json["bookmarks"]?["leads"]?["replication_key"] == "date_updated")
    state.advance("leads", "date_updated", to: try instant(may))
    #expect(
      state.json.compact
        == #"{"bookmarks":{"leads":{"partitions":[1],"date_updated":"2024-05-01T08:00:00.000000Z"}}}"#)
  }

  @Test("keeps other values beside a bookmark")
  func extras() throws {
    var state = SingerState()
    state.setExtra("version", of: "leads", to: 7)
    state.advance("leads", "date_updated", to: try instant(may))
    #expect(state.extra("version", of: "leads") == 7)
    #expect(try state.bookmark(of: "leads", by: "date_updated") == instant(may))
    state.setExtra("version", of: "leads", to: nil)
    #expect(state.extra("version", of: "leads") == nil)
    #expect(state.json.compact == #"{"bookmarks":{"leads":{"date_updated":"\#(may)"}}}"#)
  }

  @Test("forgets a stream on demand, and no other")
  func reset() throws {
    var state = try SingerState(json(#"{"bookmarks":{"a":{"k":"2024-05-01"},"b":{"k":"2024-05-01"}}}"#))
    state.reset("a")
    #expect(state.json.compact == #"{"bookmarks":{"b":{"k":"2024-05-01"}}}"#)
  }

  @Test("says which stream was being read; at the end it is null, not gone")
  func currentlySyncing() throws {
    var state = SingerState()
    state.currentlySyncing = nil
    #expect(state.json.compact == #"{"bookmarks":{}}"#)
    state.currentlySyncing = "leads"
    #expect(state.currentlySyncing == "leads")
    state.currentlySyncing = nil
    #expect(state.currentlySyncing == nil)
    #expect(state.json["currently_syncing"] == .null)
  }
}
