public import JSONBytes

/// The settings of a program.
public struct SettingTable: Sendable {
  /// The program's name, which names its environment variables too: `TAP_CLOSE_API_KEY`.
  public let program: String
  /// The settings, in the order of `--about`.
  public let settings: [Setting]

  /// Declares the settings of `program`.
  public init(program: String, settings: [Setting]) {
    self.program = program
    self.settings = settings
  }

  /// The environment variable of a setting.
  public func environmentVariable(_ name: String) -> String { environmentName(name, of: program) }

  /// Loads what `--config` names: paths of JSON files, or the word `ENV` for the environment.
  ///
  /// - Throws: `SingerError.file`, or `.config` with one reason per wrong setting.
  public func load(
    _ sources: [String], environment: @escaping Environment = processEnvironment
  ) throws(SingerError) -> Settings {
    var files: [(name: String, config: JSONValue)] = []
    for path in sources where path != "ENV" { files.append((path, try JSONFile.read(path, role: "config"))) }
    return try resolve(files, environment: sources.contains("ENV") ? environment : nil)
  }

  /// Merges config files, a later one winning, and the environment, which wins over all; checks everything.
  ///
  /// Settings nobody knows are named in `Settings.warnings`. `null` and `""` mean "not set".
  /// - Parameter environment: nil when the environment is not to be asked.
  /// - Throws: `SingerError.config` with one reason per wrong setting.
  public func resolve(
    _ files: [(name: String, config: JSONValue)], environment: Environment? = nil
  ) throws(SingerError) -> Settings {
    var resolution = Resolution()
    for file in files {
      guard let members = file.config.object else {
        throw SingerError(
          .config, "the config must be an object, not \(file.config.excerpt)", file: file.name)
      }
      for (name, value) in members { read(name, value, from: file.name, into: &resolution) }
    }
    if let environment {
      for setting in settings {
        guard let text = environment(environmentVariable(setting.name)), !text.isEmpty else { continue }
        resolution.take(.string(text), for: setting, called: environmentVariable(setting.name))
      }
    }
    for setting in settings where setting.isRequired && resolution.values[setting.name] == nil {
      guard !resolution.rejected.contains(setting.name) else { continue }
      resolution.problems.append(
        "\"\(setting.name)\" is missing; set it in the config file, or use --config=ENV and "
          + environmentVariable(setting.name))
    }
    guard resolution.problems.isEmpty else { throw SingerError(.config, reasons: resolution.problems) }
    return Settings(self, values: resolution.values, warnings: resolution.warnings)
  }

  private func read(_ name: String, _ value: JSONValue, from file: String, into resolution: inout Resolution)
  {
    if let setting = settings.first(where: { $0.name == name }) {
      resolution.take(value, for: setting, called: "\(file): \"\(name)\"")
    } else {
      let hint = closest(to: name, among: settings.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
      resolution.warnings.append("\(file): the setting \"\(name)\" is not known and changes nothing\(hint)")
    }
  }
}

/// What has been read so far.
private struct Resolution {
  var values = JSONObject()
  var rejected: Set<String> = []
  var problems: [String] = []
  var warnings: [String] = []

  mutating func take(_ value: JSONValue, for setting: Setting, called place: String) {
    if value.isNull || value == "" { return }
    if let typed = setting.value(from: value) {
      values[setting.name] = typed
    } else {
      let found = setting.isSecret ? "" : ", not \(value.excerpt)"
      rejected.insert(setting.name)
      problems.append("\(place) must be \(setting.requirement)\(found)")
    }
  }
}
