/// A key, token or password that no log, error or dump can show.
public struct Secret: Hashable, Sendable {
  private let text: String

  /// Takes over a secret text.
  public init(_ text: String) { self.text = text }

  /// The text itself, for the two places that need it: a request on its way out, and the store of a
  /// refreshed token.
  public func reveal() -> String { text }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { text.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Always `<redacted>`.
  public var description: String { "<redacted>" }
  /// Always `<redacted>`.
  public var debugDescription: String { description }
  /// Shows no children, so `dump` cannot look inside.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
