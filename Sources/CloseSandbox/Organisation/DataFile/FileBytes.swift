#if canImport(Glibc)
  import Glibc
  // `FileBytes` has functions of the same names.
  private let readBytes = unsafe Glibc.read
  private let writeBytes = unsafe Glibc.write
#else
  import Darwin
  private let readBytes = unsafe Darwin.read
  private let writeBytes = unsafe Darwin.write
#endif

/// Whole files as bytes; a file is written beside its place first, so that it is either the old or the new
/// one.
enum FileBytes {
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Reads a file in pieces, for what can be as large as an organisation.
  static func read(_ path: String, _ piece: (ArraySlice<UInt8>) throws(SandboxError) -> Void)
    throws(SandboxError)
  {
    let file = try systemCall("open") { unsafe open(path, O_RDONLY) }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      // Safety: `read` writes at most as many bytes as the buffer has.
      let count = try systemCall("read") { unsafe readBytes(file, &buffer, buffer.count) }
      guard count > 0 else { return }
      try piece(buffer[..<count])
    }
  }

  /// Writes a file; `produce` appends to the buffer it is given and hands it on whenever it has grown.
  static func write(
    _ path: String, _ produce: (_ flush: ([UInt8]) throws(SandboxError) -> Void) throws(SandboxError) -> Void
  ) throws(SandboxError) {
    let temporary = path + ".new"
    let file = try systemCall("open") { unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644) }
    do throws(SandboxError) {
      try produce { (bytes) throws(SandboxError) in try writeAll(bytes, to: file) }
      _ = try systemCall("fsync") { fsync(file) }
    } catch {
      close(file)
      unsafe unlink(temporary)
      throw error
    }
    close(file)
    _ = try systemCall("rename") { unsafe rename(temporary, path) }
  }

  private static func writeAll(_ bytes: [UInt8], to file: Int32) throws(SandboxError) {
    var start = 0
    while start < bytes.count {
      // Safety: the slice stays alive during the call, and its own count limits what is read.
      start += try systemCall("write") {
        unsafe bytes[start...].withUnsafeBytes { unsafe writeBytes(file, $0.baseAddress, $0.count) }
      }
    }
  }
}
