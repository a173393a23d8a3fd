public import JSONBytes
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file of JSON lines that only grows, for what must outlive a crash: journals, logs, dead letters.
///
/// A last line that a crash cut off is dropped when the file is opened; one that is whole but lacks its line
/// break is kept. Only the owner may read a file created here. Safe to use from any task.
public final class LineFile: Sendable {
  /// Where the file is.
  public let path: String
  private let descriptor: Int32
  private let end: Mutex<Int>

  /// Opens the file at `path` for reading and appending, and creates it and its directories when missing.
  ///
  /// - Throws: `SingerError.output`.
  public init(appendingTo path: String) throws(SingerError) {
    self.path = path
    do throws(Descriptor.Failure) {
      try LineFile.makeDirectories(above: path)
      descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw .last }
      end = Mutex(try LineFile.mendEnd(descriptor))
    } catch {
      throw SingerError(.output, "cannot open the file: \(error.text)", file: path)
    }
  }

  /// Opens the file at `path` for reading only; nil when there is none.
  ///
  /// - Throws: `SingerError.file`.
  public init?(reading path: String) throws(SingerError) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SingerError(.file, "cannot read the file: \(Descriptor.Failure.last.text)", file: path)
    }
    end = Mutex(max(0, Int(lseek(descriptor, 0, SEEK_END))))
  }

  /// Makes a file at `path` that nobody else sees and that is gone when it is no longer used.
  ///
  /// - Throws: `SingerError.output`.
  public init(temporaryAt path: String) throws(SingerError) {
    self.path = path
    do throws(Descriptor.Failure) {
      try LineFile.makeDirectories(above: path)
      descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0, unsafe unlink(path) == 0 else { throw .last }
    } catch {
      throw SingerError(.output, "cannot make a temporary file: \(error.text)", file: path)
    }
    end = Mutex(0)
  }

  deinit { close(descriptor) }

  /// Puts a new file in the place of the one at `path` in one step: a crash leaves the old one or the new one.
  ///
  /// - Parameter write: adds the lines of the new file.
  /// - Throws: `SingerError.output`, and what `write` throws.
  public static func replace(
    _ path: String, _ write: (LineFile) throws(SingerError) -> Void
  ) throws(SingerError) -> LineFile {
    let draft = path + ".new"
    _ = unsafe unlink(draft)
    let file = try LineFile(appendingTo: draft)
    try write(file)
    try file.sync()
    guard unsafe rename(draft, path) == 0 else {
      throw SingerError(
        .output, "cannot replace the file: \(Descriptor.Failure.last.text)", file: path)
    }
    return file
  }

  /// Number of bytes in the file.
  public var size: Int { end.withLock { $0 } }

  /// Adds one line, its line break included; returns the offset of its first byte.
  ///
  /// - Parameter durably: whether the line must be on the disk before the call returns, as must all before it.
  /// - Throws: `SingerError.output`.
  @discardableResult
  public func append(_ line: [UInt8], durably: Bool = false) throws(SingerError) -> Int {
    let offset: Int
    do throws(Descriptor.Failure) {
      offset = try end.withLock { (end) throws(Descriptor.Failure) in
        let start = end
        try write(line + [0x0A], at: start)
        end = start + line.count + 1
        return start
      }
      if durably { try flush() }
    } catch {
      throw SingerError(.output, "cannot write the file: \(error.text)", file: path)
    }
    return offset
  }

  /// Adds one value as a line.
  ///
  /// - Throws: `SingerError.output`.
  @discardableResult
  public func append(_ value: JSONValue, durably: Bool = false) throws(SingerError) -> Int {
    try append(Array(value.compact.utf8), durably: durably)
  }

  /// Returns once everything written so far is on the disk.
  ///
  /// - Throws: `SingerError.output`.
  public func sync() throws(SingerError) {
    do throws(Descriptor.Failure) {
      try flush()
    } catch {
      throw SingerError(.output, "cannot write the file: \(error.text)", file: path)
    }
  }

  /// The line that starts at `offset`, without its line break.
  ///
  /// - Throws: `SingerError.file`.
  public func line(at offset: Int) throws(SingerError) -> [UInt8] {
    var line: [UInt8] = []
    do throws(Descriptor.Failure) {
      while true {
        let chunk = try read(4096, at: offset + line.count, upTo: size)
        if let lineBreak = chunk.firstIndex(of: 0x0A) { return line + chunk[..<lineBreak] }
        if chunk.isEmpty { return line }
        line += chunk
      }
    } catch {
      throw SingerError(.file, "cannot read the file: \(error.text)", file: path)
    }
  }

  /// Hands every whole line to `body` with its offset and its number, counted from 1.
  ///
  /// - Throws: `SingerError.file`, and what `body` throws.
  public func forEachLine(
    _ body: (_ line: [UInt8], _ offset: Int, _ number: Int) throws(SingerError) -> Void
  ) throws(SingerError) {
    var buffer = LineBuffer()
    let end = size
    var (position, offset, number) = (0, 0, 0)
    while true {
      let chunk: [UInt8]
      do throws(Descriptor.Failure) {
        // What is no file, such as /dev/zero, may never end by itself.
        chunk = try read(1 << 16, at: position, upTo: end)
      } catch {
        throw SingerError(.file, "cannot read the file: \(error.text)", file: path)
      }
      if chunk.isEmpty { return }
      position += chunk.count
      buffer.append(chunk)
      while let line = buffer.nextLine() {
        number += 1
        try body(line, offset, number)
        offset += line.count + 1
      }
    }
  }
}

