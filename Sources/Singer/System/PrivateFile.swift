#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A small file that only its owner may read.
public enum PrivateFile {
  /// Whether there is anything at `path`.
  public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Removes the file at `path`, if there is one.
  public static func remove(_ path: String) { _ = unsafe unlink(path) }

  /// Puts `text` in the place of the file at `path` in one step: a crash leaves the old content or the new.
  ///
  /// - Throws: `SingerError.output`.
  public static func replace(_ path: String, with text: String) throws(SingerError) {
    let draft = path + ".new"
    do throws(Descriptor.Failure) {
      let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw .last }
      defer { close(descriptor) }
      try Descriptor.writeAll(Array(text.utf8), to: descriptor)
      guard fsync(descriptor) == 0 else { throw .last }
      guard unsafe rename(draft, path) == 0 else { throw .last }
    } catch {
      throw SingerError(.output, "cannot write the file: \(error.text)", file: path)
    }
  }
}
