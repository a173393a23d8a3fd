import CloseAPI
import TestSupport
import Testing

struct OffsetWalkTests {
  private func refusal(_ code: CloseError.Code, maximum: Int? = nil) -> CloseError {
    CloseError(code, endpoint: "GET /task/", url: "", status: 400, message: "", maximum: maximum)
  }

  // MARK: Without an overlap

  @Test func advancesByTheRowsReceivedUntilThereAreNoMore() {
    var walk = OffsetWalk(limit: 100)
    #expect(walk.step == .request(skip: 0, limit: 100))
    #expect(walk.receive(count: 100, hasMore: true) == .accepted)
    #expect(walk.step == .request(skip: 100, limit: 100))
    #expect(walk.receive(count: 40, hasMore: true) == .accepted)
    #expect(walk.step == .request(skip: 140, limit: 100))
    #expect(walk.receive(count: 1, hasMore: false) == .accepted)
    #expect(walk.step == .finished)
  }

  @Test func aMissingHasMoreMeansNoMore() {
    var walk = OffsetWalk(limit: 100)
    _ = walk.receive(count: 100, hasMore: nil)
    #expect(walk.step == .finished)
  }

  @Test func aListThatIsNotPagedEndsHoweverLongItIs() {
    var walk = OffsetWalk(limit: 100, overlap: 1)
    let ids = (0..<5_000).map(String.init)
    var requests = 0
    while case .request = walk.step, requests < 10 {
      _ = walk.receive(count: ids.count, ids: ids, hasMore: nil)
      requests += 1
    }
    #expect(requests == 2)
    #expect(walk.step == .finished)
  }

  @Test func anEmptyPageThatPromisesMoreIsAskedForAgainThenPassedOver() {
    var walk = OffsetWalk(limit: 100)
    _ = walk.receive(count: 0, hasMore: true)
    #expect(walk.step == .request(skip: 0, limit: 100))
    _ = walk.receive(count: 0, hasMore: true)
    #expect(walk.step == .request(skip: 100, limit: 100))
    _ = walk.receive(count: 5, hasMore: false)
    #expect(walk.step == .finished)
  }

  @Test(arguments: [0, 1])
  func endlessPromisesEnd(_ overlap: Int) {
    var walk = OffsetWalk(limit: 100, overlap: overlap)
    _ = walk.receive(count: 2, ids: ["a", "b"], hasMore: true)
    var requests = 0
    while case .request = walk.step, requests < 1000 {
      _ = walk.receive(count: 0, hasMore: true)
      requests += 1
    }
    guard case .stuck = walk.step else {
      Issue.record("ended as \(walk.step)")
      return
    }
    #expect(requests < 100)
  }

  @Test func aListThatIsTooDeepMustBeSplit() {
    var walk = OffsetWalk(limit: 100, skip: 35_000)
    #expect(walk.refuse(refusal(.tooManySkipped, maximum: 35_000)) == true)
    #expect(walk.step == .splitNeeded(maximum: 35_000))
  }

  @Test func pagesThatAreTooLargeShrinkOnce() {
    var walk = OffsetWalk(limit: 1000)
    #expect(walk.refuse(refusal(.limitTooLarge, maximum: 200)) == true)
    #expect(walk.step == .request(skip: 0, limit: 200))
    #expect(walk.refuse(refusal(.limitTooLarge)) == true)
    #expect(walk.step == .request(skip: 0, limit: 100))
    #expect(walk.refuse(refusal(.limitTooLarge)) == false)
    #expect(walk.refuse(refusal(.limitTooLarge, maximum: 0)) == false)
  }

  @Test(arguments: [CloseError.Code.invalidRequest, .forbidden, .server, .expiredCursor])
  func otherRefusalsStand(_ code: CloseError.Code) {
    var walk = OffsetWalk(limit: 100)
    #expect(walk.refuse(refusal(code)) == false)
    #expect(walk.step == .request(skip: 0, limit: 100))
  }

  // MARK: With an overlap

  @Test func pagesOverlapByOneRowWhichIsLeftOut() {
    var walk = OffsetWalk(limit: 3, overlap: 1)
    #expect(walk.receive(count: 3, ids: ["a", "b", "c"], hasMore: true) == .accepted)
    #expect(walk.step == .request(skip: 2, limit: 3))
    #expect(walk.isEmitted("c"))
    #expect(!walk.isEmitted("d"))
    #expect(walk.receive(count: 3, ids: ["c", "d", "e"], hasMore: false) == .accepted)
    #expect(walk.step == .finished)
  }

  @Test func aFullPageWithNewsIsFollowedWhereNothingSaysWhetherThereIsMore() {
    var walk = OffsetWalk(limit: 3, overlap: 1)
    _ = walk.receive(count: 3, ids: ["a", "b", "c"], hasMore: nil)
    #expect(walk.step == .request(skip: 2, limit: 3))
    _ = walk.receive(count: 2, ids: ["c", "d"], hasMore: nil)
    #expect(walk.step == .finished)

    // A list that is not paged.
    walk = OffsetWalk(limit: 3, overlap: 1)
    _ = walk.receive(count: 4, ids: ["a", "b", "c", "d"], hasMore: nil)
    #expect(walk.step == .request(skip: 3, limit: 3))
    _ = walk.receive(count: 4, ids: ["a", "b", "c", "d"], hasMore: nil)
    #expect(walk.step == .finished)
  }

