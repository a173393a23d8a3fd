#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A pipe whose reading end turns readable, for good, once `wake` has been called.
///
/// What a thread that waits in `poll` can be woken with, also from a signal handler.
final class WakePipe: Sendable {
  /// Readable after `wake`; -1, which `poll` passes over, when the system has no descriptor left.
  let readingEnd: Int32
  private let writingEnd: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    // Safety: `pipe` fills the two elements of the array.
    if unsafe pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    (readingEnd, writingEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readingEnd)
    close(writingEnd)
  }

  /// Wakes every waiter, now and later; does nothing but one system call.
  func wake() {
    var byte: UInt8 = 1
    // Safety: one byte, alive during the call. A full pipe is fine: it is readable already.
    _ = unsafe write(writingEnd, &byte, 1)
  }
}
