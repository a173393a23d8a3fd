import Synchronization

/// What has been asked of a sandbox: the latest requests in full, all of them in numbers.
final class RequestLog: Sendable {
  /// Requests kept in full, and the most bytes of bodies kept with them; older ones are dropped.
  static let capacity = 10_000
  static let bodyCapacity = 64 << 20

  fileprivate struct State {
    var recorded: [RecordedRequest] = []
    var bodyBytes = 0
    var number = 0
    var connection = 0
    var statistics = SandboxStatistics()
  }

  private let state = Mutex(State())

  /// The latest requests in the order in which they were answered.
  var requests: [RecordedRequest] { state.withLock { $0.recorded } }
  var statistics: SandboxStatistics { state.withLock { $0.statistics } }

  /// Starts counting and recording afresh.
  func reset() {
    state.withLock { state in
      state.recorded.removeAll()
      state.bodyBytes = 0
      state.statistics.reset()
    }
  }

  /// Returns the new connection's number.
  func connectionOpened() -> Int {
    state.withLock { state in
      state.connection += 1
      state.statistics.connections += 1
      state.statistics.openConnections += 1
      return state.connection
    }
  }

  func connectionClosed() { state.withLock { $0.statistics.openConnections -= 1 } }

  func malformedArrived() { state.withLock { $0.statistics.malformed += 1 } }

  /// Returns the new request's number.
  func requestArrived() -> Int {
    state.withLock { state in
      state.number += 1
      state.statistics.inFlight += 1
      state.statistics.mostInFlight = max(state.statistics.mostInFlight, state.statistics.inFlight)
      return state.number
    }
  }

  func requestAnswered(_ request: RecordedRequest, overran: Bool) {
    let endpoint = SandboxStatistics.Endpoint(
      method: request.method, path: PathTemplate.template(of: request.path))
    state.withLock { state in
      state.statistics.inFlight -= 1
      state.statistics.requests += 1
      state.statistics.endpoints[endpoint, default: [:]][request.status, default: 0] += 1
      state.statistics.overruns += overran ? 1 : 0
      state.statistics.faults += request.faults.isEmpty ? 0 : 1
      state.statistics.bytes += request.bytes
      state.keep(request)
    }
  }
}

extension RequestLog.State {
  fileprivate mutating func keep(_ request: RecordedRequest) {
    recorded.append(request)
    bodyBytes += request.body.count
    // Dropped in bulk: taking one at a time off the front would copy the rest each time.
    guard recorded.count > RequestLog.capacity || bodyBytes > RequestLog.bodyCapacity else { return }
    let dropped = recorded.prefix(max(1, recorded.count / 10))
    bodyBytes -= dropped.reduce(0) { $0 + $1.body.count }
    recorded.removeFirst(dropped.count)
  }
}
