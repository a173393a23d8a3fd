/// Cuts a legacy lead query into words, quoted texts, comparisons and parentheses.
struct LeadQueryLexer {
  enum Token: Hashable {
    case word(String)
    case quoted(String)
    /// `:`, `=`, `>`, `>=`, `<`, `<=`
    case comparison(String)
    case open, close
  }

  static func tokens(_ text: String) -> [Token] {
    var tokens: [Token] = []
    var rest = Substring(text)
    while let next = rest.first {
      switch next {
      case _ where next.isWhitespace || next == ",": rest = rest.dropFirst()
      case "(", ")":
        tokens.append(next == "(" ? .open : .close)
        rest = rest.dropFirst()
      case "\"": tokens.append(.quoted(quoted(&rest)))
      case ":", "=", "<", ">":
        let isTwo = rest.dropFirst().first == "=" && next != ":"
        tokens.append(.comparison(String(rest.prefix(isTwo ? 2 : 1))))
        rest = rest.dropFirst(isTwo ? 2 : 1)
      default:
        // A name may have a quoted part: custom."Lead Source".
        var word = ""
        while let next = rest.first, !next.isWhitespace, !"()<>=:,".contains(next) {
          if next == "\"" {
            word += quoted(&rest)
          } else {
            word.append(next)
            rest = rest.dropFirst()
          }
        }
        tokens.append(.word(word))
      }
    }
    return tokens
  }

  /// Takes a quoted text off the front, with its escapes resolved.
  private static func quoted(_ rest: inout Substring) -> String {
    var text = ""
    rest = rest.dropFirst()
    while let next = rest.first {
      rest = rest.dropFirst()
      if next == "\"" { break }
      if next == "\\", let escaped = rest.first {
        text.append(escaped)
        rest = rest.dropFirst()
      } else {
        text.append(next)
      }
    }
    return text
  }
}
