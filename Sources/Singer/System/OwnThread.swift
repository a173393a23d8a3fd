#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs blocking work on a thread of its own, so that it never holds one of the few threads tasks share.
func onOwnThread(_ work: @escaping @Sendable () -> Void) async {
  await withCheckedContinuation { continuation in
    let job = Job {
      work()
      continuation.resume()
    }
    if !job.start() { job.work() }
  }
}

/// Work on its way to a thread.
private final class Job: Sendable {
  let work: @Sendable () -> Void

  init(_ work: @escaping @Sendable () -> Void) { self.work = work }

  /// Starts a detached thread; false when the system has none left.
  func start() -> Bool {
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    // Safety: the thread takes over the reference retained here, or it is given back below.
    let reference = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        let pointer: UnsafeMutableRawPointer? = unsafe argument
        if let pointer = unsafe pointer {
          unsafe Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().work()
        }
        return nil
      }, reference.toOpaque())
    guard status == 0 else {
      unsafe reference.release()
      return false
    }
    #if canImport(Glibc)
      pthread_detach(thread)
    #else
      if let thread = unsafe thread { unsafe pthread_detach(thread) }
    #endif
    return true
  }
}
