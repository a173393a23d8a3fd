/// What the user wrote on the command line.
///
/// Understood: `--config x`, `--config=x`, `-c x`, `-cx`, and `--conf x` while no other option starts so.
public struct Arguments: Hashable, Sendable {
  /// The values of each option given, in order; an option without a value has `nil` in its place.
  private var given: [String: [String?]] = [:]

  /// Parses the arguments behind the program's name.
  ///
  /// - Throws: `SingerError.usage`.
  public init(_ arguments: [String], for table: FlagTable) throws(SingerError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let (written, attached) = Arguments.split(argument)
      let flag = try table.flag(written: written)
      let value = try Arguments.value(of: flag, written: written, attached: attached, rest: &rest)
      let earlier = flag.isRepeatable ? given[flag.name] ?? [] : []
      given[flag.name] = earlier + [value]
    }
  }

  /// Whether the option was given.
  public func has(_ name: String) -> Bool { given[name] != nil }

  /// The option's value; nil when it was not given or stands without one.
  public func value(_ name: String) -> String? { given[name]?.last ?? nil }

  /// All values of a repeatable option, in order.
  public func values(_ name: String) -> [String] { (given[name] ?? []).compactMap(\.self) }

  /// Separates `--name=value`, `-n=value` and `-nvalue`.
  private static func split(_ argument: String) -> (written: String, attached: String?) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    let isShort = !argument.hasPrefix("--") && argument.hasPrefix("-")
    if isShort, parts[0].count > 2 { return (String(argument.prefix(2)), String(argument.dropFirst(2))) }
    return (parts[0], parts.count > 1 ? parts[1] : nil)
  }

  private static func value(
    of flag: Flag, written: String, attached: String?, rest: inout ArraySlice<String>
  ) throws(SingerError) -> String? {
    switch flag.value {
    case .none:
      if let attached { throw SingerError(.usage, "\(written) takes no value, but got \"\(attached)\"") }
      return nil
    case .required(let placeholder):
      if let attached { return attached }
      guard let next = rest.first, next == "-" || !next.hasPrefix("-") else {
        throw SingerError(.usage, "\(written) needs a value: \(written) \(placeholder)")
      }
      return rest.removeFirst()
    case .optional:
      if let attached { return attached }
      // Our programs take no other arguments, so a word behind the option belongs to it.
      guard let next = rest.first, !next.hasPrefix("-") else { return nil }
      return rest.removeFirst()
    }
  }
}

extension FlagTable {
  /// The option written as `--name`, an unambiguous start of it, or `-n`.
  fileprivate func flag(written: String) throws(SingerError) -> Flag {
    guard written.hasPrefix("-"), written.count > 1 else {
      throw SingerError(.usage, "unexpected argument \"\(written)\"; see --help")
    }
    guard written.hasPrefix("--") else {
      let letter = written.dropFirst().first
      if let flag = flags.first(where: { $0.short == letter }) { return flag }
      throw unknown(written)
    }
    let name = String(written.dropFirst(2))
    if let flag = flags.first(where: { $0.name == name }) { return flag }
    let matches = name.isEmpty ? [] : flags.filter { $0.name.hasPrefix(name) }
    if let flag = matches.first, matches.count == 1 { return flag }
    guard matches.isEmpty else {
      let names = matches.map { "--\($0.name)" }.joined(separator: ", ")
      throw SingerError(.usage, "\(written) may mean \(names)")
    }
    throw unknown(written)
  }

  private func unknown(_ written: String) -> SingerError {
    let name = String(written.drop { $0 == "-" })
    let hint = closest(to: name, among: flags.map(\.name)).map { "; did you mean --\($0)?" } ?? "; see --help"
    return SingerError(.usage, "unknown option \(written)\(hint)")
  }
}
