import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A child process with pipes in place of its standard streams.
struct Spawn {
  var processID: pid_t
  /// Our ends of the pipes; -1 for an input that is empty.
  var input: Int32
  var output: Int32
  var error: Int32

  /// Starts `executable`; the child has default signals and no other open file of this process.
  init(
    _ executable: String, _ arguments: [String], environment: [String: String], directory: String?,
    hasInput: Bool
  ) throws {
    Spawn.ignoreBrokenPipes
    let command = Spawn.command(executable, arguments, in: directory)
    let (childInput, input) = hasInput ? try Spawn.pipe() : (unsafe open("/dev/null", O_RDONLY), -1)
    let (output, childOutput) = try Spawn.pipe()
    let (error, childError) = try Spawn.pipe()
    defer { for end in [childInput, childOutput, childError] { close(end) } }
    (self.input, self.output, self.error) = (input, output, error)

    #if canImport(Glibc)
      var actions = unsafe posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    // Safety: actions and attributes are initialised before use and destroyed after; the argument and
    // environment arrays end with nil and live until the call returns.
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (target, end) in [childInput, childOutput, childError].enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, end, Int32(target))
    }
    for descriptor in Int32(3)..<1024 { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }

    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    // A group of its own, so that its children can be killed with it.
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var words = unsafe command.map { unsafe strdup($0) } + [nil]
    var variables = unsafe merged.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (words + variables).forEach { unsafe free($0) } }
    var processID: pid_t = 0
    let code = unsafe posix_spawn(&processID, command[0], &actions, &attributes, &words, &variables)
    self.processID = processID
    guard code == 0 else {
      for end in [input, output, error] where end >= 0 { close(end) }
      throw SpawnError(message: "cannot start \(command[0])", code: code)
    }
  }

  /// There is no portable way to say the directory, but every shell has `cd`.
  private static func command(_ executable: String, _ arguments: [String], in directory: String?) -> [String]
  {
    guard let directory else { return [executable] + arguments }
    return ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory, executable] + arguments
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    #if canImport(Glibc)
      // Safety: `pipe` fills exactly the two elements the array has.
      let result = unsafe Glibc.pipe(&ends)
    #else
      let result = unsafe Darwin.pipe(&ends)
    #endif
    guard result == 0 else { throw SpawnError(message: "pipe", code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// A child that ends early must not take the tests with it.
  private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
}

/// A child process could not be started.
public struct SpawnError: Error {
  /// What was tried.
  public var message: String
  /// The `errno`.
  public var code: Int32
}
