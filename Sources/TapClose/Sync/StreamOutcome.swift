import CloseAPI
import Singer

/// How reading one table ended.
struct StreamOutcome: Sendable {
  enum Ending: Sendable {
    case complete
    /// The key may not read it; the other tables go on.
    case skipped(reason: String)
    case failed(reason: String)
    /// The run was told to stop, or cannot go on at all.
    case stopped
  }

  let stream: String
  let replicationKey: String?
  var ending: Ending
  /// An error that ends the whole run: a refused key, a consumer that has gone.
  var fatal: (any Error)?

  var isComplete: Bool { if case .complete = ending { true } else { false } }

  /// Why it is not complete, where that is known.
  var reason: String? {
    switch ending {
    case .complete, .stopped: nil
    case .skipped(let reason), .failed(let reason): reason
    }
  }

  /// One word for the summary, nothing when all went well.
  var word: String? {
    switch ending {
    case .complete: nil
    case .skipped: "skipped"
    case .failed: "failed"
    case .stopped: "stopped"
    }
  }
}

extension StreamOutcome {
  /// Judges an error met while reading a table.
  init(_ error: any Error, of sync: StreamSync) {
    stream = sync.name
    replicationKey = sync.definition.replicationKey
    switch error {
    case is CancellationError:
      ending = .stopped
    case let error as CloseError where error.code == .cancelled:
      ending = .stopped
    case let error as CloseError where error.code == .forbidden || error.code == .paymentRequired:
      ending = .skipped(reason: "\(error)")
    case let error as CloseError:
      ending = .failed(reason: "\(error)")
      fatal = error.intent == .abort ? error : nil
    case let error as SingerError:
      ending = .stopped
      fatal = error
    default:
      ending = .failed(reason: "\(error)")
    }
  }
}

/// Some tables are not complete; told last, because runners show the last line of the log.
struct IncompleteRun: Error, CustomStringConvertible {
  let outcomes: [StreamOutcome]

  var description: String {
    let missing = outcomes.filter { !$0.isComplete }
    let reasons = missing.map { "\($0.stream): \($0.reason ?? "stopped")" }
    let extent = outcomes.count > 1 ? "\(missing.count) of \(outcomes.count) streams not complete: " : ""
    return extent + reasons.joined(separator: "; ")
  }
}
