/// Words in texts, as a search engine sees them: lower-case runs of letters and digits.
enum SearchText {
  enum Mode: String, Sendable {
    /// Every word occurs.
    case fullWords = "full_words"
    /// The words occur one after the other.
    case phrase
    /// Every word begins some word of the text.
    case beginningOfWords = "beginning_of_words"
    /// The whole text, in any case of letters.
    case exactValue = "exact_value"
  }

  static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  static func matches(_ text: String, _ value: String, _ mode: Mode) -> Bool {
    if mode == .exactValue { return text.lowercased() == value.lowercased() }
    let (words, wanted) = (words(text), words(value))
    guard !wanted.isEmpty else { return text.isEmpty }
    switch mode {
    case .fullWords: return Set(wanted).isSubset(of: words)
    case .beginningOfWords: return wanted.allSatisfy { word in words.contains { $0.hasPrefix(word) } }
    default:
      guard words.count >= wanted.count else { return false }
      return (0...words.count - wanted.count).contains { Array(words[$0..<$0 + wanted.count]) == wanted }
    }
  }
}
