import CloseAPI
import JSONBytes
import Singer

/// Hands records to workers: those that share a lane one after the other, others side by side, and those that
/// point to an object not known yet once it is. Says which STATE may go out.
actor Dispatcher {
  /// Where a record is that is neither ready nor with a worker.
  private enum Pause {
    /// Behind others in a lane.
    case blocked
    /// Until the record that becomes an object has been written.
    case waiting
    case batched
  }

  private let print: @Sendable (JSONValue) throws -> Void
  private let capacity: Int
  private let now: @Sendable () -> Duration
  private let onAdmit: @Sendable (Int) -> Void
  private let onStop: @Sendable () -> Void
  private var ledger = StateLedger()
  private var lanes = LaneTable()
  private var spool: Spool
  private var tickets: [Int: StateLedger.Ticket] = [:]
  private var pauses: [Int: Pause] = [:]
  /// Records in memory: ready or with a worker.
  private var held: [Int: Work] = [:]
  private var spooled: [Int: SpooledRecord] = [:]
  /// What is paused but no record.
  private var parked: [Int: Work] = [:]
  private var heldBytes = 0
  private var ready: [Int] = []
  private var running = 0
  /// Who waits for an object, and the object each of them would become.
  private var waiters: [Digest: [(job: Int, becomes: Digest)]] = [:]
  /// Jobs that have nothing to wait for any more.
  private var lastCalls: Set<Int> = []
  private var batches: [Batch.Group: (batch: Batch, rule: BatchRule, since: Duration)] = [:]
  private var nextJob = 0
  private var hasEnded = false
  private(set) var isStopped = false
  private var hasOutput = true
  private(set) var fatal: (any Error)?
  private var idleWorkers: [CheckedContinuation<Assignment?, Never>] = []
  private var pausedReader: CheckedContinuation<Void, Never>?
  private static let mostBytes = 16 << 20
  private static let longestBatchAge = Duration.seconds(1)

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
    spool = Spool(path: spoolPath)
  }

  // MARK: - The reader's side

  /// Takes in work once there is room for it; false when the run is to end.
  func admit(_ work: Work, lanes names: [Digest]) async throws(SingerError) -> Bool {
    while !isStopped, held.count + batchedCount >= capacity || heldBytes > Dispatcher.mostBytes {
      flushIfStuck()
      await withCheckedContinuation { pausedReader = $0 }
    }
    guard !isStopped else { return false }
    let job = nextJob
    nextJob += 1
    tickets[job] = ledger.admit()
    onAdmit(job)
    if lanes.enter(job, lanes: names) {
      hold(job, work)
      hand(job)
    } else {
      try pause(job, work, .blocked)
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
    for next in lanes.leave(job) where isBlocked(next) { resume(next) }
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
    guard let work = held[job] else { return }
    release(job)
    running -= 1
    waiters[parent, default: []].append((job, own))
    do throws(SingerError) {
      try pause(job, work, .waiting)
    } catch {
      stop(error)
    }
    advance()
  }

  /// Lets go on who waits for an object that is known now.
  func wake(_ parent: Digest) {
    for waiter in waiters.removeValue(forKey: parent) ?? [] { resume(waiter.job) }
  }

  /// Puts a record into a batch; returns the batch when it is full.
  func batch(_ member: Batch.Member, _ group: Batch.Group, _ rule: BatchRule) -> Batch? {
    release(member.job)
    running -= 1
    pauses[member.job] = .batched
    var entry = batches[group] ?? (Batch(group: group), rule, now())
    entry.batch.members.append(member)
    batches[group] = entry
    guard entry.batch.members.count >= rule.size else {
      advance()
      return nil
    }
    return take(group)
  }

  /// Sends off batches that have waited long enough; to be called now and then.
  func tick() {
    let oldest = now() - Dispatcher.longestBatchAge
    guard batches.values.contains(where: { $0.since <= oldest }) else { return }
    assignIdleWorkers()
  }
}

// MARK: - Moving jobs

extension Dispatcher {
  private var batchedCount: Int { batches.values.reduce(0) { $0 + $1.batch.members.count } }

  /// Whether nothing is left to do or nothing may be begun.
  private var isOver: Bool {
    isStopped ? running == 0 : hasEnded && tickets.isEmpty
  }

  private func hold(_ job: Int, _ work: Work) {
    held[job] = work
    heldBytes += work.size
  }

  private func release(_ job: Int) {
    if let work = held.removeValue(forKey: job) { heldBytes -= work.size }
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

  /// Puts a record out of the way until it can be written.
  private func pause(_ job: Int, _ work: Work, _ pause: Pause) throws(SingerError) {
    pauses[job] = pause
    if case .record(let record) = work {
      spooled[job] = SpooledRecord(record)
      try spool.put(job, Array(JSONValue.object(record.fields).compact.utf8))
    } else {
      parked[job] = work
    }
  }

  private func isBlocked(_ job: Int) -> Bool {
    if case .blocked? = pauses[job] { true } else { false }
  }

  /// Makes a paused record ready; the run ends when it cannot be read back.
  private func resume(_ job: Int) {
    pauses[job] = nil
    if let record = spooled.removeValue(forKey: job) {
      do throws(SingerError) {
        guard let restored = record.restored(try spool.take(job)) else {
          throw SingerError(.file, "a record that waited on the disk cannot be read back")
        }
        hold(job, .record(restored))
      } catch {
        return stop(error)
      }
    } else if let work = parked.removeValue(forKey: job) {
      hold(job, work)
    }
    hand(job)
  }

  private func takeAssignment() -> Assignment? {
    guard !isStopped else { return nil }
    if !ready.isEmpty {
      let job = ready.removeFirst()
      guard let work = held[job] else { return takeAssignment() }
      running += 1
      return .work(Handout(job: job, work: work, isLast: lastCalls.contains(job)))
    }
    let oldest = now() - Dispatcher.longestBatchAge
    let mustFlush = hasEnded && running == 0
    let due = batches.filter { mustFlush || $0.value.since <= oldest }
    guard let group = due.min(by: { $0.value.since < $1.value.since })?.key else { return nil }
    return take(group).map { .batch($0) }
  }

  private func take(_ group: Batch.Group) -> Batch? {
    guard let batch = batches.removeValue(forKey: group)?.batch else { return nil }
    for member in batch.members { pauses[member.job] = nil }
    running += batch.members.count
    return batch
  }

  private func assignIdleWorkers() {
    while !idleWorkers.isEmpty, let assignment = takeAssignment() {
      idleWorkers.removeFirst().resume(returning: assignment)
    }
  }

  /// A batch larger than the room there is goes out as far as it has come.
  private func flushIfStuck() {
    guard ready.isEmpty, running == 0 else { return }
    for group in batches.keys { batches[group]?.since = .zero - Dispatcher.longestBatchAge }
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
    for job in jobs.sorted() { resume(job) }
  }
}
