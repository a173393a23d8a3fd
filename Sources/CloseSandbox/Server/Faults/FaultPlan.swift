import JSONBytes

/// The faults of a sandbox, and how often each has been due so far.
struct FaultPlan {
  private struct Tally {
    var fault: Fault
    /// Requests it concerned, and those it struck.
    var seen = 0
    var struck = 0
  }

  private var tallies: [Tally]
  private var random: SeededRandom

  /// Reads faults separated by semicolons; an empty text is no faults.
  init(parsing text: String, seed: UInt64) throws(SandboxError) {
    random = SeededRandom(seed: seed)
    tallies = []
    for part in text.split(separator: ";") where part.contains(where: { $0 != " " }) {
      tallies.append(Tally(fault: try Fault(parsing: part)))
    }
  }

  /// Counts a request and returns the faults that strike it, in the order they were given.
  mutating func strike(method: String, path: String) -> [Fault] {
    var struck: [Fault] = []
    for index in tallies.indices where tallies[index].fault.concerns(method: method, path: path) {
      tallies[index].seen += 1
      let tally = tallies[index]
      if let times = tally.fault.times, tally.struck >= times { continue }
      guard tally.fault.strikes(count: tally.seen, chance: { Double.random(in: 0..<1, using: &random) })
      else {
        continue
      }
      tallies[index].struck += 1
      struck.append(tally.fault)
    }
    return struck
  }

  /// The faults and their counts, for people.
  var report: JSONValue {
    .array(
      tallies.map { tally in
        ["fault": .string(tally.fault.text), "seen": .int(tally.seen), "struck": .int(tally.struck)]
      })
  }
}
