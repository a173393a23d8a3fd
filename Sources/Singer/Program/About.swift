internal import JSONBytes

/// What `--about` tells: the program, what it can do, and its settings.
public struct About: Sendable {
  /// The forms of the text.
  public enum Format: String, CaseIterable, Sendable {
    /// For people at a terminal.
    case text
    /// For programs such as Meltano's Hub.
    case json
    /// For documentation.
    case markdown

    /// The form that `--format` names; text when it is not given.
    ///
    /// - Throws: `SingerError.usage`.
    public init(_ argument: String?) throws(SingerError) {
      guard let format = Format(rawValue: argument ?? "text") else {
        let names = Format.allCases.map(\.rawValue).joined(separator: ", ")
        throw SingerError(.usage, "--format must be one of \(names), not \"\(argument ?? "")\"")
      }
      self = format
    }
  }

  private let name: String
  private let description: String
  private let version: String
  private let capabilities: [String]
  private let settings: [Setting]

  /// Describes a program with these settings.
  public init(_ table: SettingTable, description: String, version: String, capabilities: [String]) {
    name = table.program
    settings = table.settings
    self.description = description
    self.version = version
    self.capabilities = capabilities
  }

  /// The text, with a final line break.
  public func text(_ format: Format) -> String {
    switch format {
    case .text: plainText
    case .json: json.pretty + "\n"
    case .markdown: markdown
    }
  }

  private var json: JSONValue {
    let properties = settings.map { ($0.name, $0.schema) }
    return [
      "name": .string(name), "description": .string(description), "version": .string(version),
      "capabilities": .strings(capabilities),
      "settings": [
        "type": "object", "properties": .object(JSONObject(properties)),
        "required": .strings(settings.filter(\.isRequired).map(\.name)),
      ],
    ]
  }

  private var plainText: String {
    let lines = settings.flatMap { setting in
      ["  " + setting.line] + setting.blockSettings.map { "    " + $0.line }
    }
    return """
      Name: \(name)
      Description: \(description)
      Version: \(version)
      Capabilities: \(capabilities.joined(separator: ", "))
      Settings:
      \(lines.joined(separator: "\n"))

      """
  }

  private var markdown: String {
    let blocks = settings.filter { !$0.blockSettings.isEmpty }.map { setting in
      """

      ### In each block of `\(setting.name)`

      \(About.table(of: setting.blockSettings))

      """
    }
    return """
      # `\(name)`

      \(description)

      Version: \(version)

      ## Capabilities

      \(capabilities.map { "* `\($0)`" }.joined(separator: "\n"))

      ## Settings

      \(About.table(of: settings))

      """ + blocks.joined()
  }

  private static func table(of settings: [Setting]) -> String {
    let rows = settings.map { setting in
      let cells = [
        "`\(setting.name)`", setting.kind.typeName, setting.isRequired ? "yes" : "no",
        setting.defaultValue.map { "`\($0.compact)`" } ?? "", setting.fullDescription,
      ]
      return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    return """
      | Setting | Type | Required | Default | Description |
      |---|---|---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }
}

extension Setting {
  fileprivate var line: String { "\(name) (\(facts.joined(separator: ", "))): \(fullDescription)" }

  /// The description with the texts to choose from, where there are any.
  fileprivate var fullDescription: String {
    choices.isEmpty ? description : "\(description) One of: \(choices.joined(separator: ", "))."
  }

  /// What there is to know about the setting besides its description.
  fileprivate var facts: [String] {
    var facts = [kind.typeName]
    if isRequired { facts.append("required") }
    if isSecret { facts.append("secret") }
    if let defaultValue { facts.append("default \(defaultValue.compact)") }
    return facts
  }
}
