/// One option of a program's command line, declared once for parsing and for `--help`.
public struct Flag: Hashable, Sendable {
  /// Whether something follows the option.
  public enum Value: Hashable, Sendable {
    /// Nothing.
    case none
    /// Always a value, called so in the help.
    case required(String)
    /// A value, or nothing.
    case optional(String)
  }

  /// The long name, without dashes.
  public let name: String
  /// The short name, without its dash.
  public let short: Character?
  /// Whether something follows the option.
  public let value: Value
  /// Whether every occurrence counts; else the last one does.
  public let isRepeatable: Bool
  /// One sentence for `--help`.
  public let help: String

  /// Declares an option.
  public init(
    _ name: String, short: Character? = nil, value: Value = .none, isRepeatable: Bool = false, help: String
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.isRepeatable = isRepeatable
    self.help = help
  }

  /// `-c, --config FILE`.
  var usage: String {
    let names = (short.map { "-\($0), " } ?? "    ") + "--\(name)"
    return switch value {
    case .none: names
    case .required(let placeholder): "\(names) \(placeholder)"
    case .optional(let placeholder): "\(names)[=\(placeholder)]"
    }
  }
}

/// The options of a program.
public struct FlagTable: Sendable {
  /// The program's name.
  public let program: String
  /// One sentence on what it does.
  public let summary: String
  /// How it is called, one form a line.
  public let usage: [String]
  /// The options, in the order of the help.
  public let flags: [Flag]

  /// Declares a command line; `--version` and `--help` come with it.
  public init(program: String, summary: String, usage: [String], flags: [Flag]) {
    self.program = program
    self.summary = summary
    self.usage = usage
    self.flags =
      flags + [
        Flag("version", help: "print the version and stop"),
        Flag("help", short: "h", help: "print this and stop"),
      ]
  }

  /// The text of `--help`.
  public var help: String {
    let width = flags.map(\.usage.count).max() ?? 0
    let lines = flags.map { flag in
      "  \(flag.usage)\(String(repeating: " ", count: width - flag.usage.count))  \(flag.help)"
    }
    return (["\(program): \(summary)", "", "Usage:"] + usage.map { "  \($0)" } + ["", "Options:"] + lines)
      .joined(separator: "\n") + "\n"
  }
}
