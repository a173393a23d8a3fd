/// Decides which page of a list to ask for next; plain value, no I/O.
public protocol PageWalk: Sendable {
  /// Query parameters of the page to ask for.
  var parameters: [(name: String, value: String)] { get }

  /// Whether a row with this id has come before in this walk.
  func hasSeen(_ id: String) -> Bool

  /// Takes in a page and says how to go on.
  ///
  /// - Parameter ids: ids of the page's rows, in order.
  mutating func handle(ids: [String], _ envelope: PageEnvelope) -> PageStep
}

/// What to do after a page.
public enum PageStep: Hashable, Sendable {
  /// Ask for the next page.
  case more
  /// The page does not join on to the one before: drop its rows and ask again, further back.
  case again
  /// All rows have been seen.
  case done
  /// Page after page brings nothing new: the API does not page as it should.
  case stuck
}

/// Counts pages that bring nothing new, to end a walk that would go on for ever.
struct Standstill: Sendable {
  private var pages = 0
  /// Rows added in front of a newest-first list can fill a page or two with known ones.
  private static let patience = 10

  /// Takes note of a page; true when patience is over.
  mutating func lasts(broughtNews: Bool) -> Bool {
    pages = broughtNews ? 0 : pages + 1
    return pages >= Standstill.patience
  }
}
