import JSONBytes
import Synchronization
import TestSupport
import Testing

@testable import TargetClose

@Suite("The dispatcher")
struct DispatcherTests {
  /// A dispatcher and the STATEs it has printed.
  final class Bench: Sendable {
    private let states = Mutex<[JSONValue]>([])
    private let time = Mutex(Duration.zero)
    private let directory: TemporaryDirectory
    let stream: IncomingStream
    let capacity: Int

    init(capacity: Int = 100) throws {
      self.capacity = capacity
      directory = try TemporaryDirectory()
      let settings = try StreamSettings(JSONObject(), stream: "leads", place: "streams.leads")
      stream = IncomingStream(name: "leads", keyProperties: ["id"], customFieldNames: [:], settings: settings)
    }

    var printed: [JSONValue] { states.withLock { $0 } }

    func advance(_ seconds: Int) { time.withLock { $0 += .seconds(seconds) } }

    func newDispatcher(output: (any Error)? = nil) -> Dispatcher {
      Dispatcher(
        capacity: capacity, spoolPath: directory.file("waiting"), now: { self.time.withLock { $0 } },
        print: { state in
          if let output { throw output }
          self.states.withLock { $0.append(state) }
        })
    }

    func record(_ key: Int) -> SourceRecord {
      stream.record(["id": .int(key)], bytes: Array("\(key)".utf8), line: key)
    }

    func admit(_ dispatcher: Dispatcher, _ key: Int, lanes: [String]? = nil) async throws {
      let lanes = (lanes ?? ["\(key)"]).map { Digest($0) as Digest }
      _ = try await dispatcher.admit(.record(record(key)), Lanes(kept: lanes))
    }
  }

  /// What a worker gets next: the job, and whether it is its last chance.
  private func next(_ dispatcher: Dispatcher) async -> (job: Int, key: JSONValue?, isLast: Bool)? {
    guard case .work(let handout)? = await dispatcher.next() else { return nil }
    guard case .record(let record) = handout.work else { return (handout.job, nil, handout.isLast) }
    return (handout.job, record.fields["id"], handout.isLast)
  }

