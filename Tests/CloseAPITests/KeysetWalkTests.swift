import CloseAPI
import JSONBytes
import TestSupport
import Testing

struct KeysetWalkTests {
  private let start = Timestamp(seconds: 1_700_000_000)

  private func row(_ id: String, _ seconds: Int64) -> KeyedRow {
    KeyedRow(id: id, date: start.adding(seconds: seconds))
  }

  private func walk(from: Timestamp? = nil, before: Timestamp? = nil) -> KeysetWalk {
    KeysetWalk(KeysetSearch(objectType: "lead", fields: ["name"], from: from, before: before))
  }

  private func refusal(_ code: CloseError.Code, maximum: Int? = nil) -> CloseError {
    CloseError(code, endpoint: "POST /data/search/", url: "", status: 400, message: "", maximum: maximum)
  }

  private func body(_ step: KeysetWalk.Step) -> JSONValue {
    if case .request(let body) = step { return body }
    Issue.record("no request but \(step)")
    return .null
  }

  /// The lower bound of a request, as text.
  private func bound(_ step: KeysetWalk.Step) -> String? {
    body(step)["query"]?["queries"]?.array?.last?["condition"]?["on_or_after"]?["value"]?.string
  }

  // MARK: Requests

  @Test func theBodyAsksForOneTypeInAscendingOrderWithinItsBounds() throws {
    var search = KeysetSearch(
      objectType: "contact", fields: ["name", "id"], from: start, before: start.adding(seconds: 60),
      conditions: [["type": "match_all"]])
    search.fields.append("emails")
    var walk = KeysetWalk(search)
    let expected = try JSONValue(
      parsing: """
        {"query":{"type":"and","queries":[{"type":"object_type","object_type":"contact"},{"type":"match_all"},
        {"type":"field_condition",
         "field":{"type":"regular_field","object_type":"contact","field_name":"date_updated"},
         "condition":{"type":"moment_range",
          "on_or_after":{"type":"fixed_utc","value":"2023-11-14T22:13:20.000000+00:00"},
          "before":{"type":"fixed_utc","value":"2023-11-14T22:14:20.000000+00:00"}}}]},
        "sort":[{"direction":"asc",
         "field":{"type":"regular_field","object_type":"contact","field_name":"date_updated"}}],
        "_limit":200,"_fields":{"contact":["name","id","emails","date_updated"]}}
        """)
    #expect(body(walk.next(at: .zero)) == expected)
  }

  @Test func withoutBoundsThereIsNoDateCondition() {
    var walk = walk()
    #expect(body(walk.next(at: .zero))["query"]?["queries"]?.array?.count == 1)
  }

  // MARK: Cursors

  @Test func aFreshCursorIsFollowedWithTheSameQuery() {
    var walk = walk(from: start)
    let first = body(walk.next(at: .zero))
    walk.receive([row("a", 1), row("b", 2)], cursor: "one", at: .seconds(1))
    var expected = first
    expected["cursor"] = "one"
    #expect(body(walk.next(at: .seconds(10))) == expected)
    walk.receive([row("c", 3)], cursor: nil, at: .seconds(11))
    #expect(walk.next(at: .seconds(12)) == .finished)
  }

  @Test func anOldCursorGivesWayToANewSearchFromTheLastDate() {
    var walk = walk(from: start)
    walk.receive([row("a", 1), row("b", 2)], cursor: "one", at: .zero)
    let next = walk.next(at: .seconds(25))
    #expect(body(next)["cursor"] == nil)
    #expect(bound(next) == "2023-11-14T22:13:22.000000+00:00")
    #expect(walk.isEmitted(row("b", 2)))
    #expect(!walk.isEmitted(row("b", 3)))
    #expect(!walk.isEmitted(row("c", 2)))
  }

  @Test func anExpiredCursorGivesWayToo() {
    var walk = walk(from: start)
    walk.receive([row("a", 1)], cursor: "one", at: .zero)
    #expect(walk.refuse(refusal(.expiredCursor)) == true)
    #expect(bound(walk.next(at: .zero)) == "2023-11-14T22:13:21.000000+00:00")
  }

