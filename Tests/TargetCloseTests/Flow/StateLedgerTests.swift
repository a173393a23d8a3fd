import JSONBytes
import TestSupport
import Testing

@testable import TargetClose

@Suite("A STATE is printed")
struct StateLedgerTests {
  @Test func `at once when nothing is before it`() {
    var ledger = StateLedger()
    #expect(ledger.receive(1) == 1)
    #expect(ledger.receive(2) == 2)
  }

  @Test func `once every record before it is done`() {
    var ledger = StateLedger()
    let (first, second) = (ledger.admit(), ledger.admit())
    #expect(ledger.receive(1) == nil)
    #expect(ledger.finish(second) == nil)
    #expect(!ledger.isIdle)
    #expect(ledger.finish(first) == 1)
    #expect(ledger.isIdle)
  }

  @Test func `whatever comes behind it`() {
    var ledger = StateLedger()
    let first = ledger.admit()
    #expect(ledger.receive(1) == nil)
    let second = ledger.admit()
    #expect(ledger.receive(2) == nil)
    #expect(ledger.finish(first) == 1)
    #expect(ledger.finish(second) == 2)
  }

  @Test func `only if it is the latest of those that may be`() {
    var ledger = StateLedger()
    let first = ledger.admit()
    #expect(ledger.receive(1) == nil)
    let second = ledger.admit()
    #expect(ledger.receive(2) == nil)
    #expect(ledger.receive(3) == nil)
    #expect(ledger.finish(second) == nil)
    #expect(ledger.finish(first) == 3)
  }

  @Test func `never for a record that is never done`() {
    var ledger = StateLedger()
    let (lost, done) = (ledger.admit(), ledger.admit())
    _ = lost
    #expect(ledger.receive(1) == nil)
    #expect(ledger.finish(done) == nil)
    #expect(ledger.receive(2) == nil)
  }

  /// Some of many waiting STATEs are given up; those that are printed still tell the truth, and the last one comes.
  @Test func `of many that wait, in memory that does not grow with them`() {
    var ledger = StateLedger()
    var tickets: [StateLedger.Ticket] = []
    for state in 0..<10_000 {
      tickets.append(ledger.admit())
      #expect(ledger.receive(.int(state)) == nil)
    }
    var printed: [Int] = []
    for (index, ticket) in tickets.enumerated() {
      guard let state = ledger.finish(ticket)?.int else { continue }
      #expect(state == index)
      printed.append(state)
    }
    #expect(printed.last == 9_999)
    #expect(printed.count <= 64)
  }

  @Test func `as a slow and simple ledger would have it`() {
    for var generator in Fuzzing.cases(200) {
      var ledger = StateLedger()
      var open: [(ticket: StateLedger.Ticket, number: Int)] = []
      var states: [(state: Int, records: Int)] = []
      var (admitted, latest) = (0, -1)
      var done: Set<Int> = []
      for step in 0..<Int.random(in: 10...200, using: &generator) {
        let printed: JSONValue?
        switch Int.random(in: 0..<5, using: &generator) {
        case 0, 1:
          open.append((ledger.admit(), admitted))
          admitted += 1
          printed = nil
        case 2 where states.count < 60:
          states.append((step, admitted))
          printed = ledger.receive(.int(step))
        default:
          guard !open.isEmpty else { continue }
          let record = open.remove(at: Int.random(in: open.indices, using: &generator))
          done.insert(record.number)
          printed = ledger.finish(record.ticket)
        }
        let expected = states.last { state in (0..<state.records).allSatisfy(done.contains) }?.state ?? -1
        #expect(printed == (expected > latest ? .int(expected) : nil))
        latest = max(latest, expected)
      }
    }
  }
}

@Suite("A plan's lines come out")
struct PlanOrderTests {
  @Test func `in the order of the input`() {
    var order = PlanOrder()
    for job in 0..<3 { order.admit(job) }
    #expect(order.finish(1, "b") == [])
    #expect(order.finish(0, "a") == ["a", "b"])
    #expect(order.finish(2, "c") == ["c"])
  }

  @Test func `past a job that waits for one behind it`() {
    var order = PlanOrder()
    for job in 0..<4 { order.admit(job) }
    #expect(order.finish(1, "b") == [])
    #expect(order.letPass(0) == ["b"])
    #expect(order.finish(2, "c") == ["c"])
    #expect(order.finish(0, "a") == ["a"])
    #expect(order.finish(3, "d") == ["d"])
  }

  @Test func `in order after all, when who waited is done before its turn`() {
    var order = PlanOrder()
    for job in 0..<3 { order.admit(job) }
    #expect(order.letPass(1) == [])
    #expect(order.finish(1, "b") == [])
    #expect(order.finish(0, "a") == ["a", "b"])
    #expect(order.finish(2, "c") == ["c"])
  }

  @Test func `each once, however many`() {
    var order = PlanOrder()
    var lines: [JSONValue] = []
    for job in 0..<5000 {
      order.admit(job)
      if job.isMultiple(of: 7) { lines += order.letPass(job) } else { lines += order.finish(job, .int(job)) }
    }
    for job in stride(from: 0, to: 5000, by: 7) { lines += order.finish(job, .int(job)) }
    #expect(Set(lines).count == 5000)
    #expect(lines.count == 5000)
  }
}

@Suite("A spool")
struct SpoolTests {
  @Test("gives back what it was given, once", arguments: [0, 10, 1 << 20])
  func takesBack(memoryLimit: Int) throws {
    let directory = try TemporaryDirectory()
    var spool = Spool(path: directory.file("spool"), memoryLimit: memoryLimit)
    for job in 0..<50 { try spool.put(job, Array("line \(job)".utf8)) }
    #expect(spool.count == 50)
    for job in (0..<50).reversed() {
      #expect(try spool.peek(job) == Array("line \(job)".utf8))
      #expect(try spool.take(job) == Array("line \(job)".utf8))
      #expect(try spool.take(job) == nil)
      #expect(try spool.peek(job) == nil)
    }
    #expect(spool.count == 0)
    #expect(directory.names.isEmpty)
  }
}
