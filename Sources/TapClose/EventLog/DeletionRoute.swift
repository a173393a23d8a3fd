/// Chooses the requests that find all deletions of some types of objects.
///
/// Close's log can be asked for one type's deletions at a time, and not for all deletions at once. On a quiet day
/// the whole log takes fewer pages than there are types; on a busy one it takes many more. Which it is shows only
/// by reading: so the whole log is read first, for as many pages as there are types, and then each type's
/// deletions in what is left. That is never more than twice the requests of the better way.
struct DeletionRoute: Sendable {
  enum Step: Hashable, Sendable {
    /// Read a page of the whole log.
    case everything
    /// Read a page of one type's deletions, from before what the whole log has shown.
    case deletions(of: String)
    case finished
  }

  private(set) var step = Step.everything
  private var types: ArraySlice<String>
  private var pagesLeft: Int
  private var canFilter = true
  /// Whether the walk in hand shows more than was asked for, and so all there is.
  private var isUnfiltered = false

  init(types: [String]) {
    self.types = types[...]
    pagesLeft = types.count
  }

  /// Takes in a page of the walk in hand.
  ///
  /// - Parameters:
  ///   - obeys: whether it holds just what was asked for; unknown parameters are ignored without a word.
  ///   - isLast: whether the walk has come to its end.
  mutating func receive(obeys: Bool, isLast: Bool) {
    switch step {
    case .everything:
      pagesLeft -= 1
      if isLast {
        step = .finished
      } else if pagesLeft <= 0, canFilter {
        nextType()
      }
    case .deletions:
      if !obeys { isUnfiltered = true }
      if isLast { if isUnfiltered { step = .finished } else { nextType() } }
    case .finished: break
    }
  }

  /// Takes in that the filter is refused: the whole log is read to its end.
  mutating func refuse() {
    canFilter = false
    step = .everything
  }

  private mutating func nextType() {
    step = types.popFirst().map { .deletions(of: $0) } ?? .finished
  }
}
