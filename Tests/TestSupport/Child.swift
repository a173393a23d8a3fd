import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A child process between its start and the collection of its status.
final class Child: Sendable {
  private struct State {
    var status: Int32?
    var timedOut = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let processID: pid_t
  private let state = Mutex(State())

  /// Takes over a child that has been started; kills it after `timeout` seconds.
  init(_ processID: pid_t, timeout: Double) {
    self.processID = processID
    Thread.detachNewThread { self.collect() }
    DispatchQueue.global().asyncAfter(deadline: .now() + timeout) { [weak self] in self?.expire() }
  }

  /// Waits for its end; the status is that of `exit`, or the killing signal as a negative number.
  func end() async -> (status: Int32, timedOut: Bool) {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if state.status == nil { state.waiters.append(continuation) }
        return state.status != nil
      }
      if hasEnded { continuation.resume() }
    }
    return state.withLock { ($0.status ?? 0, $0.timedOut) }
  }

  /// Sends a signal; does nothing when the process has ended.
  func send(_ signal: Int32) {
    state.withLock { state in
      if state.status == nil { kill(processID, signal) }
    }
  }

  /// Kills it and its children.
  func killAll() {
    state.withLock { state in
      if state.status == nil { kill(-processID, SIGKILL) }
    }
  }

  private func expire() {
    state.withLock { $0.timedOut = $0.status == nil }
    killAll()
  }

  private func collect() {
    // Safety: the calls only fill the variables they are given.
    var info = unsafe siginfo_t()
    // Waits without collecting, so that `kill` can never hit another process of the same number.
    while unsafe waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    let waiters = state.withLock { state in
      var raw: Int32 = 0
      unsafe waitpid(processID, &raw, 0)
      let signal = raw & 0x7F
      state.status = signal == 0 ? (raw >> 8) & 0xFF : -signal
      defer { state.waiters.removeAll() }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
