/// All that the command line of `close-sandbox` can say.
struct SandboxOptions: Sendable {
  var server = ServerOptions()
  var organisation = OrganisationOptions()
  /// No log on stderr.
  var isQuiet = false
}

/// What a command line asks for.
enum SandboxErrand {
  case serve(SandboxOptions)
  case help
  case version
}

/// One option: how it is written, what it means, and what it sets.
struct SandboxOption: Sendable {
  var name: String
  /// What stands for its value in the help; nil for a switch.
  var value: String?
  var help: String
  /// Takes the value over (empty for a switch); says what it should have been when it is wrong.
  var apply: @Sendable (inout SandboxOptions, String) throws(WrongValue) -> Void

  init(
    _ name: String, _ value: String? = nil, _ help: String,
    apply: @escaping @Sendable (inout SandboxOptions, String) throws(WrongValue) -> Void
  ) {
    self.name = name
    self.value = value
    self.help = help
    self.apply = apply
  }
}

/// What an option's value should have been.
struct WrongValue: Error {
  var expected: String

  init(_ expected: String) { self.expected = expected }
}

// MARK: - Reading a command line

extension SandboxErrand {
  /// Reads `--name value`, `--name=value` and `--switch`.
  init(_ arguments: [String]) throws(SandboxError) {
    var options = SandboxOptions()
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts.first.map(String.init) ?? ""
      if name == "--help" || name == "-h" {
        self = .help
        return
      }
      if name == "--version" {
        self = .version
        return
      }
      guard let option = SandboxOption.all.first(where: { $0.name == name }) else {
        throw SandboxError(.usage, "unknown option '\(argument)'; see close-sandbox --help")
      }
      let attached = parts.count > 1 ? String(parts[1]) : nil
      let value: String
      if option.value == nil {
        guard attached == nil else { throw SandboxError(.usage, "\(name) takes no value") }
        value = ""
      } else {
        guard let given = attached ?? rest.popFirst() else {
          throw SandboxError(.usage, "\(name) needs a value; see close-sandbox --help")
        }
        value = given
      }
      do throws(WrongValue) {
        try option.apply(&options, value)
      } catch {
        throw SandboxError(.usage, "\(name) must be \(error.expected), not '\(value)'")
      }
    }
    self = .serve(options)
  }
}
