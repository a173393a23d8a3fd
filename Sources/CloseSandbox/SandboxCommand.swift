import JSONBytes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The `close-sandbox` program: arguments in, exit code out.
public enum SandboxCommand {
  /// The program's version.
  public static let version = "0.1.0"

  /// Runs the program and returns its exit code; never throws.
  public static func run(_ arguments: [String]) async -> Int32 {
    run(arguments) { options, now in try Organisation(options: options, now: now) }
  }

  /// Runs the program with an organisation made by `makeWorld` and returns its exit code; never throws.
  static func run<World: SandboxWorld>(
    _ arguments: [String], makeWorld: (OrganisationOptions, Timestamp) throws -> World
  ) -> Int32 {
    do {
      switch try SandboxErrand(arguments) {
      case .help: StandardStream.output.printLine(SandboxHelp.text)
      case .version: StandardStream.output.printLine("close-sandbox \(version)")
      case .serve(let options): try serve(options, makeWorld)
      }
      return 0
    } catch {
      StandardStream.error.printLine("close-sandbox: \(error)")
      return (error as? SandboxError)?.code == .usage ? 2 : 1
    }
  }

  /// Serves until a signal ends it, then saves.
  private static func serve<World: SandboxWorld>(
    _ options: SandboxOptions, _ makeWorld: (OrganisationOptions, Timestamp) throws -> World
  ) throws {
    var signals = EndSignals()
    // A reader of our log that goes away must not end the sandbox.
    _ = signal(SIGPIPE, SIG_IGN)
    var settings = options.server
    if !options.isQuiet { settings.logLine = { StandardStream.error.printLine($0) } }
    let world = try makeWorld(options.organisation, settings.clock ?? Timestamp.now())
    let server = try SandboxServer(api: world, options: settings)
    try server.start()
    StandardStream.output.printLine(
      "close-sandbox listening on \(server.baseURL) with API key \(server.apiKey)")
    signals.wait()
    server.stop()
    try world.save()
  }
}