  @Test func `hands out records of one lane one after the other`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    try await bench.admit(dispatcher, 1, lanes: ["a"])
    try await bench.admit(dispatcher, 2, lanes: ["a"])
    try await bench.admit(dispatcher, 3, lanes: ["b"])
    #expect(await next(dispatcher)?.job == 0)
    #expect(await next(dispatcher)?.job == 2)
    await dispatcher.finish(0)
    let second = await next(dispatcher)
    #expect(second?.job == 1)
    #expect(second?.key == 2)
  }

  @Test func `prints a STATE once all before it are done, in whatever order`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    for key in 1...3 { try await bench.admit(dispatcher, key) }
    await dispatcher.receive("a")
    try await bench.admit(dispatcher, 4)
    await dispatcher.receive("b")
    for _ in 0..<4 { _ = await next(dispatcher) }
    for job in [3, 2, 0] { await dispatcher.finish(job) }
    #expect(bench.printed.isEmpty)
    await dispatcher.finish(1)
    #expect(bench.printed == ["b"])
  }

  @Test func `ends when everything is done after the end of the input`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    try await bench.admit(dispatcher, 1)
    await dispatcher.endInput()
    #expect(await next(dispatcher)?.job == 0)
    async let idle = dispatcher.next()
    await dispatcher.finish(0)
    #expect(await idle == nil)
  }

  @Test func `wakes who waits when its parent is there`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    try await bench.admit(dispatcher, 1)
    try await bench.admit(dispatcher, 2)
    _ = await next(dispatcher)
    await dispatcher.wait(0, for: Digest("parent"), becomes: Digest("child"))
    await dispatcher.receive("s")
    #expect(await next(dispatcher)?.job == 1)
    await dispatcher.finish(1)
    #expect(bench.printed.isEmpty)
    await dispatcher.wake(Digest("parent"))
    let child = await next(dispatcher)
    #expect(child?.job == 0)
    #expect(child?.key == 1)
    #expect(child?.isLast == false)
    await dispatcher.finish(0)
    #expect(bench.printed == ["s"])
  }

  @Test func `calls those last who wait in vain, parents first`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    for key in 1...2 { try await bench.admit(dispatcher, key) }
    for _ in 1...2 { _ = await next(dispatcher) }
    // The first waits for what the second becomes, the second for what never comes.
    await dispatcher.wait(0, for: Digest("second"), becomes: Digest("first"))
    await dispatcher.wait(1, for: Digest("never"), becomes: Digest("second"))
    await dispatcher.receive("s")
    await dispatcher.endInput()
    let second = await next(dispatcher)
    #expect(second?.job == 1)
    #expect(second?.isLast == true)
    await dispatcher.wake(Digest("second"))
    await dispatcher.finish(1)
    let first = await next(dispatcher)
    #expect(first?.job == 0)
    #expect(first?.isLast == false)
    #expect(bench.printed.isEmpty)
    await dispatcher.finish(0)
    #expect(bench.printed == ["s"])
    #expect(await next(dispatcher) == nil)
  }

  @Test func `calls all last who wait for one another`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    for key in 1...2 { try await bench.admit(dispatcher, key) }
    for _ in 1...2 { _ = await next(dispatcher) }
    await dispatcher.wait(0, for: Digest("b"), becomes: Digest("a"))
    await dispatcher.wait(1, for: Digest("a"), becomes: Digest("b"))
    await dispatcher.endInput()
    for job in 0...1 {
      let called = await next(dispatcher)
      #expect(called?.job == job)
      #expect(called?.isLast == true)
    }
  }

  @Test func `begins nothing once it is stopped, and prints no STATE over what is undone`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    for key in 1...3 { try await bench.admit(dispatcher, key) }
    await dispatcher.receive("s")
    _ = await next(dispatcher)
    _ = await next(dispatcher)
    await dispatcher.stop()
    await dispatcher.finish(0)
    await dispatcher.abandon(1)
    #expect(await next(dispatcher) == nil)
    #expect(try await !dispatcher.admit(.record(bench.record(4)), Lanes(kept: [])))
    #expect(bench.printed.isEmpty)
  }

  @Test func `finishes what is with a worker when it is stopped`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    try await bench.admit(dispatcher, 1)
    await dispatcher.receive("s")
    _ = await next(dispatcher)
    await dispatcher.stop()
    await dispatcher.finish(0)
    #expect(bench.printed == ["s"])
  }

  @Test func `stops when a STATE cannot be printed`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher(output: Rejection("full"))
    await dispatcher.receive("s")
    #expect(await dispatcher.isStopped)
    #expect(await dispatcher.fatal is Rejection)
  }

  @Test func `takes in no more than there is room for`() async throws {
    let bench = try Bench(capacity: 2)
    let dispatcher = bench.newDispatcher()
    let admitted = Counter()
    async let reading: Void = {
      for key in 1...5 {
        try await bench.admit(dispatcher, key)
        admitted.add()
      }
      await dispatcher.endInput()
    }()
    var done = 0
    while let job = await next(dispatcher)?.job {
      #expect(admitted.count <= done + 2)
      await dispatcher.finish(job)
      done += 1
    }
    #expect(done == 5)
    try await reading
  }

  private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
  }

  @Test func `sends a batch when it is full, old, or the last`() async throws {
    let bench = try Bench()
    let dispatcher = bench.newDispatcher()
    let rule = BatchRule(size: 2, groupBy: [])
    func add(_ key: Int, _ group: String) async throws -> Batch? {
      try await bench.admit(dispatcher, key)
      let job = await next(dispatcher)?.job ?? -1
      let member = Batch.Member(
        job: job, record: bench.record(key), operation: .skipped("", resource: ""))
      return await dispatcher.batch(member, Batch.Group(stream: "s", path: group, values: []), rule)
    }
    #expect(try await add(1, "a") == nil)
    #expect(try await add(2, "b") == nil)
    #expect(try await add(3, "a")?.members.map(\.job) == [0, 2])
    for job in [0, 2] { await dispatcher.finish(job) }
    bench.advance(2)
    guard case .batch(let old)? = await dispatcher.next() else {
      Issue.record("the old batch was not sent")
      return
    }
    #expect(old.members.map(\.job) == [1])
    await dispatcher.finish(1)
    #expect(try await add(4, "a") == nil)
    await dispatcher.endInput()
    guard case .batch(let last)? = await dispatcher.next() else {
      Issue.record("the last batch was not sent")
      return
    }
    #expect(last.members.map(\.job) == [3])
    await dispatcher.finish(3)
    #expect(await dispatcher.next() == nil)
  }
}
