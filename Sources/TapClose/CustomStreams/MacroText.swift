import JSONBytes

/// A text with places for what is known only when the request is made.
///
///     {now} {now-1} {now+3}   the start of the run, so many units earlier or later
///     {bookmark}              where reading starts
///     {lookup.COLUMN}         a value of the row of the lookup that is being asked for
///     {{ }}                   braces
struct MacroText: Hashable, Sendable {
  private enum Part: Hashable {
    case text(String)
    case now(Int)
    case bookmark
    case lookup(String)
  }

  private let parts: [Part]

  /// Why a text cannot be used.
  struct Fault: Error, Hashable, CustomStringConvertible {
    let description: String
  }

  /// Reads a text.
  ///
  /// - Throws: `Fault` for a macro that is not known and a brace that is not closed.
  init(parsing text: String) throws(Fault) {
    var parts: [Part] = []
    var literal = ""
    var rest = text[...]
    while let next = rest.popFirst() {
      if (next == "{" || next == "}"), rest.first == next {
        literal.append(next)
        rest.removeFirst()
      } else if next == "{" {
        guard let end = rest.firstIndex(of: "}") else {
          throw Fault(description: "has a { that is not closed; write {{ for a brace")
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = ""
        parts.append(try MacroText.macro(String(rest[..<end])))
        rest = rest[rest.index(after: end)...]
      } else {
        literal.append(next)
      }
    }
    if !literal.isEmpty || parts.isEmpty { parts.append(.text(literal)) }
    self.parts = parts
  }

  private static func macro(_ text: String) throws(Fault) -> Part {
    let name = text.filter { $0 != " " }
    if name == "bookmark" { return .bookmark }
    if name == "now" { return .now(0) }
    if name.hasPrefix("now"), let sign = name.dropFirst(3).first, sign == "+" || sign == "-",
      let count = Int(name.dropFirst(4)), count >= 0
    {
      return .now(sign == "-" ? -count : count)
    }
    if text.hasPrefix("lookup."), text.count > "lookup.".count {
      return .lookup(String(text.dropFirst("lookup.".count)))
    }
    throw Fault(
      description: "has {\(text)}, which is not known; there are {now}, {now-1}, {now+1}, {bookmark}, "
        + "{lookup.COLUMN}, and {{ for a brace")
  }

  /// The columns of the lookup it asks for, in order.
  var columns: [String] {
    parts.compactMap { if case .lookup(let column) = $0 { column } else { nil } }
  }

  /// The column of the lookup, when the text is that and nothing else.
  var soleColumn: String? { parts.count == 1 ? columns.first : nil }

  /// Whether it holds no macro.
  var isPlain: Bool {
    parts.allSatisfy { if case .text = $0 { true } else { false } }
  }

  /// The text with all places filled in; a column without a value leaves nothing.
  func text(_ values: MacroValues) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .now(let count): values.pattern.text(of: values.unit.adding(count, to: values.now))
      case .bookmark: values.pattern.text(of: values.bookmark)
      case .lookup(let column): values.row[column]?.macroText ?? ""
      }
    }.joined()
  }

  /// What kind of text it is, without the values: `sequence/{id}/`.
  var template: String {
    parts.map { if case .text(let text) = $0 { text } else { "{id}" } }.joined()
  }
}

/// What macros stand for in one series of requests.
struct MacroValues: Sendable {
  /// When the run started.
  let now: Timestamp
  /// The bookmark, or `start_date`, or 1970.
  let bookmark: Timestamp
  var pattern = DatePattern.standard
  var unit = TimeUnit.day
  /// The columns of the lookup's row that the request uses.
  var row = JSONObject()
}

extension JSONValue {
  /// A value as it stands in a text; nil for null, `""`, and what is made of several values.
  var macroText: String? {
    switch self {
    case .string(let text): text.isEmpty ? nil : text
    case .number(let number): number.text
    case .bool(let value): String(value)
    case .null, .array, .object: nil
    }
  }
}