// MARK: - System calls

extension LineFile {
  private func write(_ bytes: [UInt8], at offset: Int) throws(Descriptor.Failure) {
    var written = 0
    while written < bytes.count {
      // Safety: the range `written..<count` lies inside the array, which outlives the call.
      let count = unsafe bytes.withUnsafeBytes {
        unsafe pwrite(
          descriptor, $0.baseAddress.map { unsafe $0 + written }, bytes.count - written,
          off_t(offset + written))
      }
      if count >= 0 { written += count } else if errno != EINTR { throw .last }
    }
  }

  private func flush() throws(Descriptor.Failure) {
    while fsync(descriptor) != 0 { if errno != EINTR { throw .last } }
  }

  private func read(_ limit: Int, at offset: Int, upTo end: Int) throws(Descriptor.Failure) -> [UInt8] {
    try LineFile.read(min(limit, max(0, end - offset)), at: offset, from: descriptor)
  }

  private static func read(
    _ limit: Int, at offset: Int, from descriptor: Int32
  ) throws(Descriptor.Failure) -> [UInt8] {
    while true {
      var count = 0
      // Safety: `pread` fills at most `limit` bytes, the capacity of the new array; only what it filled counts.
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
        count = unsafe pread(descriptor, buffer.baseAddress, limit, off_t(offset))
        filled = max(count, 0)
      }
      if count >= 0 { return chunk }
      if errno != EINTR { throw .last }
    }
  }

  /// Drops a last line that was cut off, or completes one that lacks its line break only; returns the size.
  private static func mendEnd(_ descriptor: Int32) throws(Descriptor.Failure) -> Int {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size >= 0 else { throw .last }
    var rest: [UInt8] = []
    var start = size
    while start > 0 {
      let chunkStart = max(0, start - 1 << 16)
      let chunk = try read(start - chunkStart, at: chunkStart, from: descriptor)
      if let lineBreak = chunk.lastIndex(of: 0x0A) {
        rest = chunk[(lineBreak + 1)...] + rest
        start = chunkStart + lineBreak + 1
        break
      }
      rest = chunk + rest
      start = chunkStart
    }
    guard !rest.isEmpty else { return size }
    if (try? JSONValue(parsing: rest)) != nil {
      var lineBreak: UInt8 = 0x0A
      guard unsafe pwrite(descriptor, &lineBreak, 1, off_t(size)) == 1 else { throw .last }
      return size + 1
    }
    guard ftruncate(descriptor, off_t(start)) == 0 else { throw .last }
    return start
  }

  static func makeDirectories(above path: String) throws(Descriptor.Failure) {
    for index in path.indices.dropFirst() where path[index] == "/" {
      let directory = String(path[..<index])
      if unsafe mkdir(directory, 0o755) != 0, errno != EEXIST { throw .last }
    }
  }
}