  @Test func aSearchOfManyRowsIsTakenUpAgainWhereItEnded() {
    var walk = walk(from: start)
    walk.receive((0..<200).map { row("\($0)", Int64($0)) }, cursor: "one", at: .zero)
    walk.receive([row("200", 200)], cursor: nil, at: .zero)
    #expect(bound(walk.next(at: .zero)) == "2023-11-14T22:16:40.000000+00:00")
    walk.receive([row("200", 200), row("201", 201)], cursor: nil, at: .zero)
    #expect(walk.next(at: .zero) == .finished)
  }

  @Test(arguments: [CloseError.Code.invalidRequest, .notFound])
  func aRefusedCursorIsAnEndToStartAgainFrom(code: CloseError.Code) {
    var walk = walk(from: start)
    #expect(walk.refuse(refusal(code)) == false)
    walk.receive([row("a", 1)], cursor: "one", at: .zero)
    #expect(walk.refuse(refusal(code)) == true)
    #expect(bound(walk.next(at: .zero)) == "2023-11-14T22:13:21.000000+00:00")
  }

  @Test func whileAllRowsShareOneInstantTheCursorIsFollowedFurther() {
    var walk = walk(from: start)
    walk.receive([row("a", 0), row("b", 0)], cursor: "one", at: .zero)
    #expect(body(walk.next(at: .seconds(28)))["cursor"] == "one")
    walk.receive([row("c", 0), row("d", 5)], cursor: "two", at: .seconds(28))
    #expect(bound(walk.next(at: .seconds(60))) == "2023-11-14T22:13:25.000000+00:00")
  }

  @Test func anInstantWithMoreObjectsThanASearchCanReturnIsAnError() {
    var walk = walk(from: start)
    var page = 0
    while case .request = walk.next(at: .zero), page < 100 {
      walk.receive((0..<200).map { row("\(page)-\($0)", 0) }, cursor: "more", at: .zero)
      page += 1
    }
    #expect(page == 50)
    #expect(walk.next(at: .zero) == .failed(.tooManyAtOneInstant(start)))
    #expect(KeysetWalk.Failure.tooManyAtOneInstant(start).description.contains("2023-11-14T22:13:20"))
  }

  @Test func cursorsThatDieInPlaceEnd() {
    var walk = walk(from: start)
    var attempts = 0
    while case .request = walk.next(at: .zero), attempts < 100 {
      attempts += 1
      walk.receive([row("a", 0)], cursor: "one", at: .zero)
      #expect(walk.refuse(refusal(.expiredCursor)) == true)
    }
    #expect(attempts == 4)
    #expect(walk.next(at: .zero) == .failed(.cursorKeepsExpiring))
  }

  @Test func otherRefusalsStand() {
    var walk = walk(from: start)
    #expect(walk.refuse(refusal(.expiredCursor)) == false)
    walk.receive([row("a", 1)], cursor: "one", at: .zero)
    #expect(walk.refuse(refusal(.forbidden)) == false)
    #expect(walk.refuse(refusal(.limitTooLarge, maximum: 100)) == true)
    #expect(body(walk.next(at: .zero))["_limit"] == 100)
  }

  @Test func emptyPagesWithACursorEnd() {
    var walk = walk(from: start)
    for _ in 0..<3 { walk.receive([], cursor: "more", at: .zero) }
    #expect(walk.next(at: .zero) == .finished)
  }

  // MARK: What comes back is checked

  @Test func aFilterThatIsIgnoredIsNoticed() {
    var walk = walk(from: start)
    walk.receive([row("a", -500), row("b", -400), row("c", 5)], cursor: "one", at: .zero)
    #expect(walk.next(at: .zero) == .failed(.filterIgnored(start)))
  }

  @Test func anOrderThatIsIgnoredIsNoticed() {
    var walk = walk(from: start)
    walk.receive((0..<20).map { row("\($0)", Int64(100 - $0)) }, cursor: "one", at: .zero)
    #expect(walk.next(at: .zero) == .failed(.orderIgnored))
  }

