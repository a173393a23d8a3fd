import CloseAPI
import JSONBytes
import Singer

/// The `tap-close` program: arguments in, exit code out.
public enum TapCommand {
  /// The version of tap-close.
  public static let version = "1.0.0"

  static let flags = FlagTable(
    program: "tap-close", summary: "reads a Close organisation as a Singer stream",
    usage: [
      "tap-close --config FILE [--state FILE] [--catalog FILE]   sync to stdout",
      "tap-close --config FILE --discover                        print the catalog",
      "tap-close --config FILE --test [STREAM[:N]]               check the key, or show N records of a stream",
      "tap-close --config FILE --suggest-paths PATH              find the records in an endpoint's answer",
    ],
    flags: [
      Flag(
        "config", short: "c", value: .required("FILE"), isRepeatable: true,
        help: "settings as JSON; may be repeated, later files win; ENV reads TAP_CLOSE_<KEY> variables"),
      Flag("state", short: "s", value: .required("FILE"), help: "the last STATE of the run before"),
      Flag(
        "catalog", value: .required("FILE"), help: "which streams and fields to sync; without it the core six"
      ),
      Flag("properties", short: "p", value: .required("FILE"), help: "old name of --catalog"),
      Flag("discover", short: "d", help: "print a catalog of everything there is"),
      Flag(
        "test", value: .optional("STREAM[:N]"),
        help: "check access to every stream, or print N records of one"),
      Flag(
        "suggest-paths", value: .required("[POST] PATH"),
        help: "ask any endpoint once, print records_path suggestions and an entry for custom_streams"),
      Flag("about", help: "print settings and capabilities"),
      Flag(
        "format", value: .required("text|json|markdown"),
        help: "form of --about; json also of --suggest-paths"),
    ])

  static let program = Program(
    version: version, description: "Reads a Close organisation as a Singer stream.",
    capabilities: ["catalog", "discover", "state", "about", "test", "structured-logging", "log-based"],
    flags: flags, settings: TapSettings.table)

  /// Runs the program and returns its exit code; never throws.
  public static func run(_ arguments: [String]) async -> Int32 {
    await program.run(arguments) { arguments, console, log in
      let settings = try program.loadSettings(arguments, log)
      let interruption = Interruption.install()
      let run = try TapRun(settings, console: console, log: log, interruption: interruption)
      if arguments.has("discover") { return try await run.discover() }
      if let path = arguments.value("suggest-paths") {
        return try await run.suggestPaths(path, About.Format(arguments.value("format")))
      }
      if arguments.has("test") { return try await run.test(arguments.value("test")) }
      let catalog = try (arguments.value("catalog") ?? arguments.value("properties")).map(
        Catalog.init(contentsOf:))
      let state = try arguments.value("state").map(SingerState.init(contentsOf:)) ?? SingerState()
      return try await run.sync(catalog: catalog, state: state)
    }
  }
}
