import JSONBytes

/// Puts the lines of a plan in the order of the input, but for records that had to wait for others.
struct PlanOrder: Sendable {
  /// Jobs whose lines are not out, in order.
  private var waiting: [Int] = []
  private var start = 0
  private var lines: [Int: JSONValue] = [:]
  private var setAside: Set<Int> = []

  /// Lines a job up.
  mutating func admit(_ job: Int) { waiting.append(job) }

  /// Lets others go ahead of a job that waits for one behind it; returns the lines that may go out now.
  mutating func letPass(_ job: Int) -> [JSONValue] {
    setAside.insert(job)
    return takeReady()
  }

  /// Takes in the line of a job; returns the lines that may go out now, in order.
  mutating func finish(_ job: Int, _ line: JSONValue) -> [JSONValue] {
    // The place of a job that let others pass may have gone by already.
    if setAside.remove(job) != nil, waiting[start...].firstIndex(of: job) == nil { return [line] }
    lines[job] = line
    return takeReady()
  }

  private mutating func takeReady() -> [JSONValue] {
    var ready: [JSONValue] = []
    while start < waiting.count {
      let job = waiting[start]
      if let line = lines.removeValue(forKey: job) {
        ready.append(line)
      } else if !setAside.contains(job) {
        break
      }
      start += 1
    }
    if start > 1024 {
      waiting.removeFirst(start)
      start = 0
    }
    return ready
  }
}
