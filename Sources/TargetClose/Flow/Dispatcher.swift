import CloseAPI
import JSONBytes
import Singer

/// Hands records to workers: those that share a lane one after the other, others side by side, and those that
/// point to an object not known yet once it is. Says which STATE may go out.
actor Dispatcher {
  private let print: @Sendable (JSONValue) throws -> Void
  private let capacity: Int
  private let now: @Sendable () -> Duration
  private let onAdmit: @Sendable (Int) -> Void
  private let onStop: @Sendable () -> Void
  private var ledger = StateLedger()
  private var lanes = LaneTable()
  private var batches = BatchTable()
  /// Holds what is ready or with a worker.
  private var shelf: WorkShelf
  private var tickets: [Int: StateLedger.Ticket] = [:]
  private var ready: [Int] = []
  private var running = 0
  /// Who waits for an object, and the object each of them would become.
  private var waiters: [Digest: [(job: Int, becomes: Digest)]] = [:]
  /// Jobs that have nothing to wait for any more.
  private var lastCalls: Set<Int> = []
  private var nextJob = 0
  private var hasEnded = false
  private(set) var isStopped = false
  private var hasOutput = true
  private(set) var fatal: (any Error)?
  private var idleWorkers: [CheckedContinuation<Assignment?, Never>] = []
  private var pausedReader: CheckedContinuation<Void, Never>?
  private static let mostBytes = 16 << 20

  /// What a worker does next.
  enum Assignment: Sendable {
    case work(Handout)
    case batch(Batch)
  }

  /// - Parameters:
  ///   - capacity: how many records may be in memory.
  ///   - onAdmit: is told of every job before a worker is.
  ///   - onStop: is told, once, that nothing more will be taken in.
  ///   - print: prints a STATE.
  init(
    capacity: Int, spoolPath: String, now: @escaping @Sendable () -> Duration,
    onAdmit: @escaping @Sendable (Int) -> Void = { _ in }, onStop: @escaping @Sendable () -> Void = {},
    print: @escaping @Sendable (JSONValue) throws -> Void
  ) {
    self.onAdmit = onAdmit
    self.onStop = onStop
    self.capacity = capacity
    self.now = now
    self.print = print
    shelf = WorkShelf(spoolPath: spoolPath)
  }

  // MARK: - The reader's side

  /// Takes in work once there is room for it; false when the run is to end.
  func admit(_ work: Work, _ names: Lanes) async throws(SingerError) -> Bool {
    while !isStopped, shelf.count + batches.recordCount >= capacity || shelf.bytes > Dispatcher.mostBytes {
      flushIfStuck()
      await withCheckedContinuation { pausedReader = $0 }
    }
    guard !isStopped else { return false }
    let job = nextJob
    nextJob += 1
    tickets[job] = ledger.admit()
    onAdmit(job)
    if lanes.enter(job, names) {
      shelf.hold(job, work)
      hand(job)
    } else {
      try shelf.setAside(job, work)
    }
    return true
  }

  /// Whether a record that shares the lane is on its way.
  func isBusy(_ lane: Digest) -> Bool { lanes.isBusy(lane) }

  /// Takes in a STATE.
  func receive(_ state: JSONValue) { emit(ledger.receive(state)) }

  /// Says that no more records come.
  func endInput() {
    hasEnded = true
    advance()
  }

  /// Ends the run: what is with workers is finished, nothing else is begun.
  func stop(_ error: (any Error)? = nil) {
    if fatal == nil { fatal = error }
    guard !isStopped else { return }
    isStopped = true
    onStop()
    resumeReader()
    dismissWorkers()
  }

  // MARK: - The workers' side

  /// The next thing to do, when there is one; nil at the end of the run.
  func next() async -> Assignment? {
    if let assignment = takeAssignment() { return assignment }
    if isOver { return nil }
    return await withCheckedContinuation { idleWorkers.append($0) }
  }

  /// Takes note that a record is done, or finally refused and kept.
  func finish(_ job: Int) {
    release(job)
    lastCalls.remove(job)
    running -= 1
    for next in lanes.leave(job) { resume(next) }
    if let ticket = tickets.removeValue(forKey: job) { emit(ledger.finish(ticket)) }
    advance()
  }

  /// Takes note that a record was given up because the run is ending; it holds back every later STATE.
  func abandon(_ job: Int) {
    release(job)
    running -= 1
    advance()
  }

  /// Lets a record, which becomes an object others may wait for, wait until `wake` is called for its parent.
  func wait(_ job: Int, for parent: Digest, becomes own: Digest) {
    guard let work = shelf[job] else { return }
    release(job)
    running -= 1
    waiters[parent, default: []].append((job, own))
    do throws(SingerError) {
      try shelf.setAside(job, work)
    } catch {
      stop(error)
    }
    for next in lanes.stepAside(job) { resume(next) }
    advance()
  }

  /// Lets go on who waits for an object that is known now.
  func wake(_ parent: Digest) {
    for waiter in waiters.removeValue(forKey: parent) ?? [] { callBack(waiter.job) }
  }

  /// Puts a record into a batch; returns the batch when it is full.
  func batch(_ member: Batch.Member, _ group: Batch.Group, _ rule: BatchRule) -> Batch? {
    release(member.job)
    running -= 1
    guard let full = batches.add(member, group, rule, at: now()) else {
      advance()
      return nil
    }
    running += full.members.count
    return full
  }

  /// Sends off batches that have waited long enough; to be called now and then.
  func tick() { assignIdleWorkers() }
}

