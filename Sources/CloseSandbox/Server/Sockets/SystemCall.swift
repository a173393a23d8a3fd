#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs a system call, again while signals interrupt it; -1 becomes an error that names the call.
func systemCall<Result: SignedInteger>(
  _ name: StaticString, _ call: () -> Result
) throws(SandboxError) -> Result {
  while true {
    let result = call()
    if result != -1 { return result }
    let code = errno
    if code != EINTR { throw SandboxError(.system, "\(name): \(systemMessage(code))", systemError: code) }
  }
}

/// The operating system's own words for an error number.
func systemMessage(_ code: Int32) -> String {
  // Safety: `strerror` answers with a terminated string, copied before anything else can run here.
  unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}

/// Seconds on a clock that nothing sets back, for durations and rate windows.
func monotonicSeconds() -> Double {
  var time = timespec()
  // Safety: `clock_gettime` only fills the struct it is given.
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Waits until one of the descriptors is ready, and says which; an empty answer means the time is over.
///
/// - Parameter seconds: nil waits for ever.
func waitUntilReady(
  _ descriptors: [(descriptor: Int32, events: Int32)], seconds: Double?
) throws(SandboxError) -> [Bool] {
  var polls = descriptors.map { pollfd(fd: $0.descriptor, events: Int16($0.events), revents: 0) }
  let end = seconds.map { monotonicSeconds() + $0 }
  while true {
    let left = end.map { max(0, $0 - monotonicSeconds()) }
    let milliseconds = left.map { Int32(min($0 * 1000, 1e6).rounded(.up)) } ?? -1
    let ready = try systemCall("poll") {
      // Safety: the array stays alive and its own count limits what `poll` touches.
      unsafe poll(&polls, nfds_t(polls.count), milliseconds)
    }
    if ready > 0 { return polls.map { $0.revents != 0 } }
    if let left, left <= 0 { return polls.map { _ in false } }
  }
}