  @Test func aMissingSeamIsReadAgainFromFurtherBackEvenOnTheLastPage() {
    var walk = OffsetWalk(limit: 4, overlap: 1)
    _ = walk.receive(count: 4, ids: ["a", "b", "c", "d"], hasMore: true)
    _ = walk.receive(count: 4, ids: ["d", "e", "f", "g"], hasMore: true)
    #expect(walk.step == .request(skip: 6, limit: 4))
    // c left the list, so h stands where g was.
    #expect(walk.receive(count: 2, ids: ["h", "i"], hasMore: false) == .readAgain)
    #expect(walk.step == .request(skip: 4, limit: 4))
    #expect(walk.receive(count: 4, ids: ["f", "g", "h", "i"], hasMore: false) == .accepted)
    #expect(walk.step == .finished)
  }

  @Test func stepsBackDoubleAndEndAtTheBeginning() {
    var walk = OffsetWalk(limit: 4, overlap: 1)
    for page in 0..<5 {
      let ids = (0..<4).map { "row\(page * 3 + $0)" }
      #expect(walk.receive(count: 4, ids: ids, hasMore: true) == .accepted)
    }
    #expect(walk.step == .request(skip: 15, limit: 4))
    for skip in [13, 9, 1, 0] {
      #expect(walk.receive(count: 1, ids: ["new"], hasMore: false) == .readAgain)
      #expect(walk.step == .request(skip: skip, limit: 4))
    }
    #expect(walk.receive(count: 1, ids: ["new"], hasMore: false) == .accepted)
    #expect(walk.step == .finished)
  }

  @Test func anEmptyPageBehindARowIsAMissingSeam() {
    var walk = OffsetWalk(limit: 4, overlap: 1)
    _ = walk.receive(count: 4, ids: ["a", "b", "c", "d"], hasMore: true)
    #expect(walk.receive(count: 0, hasMore: false) == .readAgain)
    #expect(walk.step == .request(skip: 1, limit: 4))
  }

  /// Rows leave (and sometimes join) a list at random places while it is read.
  @Test(arguments: UInt64(0)..<40)
  func noRowThatStaysIsLostOrDoubled(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var list = (0..<Int.random(in: 1...400, using: &generator)).map { "row\($0)" }
    var gone: Set<String> = []
    var walk = OffsetWalk(limit: Int.random(in: 2...20, using: &generator), overlap: 1)
    var emitted: [String] = []
    var requests = 0
    while case .request(let skip, let limit) = walk.step, requests < 2000 {
      requests += 1
      let page = Array(list.dropFirst(skip).prefix(limit))
      let fresh = page.filter { !walk.isEmitted($0) }
      if walk.receive(count: page.count, ids: page, hasMore: list.count > skip + limit) == .accepted {
        emitted += fresh
      }
      for _ in 0..<Int.random(in: 0...2, using: &generator) where !list.isEmpty {
        gone.insert(list.remove(at: Int.random(in: 0..<list.count, using: &generator)))
      }
      if Int.random(in: 0..<4, using: &generator) == 0 { list.insert("new\(requests)", at: 0) }
    }
    #expect(walk.step == .finished)
    #expect(Set(emitted).count == emitted.count, "a row was emitted twice")
    let stayed = (0..<400).map { "row\($0)" }.filter { list.contains($0) && !gone.contains($0) }
    #expect(Set(stayed).subtracting(emitted).isEmpty)
  }

  /// Rows of a list in the order of their last change move to its end when they change once more.
  @Test(arguments: UInt64(0)..<40)
  func noRowIsLostWhereRowsThatChangeMoveToTheEnd(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var list = (0..<Int.random(in: 50...400, using: &generator)).map { (row: $0, version: 0) }
    var walk = OffsetWalk(limit: Int.random(in: 5...20, using: &generator), overlap: 1)
    var emitted: Set<String> = []
    var requests = 0
    while case .request(let skip, let limit) = walk.step, requests < 2000 {
      requests += 1
      let page = list.dropFirst(skip).prefix(limit).map { "row\($0.row) \($0.version)" }
      if walk.receive(count: page.count, ids: page, hasMore: list.count > skip + limit) == .accepted {
        emitted.formUnion(page)
      }
      // Changes end some time, or the walk would not.
      for _ in 0..<(requests < 40 ? Int.random(in: 0...4, using: &generator) : 0) {
        let old = list.remove(at: Int.random(in: 0..<list.count, using: &generator))
        list.append((old.row, old.version + 1))
      }
    }
    #expect(walk.step == .finished)
    let lost = list.map { "row\($0.row) \($0.version)" }.filter { !emitted.contains($0) }
    #expect(lost.allSatisfy { !$0.hasSuffix(" 0") }, "a row that never changed is lost")
  }
}
