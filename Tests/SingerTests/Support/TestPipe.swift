#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A pipe, so that a test can see what was written to a descriptor, or feed one.
final class TestPipe: Sendable {
  let readingEnd: Int32
  let writingEnd: Int32

  init() {
    // A test that writes to a closed pipe must get an error, not a signal.
    _ = signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    // Safety: `pipe` fills the two elements.
    _ = unsafe pipe(&ends)
    // Programs that other tests start must not hold the pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (readingEnd, writingEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readingEnd)
    close(writingEnd)
  }

  /// Closes the end that is written to, so that the reader meets the end.
  func closeWritingEnd() { TestPipe.replace(writingEnd) }

  /// Closes the end that is read from, so that the writer gets EPIPE.
  func closeReadingEnd() { TestPipe.replace(readingEnd) }

  /// Puts nothing in the place of an end, so that its number is not given to another test's file.
  private static func replace(_ end: Int32) {
    // Safety: the path is a terminated copy for the length of the call.
    let nothing = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    _ = dup2(nothing, end)
    close(nothing)
  }

  /// Makes writing fail with EAGAIN when the pipe is full.
  func makeWritingNonBlocking() { _ = fcntl(writingEnd, F_SETFL, O_NONBLOCK) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    // Safety: the array outlives the call.
    _ = unsafe write(writingEnd, bytes, bytes.count)
  }

  /// What has been written so far, without waiting for more.
  func readAvailable() -> String {
    _ = fcntl(readingEnd, F_SETFL, O_NONBLOCK)
    return String(decoding: readBytes(), as: UTF8.self)
  }

  /// Everything written until the writing end is closed.
  func readToEnd() -> [UInt8] { readBytes() }

  private func readBytes() -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Safety: `read` fills at most the chunk.
      let count = unsafe read(readingEnd, &chunk, chunk.count)
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }
}
