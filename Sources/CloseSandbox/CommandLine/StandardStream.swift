#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program's own output; what cannot be written is lost silently, for there is nobody to tell.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes `text` and a line feed in one piece, unbuffered.
  func printLine(_ text: String) {
    var bytes = Array(text.utf8)[...]
    bytes.append(0x0A)
    while !bytes.isEmpty {
      let written = try? systemCall("write") {
        // Safety: the slice's own count limits what is read.
        unsafe bytes.withUnsafeBytes { unsafe write(rawValue, $0.baseAddress, $0.count) }
      }
      guard let written, written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}

/// The signals that ask a program to end; blocked from creation on, so that they wait for `wait`.
struct EndSignals {
  private var set = sigset_t()

  /// Call it before the first thread starts: threads inherit what is blocked.
  init() {
    // Safety: the calls only read and write the set they are given.
    unsafe sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Sleeps until one of them comes; a second one ends the program the hard way.
  mutating func wait() {
    var signal: Int32 = 0
    // Safety: as above.
    unsafe sigwait(&set, &signal)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
