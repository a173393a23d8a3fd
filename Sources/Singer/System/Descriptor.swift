#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// System calls on file descriptors, each wrapped once: errno becomes a value, interrupted calls go on.
enum Descriptor {
  /// A failed system call.
  struct Failure: Error, Hashable, Sendable {
    /// The value of `errno`.
    let number: Int32

    /// The failure of the call that has just returned on this thread.
    static var last: Failure { Failure(number: errno) }

    /// What the system calls it, such as `No space left on device`.
    var text: String {
      // Safety: `strerror` returns a terminated text that is copied at once.
      unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
  }

  /// Writes all of `bytes`, waiting when a non-blocking descriptor is full.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
    try writeAll(bytes.span, to: descriptor)
  }

  /// Writes all of `bytes`, waiting when a non-blocking descriptor is full.
  static func writeAll(_ bytes: Span<UInt8>, to descriptor: Int32) throws(Failure) {
    var offset = 0
    while offset < bytes.count {
      // Safety: the bytes are alive and unchanged as long as the span is.
      let written = unsafe bytes.extracting(offset...).withUnsafeBytes { rest in
        unsafe write(descriptor, rest.baseAddress, rest.count)
      }
      if written >= 0 {
        offset += written
      } else if errno == EAGAIN {
        _ = wait(for: [(descriptor, Int16(POLLOUT))], milliseconds: -1)
      } else if errno != EINTR {
        throw .last
      }
    }
  }

  /// Reads at most `limit` bytes; empty at the end of the input.
  static func readSome(from descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
    while true {
      var count = 0
      // Safety: `read` fills at most `limit` bytes, the capacity of the new array; what it filled counts.
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
        count = unsafe read(descriptor, buffer.baseAddress, limit)
        filled = max(count, 0)
      }
      if count >= 0 { return chunk }
      if errno == EAGAIN {
        _ = wait(for: [(descriptor, Int16(POLLIN))], milliseconds: -1)
      } else if errno != EINTR {
        throw .last
      }
    }
  }

  /// Waits until one of the descriptors is ready or has failed; false when the time is over.
  static func wait(for interests: [(descriptor: Int32, events: Int16)], milliseconds: Int32) -> Bool {
    var entries = interests.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
    while true {
      // Safety: `poll` reads and writes exactly the entries of the array.
      let ready = unsafe poll(&entries, nfds_t(entries.count), milliseconds)
      if ready >= 0 { return ready > 0 }
      if errno != EINTR { return true }
    }
  }

  /// Reads the whole file at `path`.
  static func contents(ofFile path: String) throws(Failure) -> [UInt8] {
    // Safety: the path is a terminated copy for the length of the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    var contents: [UInt8] = []
    while true {
      let chunk = try readSome(from: descriptor, limit: 1 << 16)
      if chunk.isEmpty { return contents }
      contents += chunk
    }
  }
}
