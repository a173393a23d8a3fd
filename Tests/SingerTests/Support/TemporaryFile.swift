#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that goes away with the test.
final class TemporaryFile {
  let path: String

  init(_ text: String) {
    var template = Array("/tmp/singer-test-XXXXXX".utf8CString)
    // Safety: `mkstemp` replaces the last six letters of the terminated template.
    let descriptor = unsafe mkstemp(&template)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let bytes = Array(text.utf8)
    // Safety: the array outlives the call.
    _ = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
  }

  // Safety: the path is a terminated copy for the length of the call.
  deinit { unsafe _ = unlink(path) }
}
