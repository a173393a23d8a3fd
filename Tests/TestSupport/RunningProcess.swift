import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What became of a process.
public struct ProcessOutcome: Sendable {
  /// All it wrote to standard output.
  public var stdout: String
  /// All it wrote to standard error.
  public var stderr: String
  /// Its exit status, or the number of the signal that killed it as a negative number.
  public var exit: Int32
  /// Whether it was killed because its time was over.
  public var timedOut: Bool

  /// The lines of standard output, without their line feeds.
  public var lines: [String] { stdout.split(separator: "\n").map(String.init) }

  /// What to show of standard error when it did not end as it should: where it crashed, else its last words.
  public var lastWords: [Substring] {
    let lines = stderr.split(separator: "\n").filter { !$0.hasPrefix("INFO METRIC: ") }
    let crash = lines.firstIndex { $0.contains("Fatal error") || $0.contains("Program crashed") }
    return crash.map { Array(lines[$0...].prefix(40)) } ?? lines.suffix(5)
  }
}

/// A child process whose output can be followed while it runs.
public final class RunningProcess: Sendable {
  private let child: Child
  private let input: InputPipe
  private let output: OutputPipe
  private let error: OutputPipe

  /// Starts `executable`, a path; use `product(_:)` for the programs of this package.
  ///
  /// - Parameters:
  ///   - environment: set in addition to this process's own.
  ///   - stdin: nil is an empty input, unless `keepsInputOpen`.
  ///   - keepsInputOpen: more input comes by `write(_:)`, until `closeInput()`.
  ///   - closesOutputAfter: stop reading standard output after so many bytes, as a reader does that dies.
  ///   - timeout: seconds until it is killed.
  public init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
    directory: String? = nil, stdin: String? = nil, keepsInputOpen: Bool = false,
    closesOutputAfter limit: Int? = nil, timeout: Double = 180
  ) throws {
    let spawn = try Spawn(
      executable, arguments, environment: environment, directory: directory,
      hasInput: stdin != nil || keepsInputOpen)
    input = InputPipe(spawn.input)
    output = OutputPipe(spawn.output, limit: limit)
    error = OutputPipe(spawn.error, limit: nil)
    child = Child(spawn.processID, timeout: timeout)
    if let stdin { input.write(stdin) }
    if !keepsInputOpen { input.close() }
  }

  /// Nothing outlives its test.
  deinit { child.killAll() }

  /// Sends a signal; does nothing when the process has ended.
  public func send(_ signal: Int32) { child.send(signal) }

  /// Writes to its standard input, which must have been kept open; returns at once.
  public func write(_ text: String) { input.write(text) }

  /// Ends its standard input.
  public func closeInput() { input.close() }

  /// The next line of standard output, nil at its end.
  public func nextLine() async -> String? { await output.nextLine() }

  /// The next line of standard error, nil at its end.
  public func nextErrorLine() async -> String? { await error.nextLine() }

  /// Waits for its end; the outcome has all output, including lines that have been read before.
  public func outcome() async -> ProcessOutcome {
    let (status, timedOut) = await child.end()
    let (stdout, stderr) = (await output.all(), await error.all())
    return ProcessOutcome(stdout: stdout, stderr: stderr, exit: status, timedOut: timedOut)
  }
}

/// Runs a program to its end; see `RunningProcess` for the parameters.
public func runProcess(
  _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
  directory: String? = nil, stdin: String? = nil, timeout: Double = 180
) async throws -> ProcessOutcome {
  try await RunningProcess(
    executable, arguments, environment: environment, directory: directory, stdin: stdin, timeout: timeout
  ).outcome()
}

/// The path of a program of this package, which stands beside the test bundle.
public func product(_ name: String) -> String {
  #if canImport(Glibc)
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: executable).deletingLastPathComponent().appendingPathComponent(name).path
  #else
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
    return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent(name).path
  #endif
}
