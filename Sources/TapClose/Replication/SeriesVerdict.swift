/// How one series of requests ended.
struct SeriesOutcome: Sendable {
  let number: Int
  /// Others may fare better.
  var refusal: (any Error)?
  var failure: (any Error)?
  var leavesPages = false
  var sharesKeys = false
}

/// How all series ended; of errors, the first one in the order of the series counts.
struct SeriesVerdict {
  private(set) var answered = 0
  private(set) var refused = 0
  // Of each kind the first one in the order of the rows.
  private(set) var firstRefusal: SeriesOutcome?
  /// For another reason than that there is nothing.
  private(set) var firstOtherRefusal: SeriesOutcome?
  private(set) var failure: SeriesOutcome?
  private(set) var leavesPages = false
  private(set) var sharesKeys = false
  /// Refusals in a row that tell enough.
  private static let mostRefusals = 20

  /// Whether to ask for more is of no use.
  var isHopeless: Bool { failure != nil || answered == 0 && refused >= SeriesVerdict.mostRefusals }

  mutating func add(_ outcome: SeriesOutcome) {
    leavesPages = leavesPages || outcome.leavesPages
    sharesKeys = sharesKeys || outcome.sharesKeys
    if outcome.failure != nil {
      if outcome.number < failure?.number ?? .max { failure = outcome }
    } else if outcome.refusal != nil {
      refused += 1
      if outcome.number < firstRefusal?.number ?? .max { firstRefusal = outcome }
      if outcome.refusal?.saysNotFound != true, outcome.number < firstOtherRefusal?.number ?? .max {
        firstOtherRefusal = outcome
      }
    } else {
      answered += 1
    }
  }
}
