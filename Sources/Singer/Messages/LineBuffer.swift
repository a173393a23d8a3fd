#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Cuts chunks of bytes into lines; no byte is looked at twice, however long a line gets.
struct LineBuffer: Sendable {
  private var bytes: [UInt8] = []
  /// Where the first unread line starts.
  private var start = 0
  /// No line break stands between `start` and here.
  private var searched = 0
  /// Larger buffers are given back once they are empty.
  private static let keptCapacity = 1 << 20

  /// Adds bytes behind those not yet read.
  mutating func append(_ chunk: [UInt8]) {
    if start == bytes.count, bytes.capacity > LineBuffer.keptCapacity {
      bytes = []
    } else {
      bytes.removeSubrange(..<start)
    }
    searched -= start
    start = 0
    bytes += chunk
  }

  /// The next whole line without its line break; nil when there is none yet.
  mutating func nextLine() -> [UInt8]? {
    // Safety: the search stays between `searched` and the end of the array.
    let found: Int? = unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        let lineBreak = unsafe memchr(base + searched, 0x0A, buffer.count - searched)
      else { return nil }
      return unsafe UnsafeRawPointer(lineBreak) - base
    }
    guard let found else {
      searched = bytes.count
      return nil
    }
    defer {
      start = found + 1
      searched = start
    }
    return Array(bytes[start..<found])
  }

  /// What stands behind the last line break.
  mutating func rest() -> [UInt8] {
    defer { self = LineBuffer() }
    return Array(bytes[start...])
  }

  /// What stands behind the last line break; nil when nothing does.
  mutating func unfinishedLine() -> [UInt8]? {
    let line = rest()
    return line.isEmpty ? nil : line
  }
}
