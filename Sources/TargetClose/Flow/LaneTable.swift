/// Keeps records that may concern the same object in order: each waits for those before it that share a lane.
struct LaneTable: Sendable {
  private struct Job {
    var lanes: [Digest]
    /// How many of its lanes others are ahead in.
    var blockers: Int
  }

  private var jobs: [Int: Job] = [:]
  /// The jobs of each lane in order; the first one has it.
  private var lanes: [Digest: [Int]] = [:]

  /// Lines a job up in its lanes; true when nothing is ahead of it.
  mutating func enter(_ job: Int, lanes names: [Digest]) -> Bool {
    let distinct = Array(Set(names))
    var blockers = 0
    for lane in distinct {
      if lanes[lane]?.isEmpty == false { blockers += 1 }
      lanes[lane, default: []].append(job)
    }
    jobs[job] = Job(lanes: distinct, blockers: blockers)
    return blockers == 0
  }

  /// Whether any job is in the lane.
  func isBusy(_ lane: Digest) -> Bool { lanes[lane] != nil }

  /// Takes a job out that was first everywhere; returns the jobs that are first everywhere now.
  mutating func leave(_ job: Int) -> [Int] {
    guard let left = jobs.removeValue(forKey: job) else { return [] }
    var ready: [Int] = []
    for lane in left.lanes {
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
