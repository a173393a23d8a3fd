import Singer

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The `target-close` program: arguments in, exit code out.
public enum TargetCommand {
  /// The version of target-close.
  public static let version = "1.0.0"

  static let flags = FlagTable(
    program: "target-close", summary: "writes a Singer stream into a Close organisation",
    usage: [
      "SOME-TAP | target-close --config FILE             write, and print STATE",
      "SOME-TAP | target-close --config FILE --dry-run   print what would be written",
      "target-close --config FILE --apply PLAN           carry out just that",
      "target-close --config FILE --replay FILE          try dead letters again",
    ],
    flags: [
      Flag(
        "config", short: "c", value: .required("FILE"), isRepeatable: true,
        help: "settings as JSON; may be repeated, later files win; ENV reads TARGET_CLOSE_<KEY> variables"),
      Flag("input", value: .required("FILE"), help: "read this file instead of standard input"),
      Flag("dry-run", help: "print a plan, one JSON line per record; nothing is written, no STATE printed"),
      Flag("apply", value: .required("PLAN"), help: "carry out a plan, but nothing that has changed since"),
      Flag("replay", value: .required("FILE"), help: "try dead letters again; what fails stays in the file"),
      Flag("test", help: "check the key and the names in the settings"),
      Flag("send-test", value: .required("FILE"), help: "write one record and print the answer"),
      Flag("about", help: "print settings and capabilities"),
      Flag("format", value: .required("text|json|markdown"), help: "form of --about"),
    ])

  static let program = Program(
    version: version, description: "Writes a Singer stream into a Close organisation.",
    capabilities: ["about", "structured-logging", "activate-version", "hard-delete"], flags: flags,
    settings: TargetSettings.table)

  /// Runs the program and returns its exit code; never throws.
  public static func run(_ arguments: [String]) async -> Int32 {
    await program.run(arguments) { arguments, console, log in
      try checkModes(arguments)
      let settings = try program.loadSettings(arguments, log)
      let run = try TargetRun(settings, console: console, log: log, interruption: Interruption.install())
      if arguments.has("test") { return try await run.test() }
      if let path = arguments.value("send-test") { return try await run.sendTest(path) }
      if let path = arguments.value("apply") { return try await run.apply(path) }
      if let path = arguments.value("replay") { return try await run.replay(path) }
      let descriptor = try arguments.value("input").map(openInput) ?? 0
      return try await run.write(from: descriptor, isDryRun: arguments.has("dry-run"))
    }
  }

  /// - Throws: `SingerError.usage` when two things are asked for at once.
  private static func checkModes(_ arguments: Arguments) throws(SingerError) {
    let given = ["dry-run", "apply", "replay", "test", "send-test"].filter(arguments.has)
    guard given.count <= 1 else {
      throw SingerError(.usage, "--\(given.joined(separator: " and --")) exclude each other")
    }
    if let mode = given.first, mode != "dry-run", arguments.has("input") {
      throw SingerError(.usage, "--input does not go with --\(mode)")
    }
  }

  private static func openInput(_ path: String) throws(SingerError) -> Int32 {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "unknown"
      throw SingerError(.file, "cannot read the input file: \(reason)", file: path)
    }
    return descriptor
  }
}
