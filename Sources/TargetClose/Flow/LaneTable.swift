/// The lanes a job stays in.
struct Lanes: Sendable {
  /// Those it keeps even while it waits for what another job brings.
  var kept: [Digest]
  /// Those it steps out of meanwhile, so that the other job may have them; none that any job keeps.
  var lent: [Digest] = []
}

/// Keeps records that may concern the same object in order: each waits for those before it that share a lane.
///
/// A blocked job only ever waits for earlier ones and for those that have all their lanes, so none waits for ever.
struct LaneTable: Sendable {
  private struct Job {
    let kept: Set<Digest>
    let lent: Set<Digest>
    /// Whether it is out of the lanes it lends.
    var isAside = true
    /// How many of its lanes others are ahead in.
    var blockers = 0
  }

  private var jobs: [Int: Job] = [:]
  /// The jobs of each lane in order; the first one has it.
  private var lanes: [Digest: [Int]] = [:]

  /// Lines a job up in its lanes; true when nothing is ahead of it.
  mutating func enter(_ job: Int, _ names: Lanes) -> Bool {
    let kept = Set(names.kept)
    jobs[job] = Job(kept: kept, lent: Set(names.lent).subtracting(kept))
    for lane in kept { line(up: job, in: lane) }
    return stepBack(job)
  }

  /// Whether any job is in the lane.
  func isBusy(_ lane: Digest) -> Bool { lanes[lane] != nil }

  /// Takes a job that is first everywhere out of the lanes it lends; returns the jobs that are first everywhere now.
  mutating func stepAside(_ job: Int) -> [Int] {
    guard let state = jobs[job], !state.isAside else { return [] }
    jobs[job]?.isAside = true
    return advance(state.lent)
  }

  /// Puts a job back into the lanes it has lent, ahead of later ones unless they have begun; true when nothing is
  /// ahead of it.
  mutating func stepBack(_ job: Int) -> Bool {
    guard let state = jobs[job], state.isAside else { return true }
    jobs[job]?.isAside = false
    for lane in state.lent { line(up: job, in: lane) }
    return jobs[job]?.blockers == 0
  }

  /// Takes a job out that was first everywhere; returns the jobs that are first everywhere now.
  mutating func leave(_ job: Int) -> [Int] {
    guard let left = jobs.removeValue(forKey: job) else { return [] }
    return advance(left.isAside ? left.kept : left.kept.union(left.lent))
  }

  private mutating func line(up job: Int, in lane: Digest) {
    var queue = lanes[lane] ?? []
    let hasBegun = queue.first.map { jobs[$0]?.blockers == 0 } ?? false
    let place = queue.dropFirst(hasBegun ? 1 : 0).firstIndex { $0 > job } ?? queue.count
    if place > 0 {
      jobs[job]?.blockers += 1
    } else if let first = queue.first {
      jobs[first]?.blockers += 1
    }
    queue.insert(job, at: place)
    lanes[lane] = queue
  }

  /// Lets the next job have each of the lanes.
  private mutating func advance(_ names: Set<Digest>) -> [Int] {
    var ready: [Int] = []
    for lane in names {
      lanes[lane]?.removeFirst()
      guard let next = lanes[lane]?.first else {
        lanes[lane] = nil
        continue
      }
      jobs[next]?.blockers -= 1
      if jobs[next]?.blockers == 0 { ready.append(next) }
    }
    return ready.sorted()
  }
}