  @Test func oneLateRowTellsThatTheOrderIsAnother() {
    var walk = walk(from: start)
    walk.receive([row("late", 9000)] + (0..<20).map { row("\($0)", Int64($0)) }, cursor: "one", at: .zero)
    #expect(walk.next(at: .zero) == .failed(.orderIgnored))

    walk = self.walk(from: start)
    walk.receive([row("a", 1), row("late", 9000)], cursor: "one", at: .zero)
    walk.receive((0..<20).map { row("\($0)", Int64($0 + 2)) }, cursor: "two", at: .zero)
    #expect(walk.next(at: .zero) == .failed(.orderIgnored))
  }

  // The last row changed after it was indexed. Reading on from its new date would jump over everything else.
  @Test func aRowNewerThanTheSearchDoesNotMoveThePosition() {
    var walk = walk(from: start, before: start.adding(seconds: 1000))
    walk.receive([row("a", 1), row("b", 2), row("c", 5000)], cursor: "one", at: .zero)
    #expect(bound(walk.next(at: .seconds(26))) == "2023-11-14T22:13:22.000000+00:00")
    #expect(walk.isEmitted(row("c", 5000)))
  }

  // MARK: Against a server

  /// A search with the API's limits, over objects that change while they are read.
  private struct Search {
    var objects: [String: Timestamp] = [:]
    var cursors: [String: (rest: [String], returned: Int, made: Duration)] = [:]

    mutating func ask(_ body: JSONValue, at now: Duration) -> (rows: [KeyedRow], cursor: String?)? {
      let limit = body["_limit"]?.int ?? 0
      var found: [String]
      var returned = 0
      if let cursor = body["cursor"]?.string {
        guard let state = cursors[cursor], now - state.made < .seconds(30) else { return nil }
        (found, returned) = (state.rest, state.returned)
      } else {
        let range = body["query"]?["queries"]?.array?.last?["condition"]
        let from = range?["on_or_after"]?["value"]?.string.flatMap { Timestamp($0) } ?? .earliest
        let before = range?["before"]?["value"]?.string.flatMap { Timestamp($0) } ?? .latest
        found = objects.filter { $0.value >= from && $0.value < before }
          .sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
      }
      let page = found.prefix(limit)
      returned += page.count
      let rows = page.compactMap { id in objects[id].map { KeyedRow(id: id, date: $0) } }
      guard found.count > limit, returned < 10_000 else { return (rows, nil) }
      let cursor = "cursor\(cursors.count)"
      cursors[cursor] = (Array(found.dropFirst(limit)), returned, now)
      return (rows, cursor)
    }
  }

  @Test(arguments: UInt64(0)..<8)
  func everythingIsReadOnceWhateverChangesAndHoweverSlow(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var server = Search()
    // Bulk changes put many objects on one instant.
    var date = start
    for number in 0..<12_000 {
      if Int.random(in: 0..<10, using: &generator) < 3 {
        date = date.adding(microseconds: Int64.random(in: 1...2_000_000, using: &generator))
      }
      server.objects["lead_\(number)"] = date
    }
    let before = date.adding(seconds: 60)
    var walk = walk(from: seed.isMultiple(of: 2) ? nil : start, before: before)
    var emitted: [KeyedRow] = []
    var now = Duration.zero
    var requests = 0
    while case .request(let body) = walk.next(at: now), requests < 5000 {
      requests += 1
      now += .seconds(Int.random(in: 0..<50, using: &generator) == 0 ? 40 : 1)
      if let (rows, cursor) = server.ask(body, at: now) {
        emitted += rows.filter { !walk.isEmitted($0) }
        walk.receive(rows, cursor: cursor, at: now)
      } else {
        #expect(walk.refuse(refusal(.expiredCursor)) == true)
      }
      if Int.random(in: 0..<3, using: &generator) == 0 {
        let id = "lead_\(Int.random(in: 0..<12_000, using: &generator))"
        server.objects[id] = before.adding(seconds: Int64(requests))
      }
    }
    #expect(walk.next(at: now) == .finished)
    #expect(Set(emitted).count == emitted.count, "a version was emitted twice")
    let unchanged = Set(
      server.objects.filter { $0.value < before }.map { KeyedRow(id: $0.key, date: $0.value) })
    #expect(unchanged.subtracting(emitted).isEmpty)
    #expect(requests < 200)
  }
}
