import CloseAPI
import JSONBytes
import Testing

struct CursorWalkTests {
  private let start = Timestamp(seconds: 1_800_000_000)

  private func row(_ id: String, _ seconds: Int64) -> KeyedRow {
    KeyedRow(id: id, date: start.adding(seconds: seconds))
  }

  private func refusal(_ code: CloseError.Code, maximum: Int? = nil) -> CloseError {
    CloseError(code, endpoint: "GET /event/", url: "", status: 400, message: "", maximum: maximum)
  }

  @Test func followsTheCursorToItsEnd() {
    var walk = CursorWalk()
    #expect(walk.step == .request(cursor: nil, upTo: nil, limit: 50))
    walk.receive([row("a", 9), row("b", 8)], next: "one")
    #expect(walk.step == .request(cursor: "one", upTo: nil, limit: 50))
    walk.receive([row("c", 7)], next: nil)
    #expect(walk.step == .finished)
  }

  @Test(arguments: [nil, ""])
  func noCursorMeansNoMore(_ next: String?) {
    var walk = CursorWalk()
    walk.receive([], next: next)
    #expect(walk.step == .finished)
  }

  @Test func aRefusedCursorStartsAgainAtTheOldestEventAndLeavesOutWhatWasSeen() {
    var walk = CursorWalk()
    walk.receive([row("a", 100), row("b", 90), row("c", 90)], next: "one")
    #expect(walk.refuse(refusal(.expiredCursor)) == true)
    #expect(walk.step == .request(cursor: nil, upTo: start.adding(seconds: 91), limit: 50))
    #expect(walk.isEmitted(row("b", 90)))
    #expect(walk.isEmitted(row("c", 90)))
    #expect(!walk.isEmitted(row("d", 90)))
    // An event that took in another change meanwhile is another version and comes again.
    #expect(!walk.isEmitted(row("b", 91)))
    walk.receive([row("b", 90), row("c", 90), row("d", 89)], next: nil)
    #expect(walk.step == .finished)
  }

  @Test func whatCanComeAgainIsRememberedHoweverMuchAndTheRestForgotten() {
    var walk = CursorWalk()
    for page in 0..<100 {
      walk.receive((0..<50).map { row("old \(page) \($0)", 1000 - Int64(page)) }, next: "old \(page)")
    }
    for page in 0..<100 {
      walk.receive((0..<50).map { row("bulk \(page) \($0)", 9) }, next: "bulk \(page)")
    }
    #expect((0..<100).allSatisfy { walk.isEmitted(row("bulk \($0) 0", 9)) })
    #expect(!walk.isEmitted(row("old 0 0", 1000)))
  }

  @Test func cursorsThatAreAlwaysRefusedEnd() {
    var walk = CursorWalk()
    var attempts = 0
    walk.receive([row("a", 10)], next: "one")
    while case .request = walk.step, attempts < 100 {
      attempts += 1
      #expect(walk.refuse(refusal(.expiredCursor)) == true)
      if case .request = walk.step { walk.receive([row("a", 10)], next: "next\(attempts)") }
    }
    #expect(walk.step == .stuck)
    #expect(attempts == 4)
  }

  @Test func aCursorThatLeadsToItselfEnds() {
    var walk = CursorWalk()
    walk.receive([row("a", 10)], next: "one")
    walk.receive([row("a", 10)], next: "one")
    #expect(walk.step == .stuck)
  }

  @Test func aFirstPageIsNotRefusedForItsCursor() {
    var walk = CursorWalk()
    #expect(walk.refuse(refusal(.expiredCursor)) == false)
    #expect(walk.refuse(refusal(.forbidden)) == false)
  }

  @Test func pagesThatAreTooLargeShrink() {
    var walk = CursorWalk(limit: 100)
    #expect(walk.refuse(refusal(.limitTooLarge, maximum: 20)) == true)
    #expect(walk.step == .request(cursor: nil, upTo: nil, limit: 20))
    #expect(walk.refuse(refusal(.limitTooLarge, maximum: 20)) == false)
  }
}
