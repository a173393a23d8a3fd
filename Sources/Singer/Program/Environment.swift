#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Looks up environment variables; a function, so that tests can pass a dictionary's subscript.
public typealias Environment = (_ name: String) -> String?

/// The environment of this process.
///
/// A variable that is set to nothing counts as not set.
public func processEnvironment(_ name: String) -> String? {
  // Safety: nothing in our programs changes the environment; the text is copied at once.
  guard let text = unsafe getenv(name) else { return nil }
  let value = unsafe String(cString: text)
  return value.isEmpty ? nil : value
}

/// The variable that holds `key` of a program's settings: `TAP_CLOSE_START_DATE`.
func environmentName(_ key: String, of program: String) -> String {
  String("\(program)_\(key)".uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
}
