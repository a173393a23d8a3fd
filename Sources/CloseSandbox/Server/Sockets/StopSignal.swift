import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tells all threads of a server to end, even those that sleep or wait for bytes.
///
/// A pipe with one byte in it that nobody reads: every `poll` that includes it wakes up.
final class StopSignal: Sendable {
  /// Becomes readable when the signal is raised.
  let descriptor: Int32
  private let writeEnd: Int32
  private let raised = Atomic(false)

  init() throws(SandboxError) {
    var ends: [Int32] = [-1, -1]
    // Safety: `pipe` fills exactly the two elements the array has.
    _ = try systemCall("pipe") { unsafe pipe(&ends) }
    descriptor = ends[0]
    writeEnd = ends[1]
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(descriptor)
    close(writeEnd)
  }

  var isRaised: Bool { raised.load(ordering: .acquiring) }

  /// Wakes everybody; a second call does nothing.
  func raise() {
    guard !raised.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var byte: UInt8 = 1
    // Safety: one byte is read from a variable that outlives the call. An empty pipe takes it.
    _ = try? systemCall("write") { unsafe write(writeEnd, &byte, 1) }
  }

  /// Sleeps for `seconds`, less when the signal is raised meanwhile.
  func sleep(_ seconds: Double) {
    _ = try? waitUntilReady([(descriptor, Int32(POLLIN))], seconds: seconds)
  }
}