// MARK: - Moving jobs

extension Dispatcher {
  /// Whether nothing is left to do or nothing may be begun.
  private var isOver: Bool {
    isStopped ? running == 0 : hasEnded && tickets.isEmpty
  }

  private func release(_ job: Int) {
    shelf.release(job)
    resumeReader()
  }

  private func resumeReader() {
    pausedReader?.resume()
    pausedReader = nil
  }

  private func hand(_ job: Int) {
    ready.append(job)
    assignIdleWorkers()
  }

  /// Ends the waiting of a job; it is ready unless others have its lanes.
  private func callBack(_ job: Int) {
    if lanes.stepBack(job) { resume(job) }
  }

  /// Makes work ready that was set aside; the run ends when it cannot be read back.
  private func resume(_ job: Int) {
    do throws(SingerError) {
      try shelf.takeBack(job)
    } catch {
      return stop(error)
    }
    hand(job)
  }

  private func takeAssignment() -> Assignment? {
    guard !isStopped else { return nil }
    if !ready.isEmpty {
      let job = ready.removeFirst()
      guard let work = shelf[job] else { return takeAssignment() }
      running += 1
      return .work(Handout(job: job, work: work, isLast: lastCalls.contains(job)))
    }
    if hasEnded, running == 0 { batches.closeAll() }
    return batches.takeDue(at: now()).map { batch in
      running += batch.members.count
      return .batch(batch)
    }
  }

  private func assignIdleWorkers() {
    while !idleWorkers.isEmpty, let assignment = takeAssignment() {
      idleWorkers.removeFirst().resume(returning: assignment)
    }
  }

  /// A batch larger than the room there is goes out as far as it has come.
  private func flushIfStuck() {
    guard ready.isEmpty, running == 0 else { return }
    batches.closeAll()
    assignIdleWorkers()
  }

  private func dismissWorkers() {
    for worker in idleWorkers { worker.resume(returning: nil) }
    idleWorkers.removeAll()
  }

  private func emit(_ state: JSONValue?) {
    guard let state, hasOutput else { return }
    do {
      try print(state)
    } catch {
      hasOutput = false
      stop(error)
    }
  }

  /// Finds out whether something can go on, or whether everything is over.
  private func advance() {
    assignIdleWorkers()
    if isOver {
      dismissWorkers()
    } else if hasEnded, !isStopped, ready.isEmpty, running == 0, batches.isEmpty {
      callLast()
    }
  }

  /// Nobody is left who could bring what the rest wait for.
  ///
  /// Those who wait for nobody among the rest go first: others may wait for them.
  private func callLast() {
    let coming = Set(waiters.values.flatMap { $0.map(\.becomes) })
    let hopeless = waiters.keys.filter { !coming.contains($0) }
    let jobs = (hopeless.isEmpty ? Array(waiters.keys) : hopeless).flatMap {
      (waiters.removeValue(forKey: $0) ?? []).map(\.job)
    }
    lastCalls.formUnion(jobs)
    for job in jobs.sorted() { callBack(job) }
  }
}
