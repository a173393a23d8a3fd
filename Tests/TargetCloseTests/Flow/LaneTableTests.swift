import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("A lane")
struct LaneTableTests {
  private let a = Digest("a", "")
  private let b = Digest("b", "")
  private let c = Digest("c", "")

  @Test func `lets one job through at a time, in order`() {
    var table = LaneTable()
    #expect(table.enter(1, Lanes(kept: [a])) == true)
    #expect(table.enter(2, Lanes(kept: [a])) == false)
    #expect(table.enter(3, Lanes(kept: [a])) == false)
    #expect(table.leave(1) == [2])
    #expect(table.leave(2) == [3])
    #expect(table.leave(3) == [])
    #expect(!table.isBusy(a))
  }

  @Test func `holds nobody up who is in another`() {
    var table = LaneTable()
    #expect(table.enter(1, Lanes(kept: [a])) == true)
    #expect(table.enter(2, Lanes(kept: [b])) == true)
    #expect(table.isBusy(a) && table.isBusy(b) && !table.isBusy(c))
    #expect(table.leave(2) == [])
  }

  @Test func `is one of several that all have to be free`() {
    var table = LaneTable()
    #expect(table.enter(1, Lanes(kept: [a])) == true)
    #expect(table.enter(2, Lanes(kept: [b])) == true)
    #expect(table.enter(3, Lanes(kept: [a, b, c])) == false)
    #expect(table.enter(4, Lanes(kept: [c])) == false)
    #expect(table.leave(1) == [])
    #expect(table.leave(2) == [3])
    #expect(table.leave(3) == [4])
  }

  @Test func `named twice is one lane`() {
    var table = LaneTable()
    #expect(table.enter(1, Lanes(kept: [a, a])) == true)
    #expect(table.enter(2, Lanes(kept: [a, a])) == false)
    #expect(table.leave(1) == [2])
    #expect(table.leave(2) == [])
    #expect(table.leave(2) == [])
  }

  @Test func `of its own is what a job without lanes has`() {
    var table = LaneTable()
    #expect(table.enter(1, Lanes(kept: [])) == true)
    #expect(table.leave(1) == [])
  }

  @Test func `is lent while its job waits, and had again before later jobs`() {
    var table = LaneTable()
    #expect(table.enter(1, Lanes(kept: [a], lent: [c])) == true)
    #expect(table.enter(2, Lanes(kept: [b], lent: [c])) == false)
    #expect(table.enter(3, Lanes(kept: [a])) == false)
    #expect(table.enter(4, Lanes(kept: [], lent: [c])) == false)
    #expect(table.stepAside(1) == [2])
    // What it keeps stays its own, and who has begun goes first.
    #expect(table.stepBack(1) == false)
    #expect(table.leave(2) == [1])
    #expect(table.leave(1) == [3, 4])
    #expect(table.leave(3) == [])
    #expect(table.leave(4) == [])
    #expect(!table.isBusy(a) && !table.isBusy(b) && !table.isBusy(c))
  }

  @Test func `that is lent goes to the next one at once`() {
    var table = LaneTable()
    #expect(table.enter(1, Lanes(kept: [a], lent: [b])) == true)
    #expect(table.stepAside(1) == [])
    #expect(table.stepAside(1) == [])
    #expect(!table.isBusy(b))
    #expect(table.stepBack(1) == true)
    #expect(table.enter(2, Lanes(kept: [b])) == false)
    #expect(table.leave(1) == [2])
  }

  /// Jobs of random lanes that begin, wait, go on and end in a random order.
  @Test(arguments: 1...200)
  func `never has two jobs, nor jobs that wait for each other`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var table = LaneTable()
    var kept: [Int: Set<Digest>] = [:]
    var lent: [Int: Set<Digest>] = [:]
    var ready: Set<Int> = []
    var waiting: Set<Int> = []
    var waits: [Int: Int] = [:]
    var done: [Int] = []
    let names = (0..<8).map { Digest("lane", "\($0)") }
    func some(_ names: ArraySlice<Digest>) -> [Digest] {
      names.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    }
    var next = 0
    while done.count < 60 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where next < 60:
        let lanes = Lanes(kept: some(names[..<4]), lent: some(names[4...]))
        (kept[next], lent[next]) = (Set(lanes.kept), Set(lanes.lent))
        if table.enter(next, lanes) { ready.insert(next) }
        next += 1
      case 1:
        guard let job = ready.randomElement(using: &random), waits[job, default: 0] < 2 else { break }
        waits[job, default: 0] += 1
        ready.remove(job)
        waiting.insert(job)
        ready.formUnion(table.stepAside(job))
      case 2:
        guard let job = waiting.randomElement(using: &random) else { break }
        waiting.remove(job)
        if table.stepBack(job) { ready.insert(job) }
      default:
        guard let job = ready.randomElement(using: &random) else { break }
        ready.remove(job)
        done.append(job)
        ready.formUnion(table.leave(job))
      }
      // A job that has begun shares no lane with another one.
      for one in ready {
        for other in ready.union(waiting) where other != one {
          let held =
            waiting.contains(other) ? kept[other] ?? [] : (kept[other] ?? []).union(lent[other] ?? [])
          #expect((kept[one] ?? []).union(lent[one] ?? []).isDisjoint(with: held))
        }
      }
      guard next < 60 || !ready.isEmpty || !waiting.isEmpty || done.count == 60 else {
        Issue.record("\(60 - done.count) jobs wait for each other")
        return
      }
    }
    // Whoever keeps a lane has it in order.
    for name in names {
      let order = done.filter { kept[$0]?.contains(name) == true }
      #expect(order == order.sorted())
    }
    #expect(names.allSatisfy { !table.isBusy($0) })
  }
}
