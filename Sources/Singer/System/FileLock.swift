#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps two processes from using one file at a time; given back when the lock goes away or the process ends.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Locks the file at `path`, which is created with its directories when missing; nil while another process has it.
  ///
  /// - Parameter patience: how long to wait for a process that is just ending.
  /// - Throws: `SingerError.output`.
  public init?(_ path: String, patience: Duration = .zero) throws(SingerError) {
    do throws(Descriptor.Failure) {
      try LineFile.makeDirectories(above: path)
    } catch {
      throw SingerError(.output, "cannot make the directory: \(error.text)", file: path)
    }
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw SingerError(.output, "cannot open the lock: \(Descriptor.Failure.last.text)", file: path)
    }
    let end = ContinuousClock.now + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      if errno == EWOULDBLOCK {
        guard ContinuousClock.now < end else { return nil }
        usleep(20_000)
        continue
      }
      throw SingerError(.output, "cannot lock the file: \(Descriptor.Failure.last.text)", file: path)
    }
  }

  deinit { close(descriptor) }
}
