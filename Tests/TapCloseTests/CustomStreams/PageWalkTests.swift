import CloseAPI
import JSONBytes
import Testing

@testable import Singer
@testable import TapClose

/// Reads a list that a test holds in its hand, as an endpoint would answer.
private struct Reading {
  var walk: PageWalk
  var out: [String] = []
  var requests = 0
  private let keys: Bool
  private let tellsMore: Bool

  init(_ paging: CustomStream.Paging = .offset, keys: Bool, tellsMore: Bool = true, limit: Int = 3) {
    walk = PageWalk(paging, limit: limit, hasKeys: keys)
    self.keys = keys
    self.tellsMore = tellsMore
  }

  /// - Parameter change: what happens to the list before the request of this number.
  mutating func run(
    _ list: [String], ignoresSkip: Bool = false, _ change: (inout [String], Int) -> Void = { _, _ in }
  ) throws {
    var list = list
    while case .request(let request) = walk.step, requests < 100 {
      requests += 1
      change(&list, requests)
      let skip = ignoresSkip ? 0 : min(request.skip ?? 0, list.count)
      let rows = Array(list[skip...].prefix(request.limit ?? list.count))
      var page = CustomPage(page: StreamPage(lines: RecordLines()))
      page.page.rows = rows.map {
        RecordEncoder.Facts(key: keys ? String($0.prefix(1)) : nil, instant: nil)
      }
      page.digests = rows.map(\.hashValue)
      page.sharesKeys = keys && Set(page.page.rows.map(\.key)).count < rows.count
      page.elements = rows.count
      if tellsMore { page.page.envelope.hasMore = skip + rows.count < list.count }
      let news = rows.filter { !walk.isRepeat($0.hashValue) }
      if try walk.receive(page) { out += news }
    }
  }
}

@Suite("Custom streams: how pages join") struct PageWalkTests {
  private let letters = ["a", "b", "c", "d", "e", "f", "g"]

  @Test(arguments: [true, false], [true, false])
  func `every row comes once`(keys: Bool, tellsMore: Bool) throws {
    var reading = Reading(keys: keys, tellsMore: tellsMore)
    try reading.run(letters)
    #expect(reading.out == letters && reading.walk.step == .finished)
  }

  @Test func `rows that leave the list hide no others`() throws {
    var reading = Reading(keys: true)
    try reading.run(letters) { list, number in if number == 2 { list.removeFirst(2) } }
    #expect(Set(reading.out) == Set(letters))
  }

  @Test(
    arguments: [true, false],
    [["a1", "a2", "a3", "a4", "a5", "b1", "a6"], ["a1", "b1", "c1", "a2", "b2", "c2", "a3"]])
  func `a key that is none loses nothing`(tellsMore: Bool, rows: [String]) throws {
    var reading = Reading(keys: true, tellsMore: tellsMore)
    try reading.run(rows)
    #expect(Set(reading.out) == Set(rows) && reading.walk.step == .finished)
  }

  @Test(arguments: [true, false])
  func `an endpoint that does not page is read once`(keys: Bool) throws {
    var reading = Reading(keys: keys, tellsMore: false)
    try reading.run(["a", "b", "c"], ignoresSkip: true)
    #expect(reading.out == ["a", "b", "c"] && reading.requests == 2 && reading.walk.step == .finished)
  }

  @Test(arguments: [true, false])
  func `an endpoint that hands out more than asked for has said all`(keys: Bool) throws {
    var walk = PageWalk(.offset, limit: 3, hasKeys: keys)
    var page = CustomPage(page: StreamPage(lines: RecordLines()))
    page.page.rows = letters.map { RecordEncoder.Facts(key: keys ? $0 : nil, instant: nil) }
    page.digests = letters.map(\.hashValue)
    page.elements = letters.count
    #expect(try walk.receive(page))
    #expect(walk.step == .finished)
  }

  @Test(arguments: [true, false])
  func `an endpoint that repeats itself for ever is left`(keys: Bool) throws {
    var reading = Reading(keys: keys)
    try reading.run(letters, ignoresSkip: true)
    #expect(reading.walk.step == .stuck && reading.requests < 60)
  }

  @Test func `rows without keys may be alike`() throws {
    var reading = Reading(keys: false)
    try reading.run(["x", "x", "x", "x", "x", "x", "y"])
    #expect(reading.out.count == 7)
  }

  private func page(elements: Int = 2, _ change: (inout PageEnvelope) -> Void) -> CustomPage {
    var page = CustomPage(page: StreamPage(lines: RecordLines()), elements: elements, isCounted: true)
    change(&page.page.envelope)
    return page
  }

  @Test func `pages that would be missed are an error, unless one is all that is wanted`() throws {
    for change: (inout PageEnvelope) -> Void in [
      { $0.hasMore = true }, { $0.cursor = "x" }, { $0.cursorNext = "x" },
    ] {
      var strict = PageWalk(.none, limit: 100, hasKeys: true)
      #expect(throws: StreamError.self) { try strict.receive(page(change)) }
      var content = PageWalk(.none, limit: 100, hasKeys: true, isStrict: false)
      #expect(try content.receive(page(change)))
      #expect(content.leavesPages && content.step == .finished)
    }
    var offset = PageWalk(.offset, limit: 100, hasKeys: true)
    #expect(throws: StreamError.self) { try offset.receive(page { $0.cursorNext = "x" }) }
    var cursor = PageWalk(.cursor, limit: 100, hasKeys: true)
    #expect(throws: StreamError.self) { try cursor.receive(page { $0.hasMore = true }) }
    var short = PageWalk(.offset, limit: 100, hasKeys: false)
    #expect(throws: StreamError.self) {
      try short.receive(
        page {
          $0.hasMore = false
          $0.totalResults = 3
        })
    }
  }

  @Test func `cursors are followed until there is none, and not in circles`() throws {
    var walk = PageWalk(.cursor, limit: 100, hasKeys: false)
    #expect(walk.step == .request(PageWalk.Request()))
    #expect(try walk.receive(page { $0.cursorNext = "c1" }))
    #expect(walk.step == .request(PageWalk.Request(cursor: "c1")))
    #expect(try walk.receive(page { $0.cursor = "" }))
    #expect(walk.step == .finished)
    var circle = PageWalk(.cursor, limit: 100, hasKeys: false)
    for _ in 0..<10 { _ = try circle.receive(page { $0.cursor = "same" }) }
    #expect(circle.step == .stuck)
  }
}
