import CloseAPI
import CloseConnection
import Synchronization

/// Which verb updates go out with.
///
/// Close documents PUT only, and PUT is a partial update there. So PATCH is tried first, and PUT takes its place
/// for the rest of the run once Close has refused PATCH: by 405 or 501, by another refusal that a PUT does not get,
/// or by changing nothing.
final class UpdateVerb: Sendable {
  /// What to do about a refused PATCH.
  enum Advice: Sendable {
    /// The refusal stands.
    case giveUp
    /// The same by PUT; `isCertain` is false when it may be the object or its fields that were refused.
    case put(isCertain: Bool)
  }

  private enum State {
    case pinned(WriteMethod)
    /// PATCH has not been answered yet.
    case unknown
    case patchWorks
    case usesPut
  }

  private let state: Mutex<State>
  /// For the updates that come before it is known which verb works: one at a time.
  let probing = RequestGate(limit: 1)

  init(_ setting: UpdateMethodSetting) {
    let start: State =
      switch setting {
      case .auto: .unknown
      case .patch: .pinned(.patch)
      case .put: .pinned(.put)
      }
    state = Mutex(start)
  }

  /// The verb to use now.
  var method: WriteMethod {
    state.withLock { state in
      switch state {
      case .pinned(let method): method
      case .unknown, .patchWorks: .patch
      case .usesPut: .put
      }
    }
  }

  /// Whether there is nothing to find out any more.
  var isSettled: Bool {
    state.withLock { if case .unknown = $0 { false } else { true } }
  }

  /// Takes note that a PATCH was accepted.
  func patchSucceeded() {
    state.withLock { if case .unknown = $0 { $0 = .patchWorks } }
  }

  /// Judges a refused PATCH.
  func judge(_ error: CloseError) -> Advice {
    let isUnsupported = error.code == .methodNotAllowed || error.status == 501
    let isRefused = isUnsupported || (error.intent == .skip && !error.mayHaveBeenProcessed)
    return state.withLock { state in
      switch state {
      case .pinned: .giveUp
      case .usesPut: isRefused ? .put(isCertain: true) : .giveUp
      case .unknown: isRefused ? .put(isCertain: isUnsupported) : .giveUp
      case .patchWorks: isUnsupported ? .put(isCertain: true) : .giveUp
      }
    }
  }

  /// Settles on PUT; true the first time, when there is something to say about it.
  func settleOnPut() -> Bool {
    state.withLock { state in
      switch state {
      case .pinned, .usesPut: return false
      case .unknown, .patchWorks:
        state = .usesPut
        return true
      }
    }
  }
}
