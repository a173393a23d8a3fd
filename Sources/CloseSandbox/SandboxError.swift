/// Why the sandbox cannot start or carry on; answers to HTTP requests are never errors.
public struct SandboxError: Error, Hashable, Sendable {
  /// The kinds of trouble.
  public enum Code: Sendable {
    /// A command-line option, fault specification or control request that makes no sense.
    case usage
    /// The operating system refused something; `systemError` says what.
    case system
    /// The data file cannot be read, written or understood.
    case dataFile
  }

  /// The kind of trouble.
  public let code: Code
  /// One sentence: what failed, where, and what to do about it.
  public let message: String
  /// The operating system's `errno`, 0 when it was not involved.
  public let systemError: Int32

  /// Creates an error.
  public init(_ code: Code, _ message: String, systemError: Int32 = 0) {
    self.code = code
    self.message = message
    self.systemError = systemError
  }
}

extension SandboxError: CustomStringConvertible {
  /// The sentence.
  public var description: String { message }
}
