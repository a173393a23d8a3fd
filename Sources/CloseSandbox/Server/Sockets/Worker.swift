import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One POSIX thread, which its starter must join.
// Safety: the handle is written once, before the object is shared; `Atomic` is safe by itself.
final class Worker: @unchecked Sendable {
  private let handle: pthread_t
  private let finished: Flag

  /// Starts a thread that runs `body`.
  init(_ body: @escaping @Sendable () -> Void) throws(SandboxError) {
    let flag = Flag()
    let errand = unsafe Unmanaged.passRetained(Errand(body: body, finished: flag))
    #if canImport(Glibc)
      var handle = pthread_t()
      // Safety: the errand is retained until the thread has taken it over.
      let code = unsafe pthread_create(&handle, nil, { unsafe Errand.run($0) }, errand.toOpaque())
      self.handle = handle
    #else
      var handle: pthread_t?
      let code = unsafe pthread_create(&handle, nil, { unsafe Errand.run($0) }, errand.toOpaque())
      guard let handle else {
        unsafe errand.release()
        throw SandboxError(.system, "pthread_create: \(systemMessage(code))", systemError: code)
      }
      self.handle = handle
    #endif
    finished = flag
    guard code == 0 else {
      unsafe errand.release()
      throw SandboxError(.system, "pthread_create: \(systemMessage(code))", systemError: code)
    }
  }

  /// Whether `join` would return at once.
  var isFinished: Bool { finished.value.load(ordering: .acquiring) }

  /// Waits for the thread's end; call it exactly once.
  func join() {
    _ = pthread_join(handle, nil)
  }
}

private final class Flag: Sendable {
  let value = Atomic(false)
}

/// What a new thread has to do, in a box that fits through a C pointer.
private final class Errand: Sendable {
  let body: @Sendable () -> Void
  let finished: Flag

  init(body: @escaping @Sendable () -> Void, finished: Flag) {
    self.body = body
    self.finished = finished
  }

  static func run(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let box = unsafe box else { return nil }
    // Safety: `Worker.init` retained this errand once for this call.
    let errand = unsafe Unmanaged<Errand>.fromOpaque(box).takeRetainedValue()
    errand.body()
    errand.finished.value.store(true, ordering: .releasing)
    return nil
  }
}
