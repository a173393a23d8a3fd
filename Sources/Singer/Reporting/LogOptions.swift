internal import JSONBytes

/// From which level on, and in which form, a log is written.
public struct LogOptions: Hashable, Sendable {
  /// The least grave level shown.
  public var level: LogLevel
  /// The form of the lines.
  public var format: LogFormat

  /// Plain lines from INFO on, unless told otherwise.
  public init(level: LogLevel = .info, format: LogFormat = .plain) {
    self.level = level
    self.format = format
  }

  /// The options that the environment asks for.
  ///
  /// The level stands in `<PROGRAM>_LOGLEVEL`, in the file that `SINGER_SDK_LOG_CONFIG` names, or in
  /// `LOGLEVEL`. The same file asks for structured lines when one of its formatters is the Meltano SDK's
  /// `singer_sdk.logging.StructuredFormatter`. What cannot be understood changes nothing.
  public init(program: String, environment: Environment) {
    self.init()
    let config = environment("SINGER_SDK_LOG_CONFIG").flatMap { try? JSONFile.read($0, role: "log config") }
    let names = [
      environment(environmentName("loglevel", of: program)), config?["root"]?["level"]?.string,
      environment("LOGLEVEL"),
    ]
    if let level = names.lazy.compactMap({ $0.flatMap(LogLevel.init) }).first { self.level = level }
    let formatters = config?["formatters"]?.object ?? JSONObject()
    if formatters.contains(where: { $0.value["()"] == "singer_sdk.logging.StructuredFormatter" }) {
      format = .structured
    }
  }
}
