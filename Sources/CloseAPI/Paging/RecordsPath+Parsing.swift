extension RecordsPath {
  /// Why a text is no path to records.
  public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What should stand there.
    public let expectation: String
    /// The character where it should, counted from 1.
    public let position: Int

    /// One phrase, for example `expected [*] or ['name'] at character 7`.
    public var description: String { "expected \(expectation) at character \(position)" }
  }

  /// Reads `$`, `$[*]`, `$.data[*]`, `$.users[*].calls[*]`, `$['odd name'][*]`.
  ///
  /// - Throws: `Fault` with the place of the first character that cannot stand there.
  public init(parsing text: String) throws(Fault) {
    var reader = PathReader(text)
    try reader.expect("$", "$")
    var steps: [Step] = []
    while let next = reader.next {
      switch next {
      case ".":
        reader.advance()
        steps.append(.member(Array(try reader.plainName().utf8)))
      case "[":
        reader.advance()
        steps.append(try reader.bracket())
      default: throw reader.fault(".name, [*] or the end")
      }
    }
    self.init(steps)
  }

  /// How a member is written in a path: `.name`, or `['odd name']`.
  static func notation(of name: String) -> String {
    if !name.isEmpty, name.allSatisfy(PathReader.isPlain) { return ".\(name)" }
    let escaped = name.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    return "['\(escaped)']"
  }
}

/// The characters of a path, one after the other.
private struct PathReader {
  private let characters: [Character]
  private var place = 0

  init(_ text: String) { characters = Array(text) }

  /// Whether a character may stand in a name without quotes.
  static func isPlain(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || ["_", "-", "$", "@"].contains(character)
  }

  var next: Character? { place < characters.count ? characters[place] : nil }

  mutating func advance() { place += 1 }

  func fault(_ expectation: String) -> RecordsPath.Fault {
    RecordsPath.Fault(expectation: expectation, position: place + 1)
  }

  mutating func expect(_ character: Character, _ expectation: String) throws(RecordsPath.Fault) {
    guard next == character else { throw fault(expectation) }
    advance()
  }

  /// A name behind a dot.
  mutating func plainName() throws(RecordsPath.Fault) -> String {
    var name = ""
    while let character = next, PathReader.isPlain(character) {
      name.append(character)
      advance()
    }
    guard !name.isEmpty else { throw fault("a name (an odd one goes into ['…'])") }
    return name
  }

  /// What stands in brackets, the opening one being read.
  mutating func bracket() throws(RecordsPath.Fault) -> RecordsPath.Step {
    let step: RecordsPath.Step
    switch next {
    case "*":
      advance()
      step = .each
    case "'", "\"": step = .member(Array(try quotedName().utf8))
    default: throw fault("* or a name in quotes")
    }
    try expect("]", "]")
    return step
  }

  private mutating func quotedName() throws(RecordsPath.Fault) -> String {
    let quote = next
    advance()
    var name = ""
    while let character = next, character != quote {
      advance()
      if character == "\\", let escaped = next {
        name.append(escaped)
        advance()
      } else {
        name.append(character)
      }
    }
    guard next != nil else { throw fault("the closing quote") }
    advance()
    return name
  }
}
