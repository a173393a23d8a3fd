/// What our programs have in common: what they tell about themselves, and how a run begins and ends.
public struct Program: Sendable {
  /// The program's version.
  public let version: String
  /// The settings it reads.
  public let settings: SettingTable
  private let flags: FlagTable
  private let description: String
  private let capabilities: [String]

  /// Describes a program; `--about` and `--format` come with it.
  public init(
    version: String, description: String, capabilities: [String], flags: FlagTable, settings: SettingTable
  ) {
    self.version = version
    self.description = description
    self.capabilities = capabilities
    self.flags = flags
    self.settings = settings
  }

  /// Runs the program with `arguments` and returns its exit code; never throws.
  ///
  /// When `body` throws, the last line of the log is the reason.
  public func run(
    _ arguments: [String], _ body: (Arguments, Console, Log) async throws -> ExitCode
  ) async -> Int32 {
    let console = Console()
    let log = Log(
      program: flags.program, console: console,
      options: LogOptions(program: flags.program, environment: processEnvironment))
    do {
      let arguments = try Arguments(arguments, for: flags)
      if let text = try textAboutItself(arguments) {
        try StandardOutput.write(text)
        return ExitCode.success.number
      }
      return try await body(arguments, console, log).number
    } catch {
      return explain(error, to: log).number
    }
  }

  /// Loads what `--config` names; secrets never show in the log from then on.
  ///
  /// - Throws: `SingerError`.
  public func loadSettings(_ arguments: Arguments, _ log: Log) throws(SingerError) -> Settings {
    guard arguments.has("config") else { throw SingerError(.usage, "--config is missing; see --help") }
    let settings = try settings.load(arguments.values("config"))
    for secret in settings.secrets { log.register(secret: secret) }
    return settings
  }

  private func textAboutItself(_ arguments: Arguments) throws(SingerError) -> String? {
    if arguments.has("help") { return flags.help }
    if arguments.has("version") { return "\(flags.program) \(version)\n" }
    guard arguments.has("about") else { return nil }
    let about = About(settings, description: description, version: version, capabilities: capabilities)
    return about.text(try About.Format(arguments.value("format")))
  }

  private func explain(_ error: any Error, to log: Log) -> ExitCode {
    guard let error = error as? SingerError else {
      log.critical("\(error)")
      return .failure
    }
    if error.code != .consumerGone {
      for line in error.description.split(separator: "\n") { log.critical(String(line)) }
    }
    return error.exitCode
  }
}
