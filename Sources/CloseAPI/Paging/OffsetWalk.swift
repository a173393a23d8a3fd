/// Walks an offset list (`_limit`, `_skip`) so that no row is lost while people work in Close.
///
/// An offset counts rows of a list that changes: a row that leaves it in front of the offset shifts the
/// rest to the left, and the next page would miss one. So each page begins with the last row of the one
/// before it. When an unknown row stands there, the walk steps back until it meets a row it knows, and goes
/// on from there; rows that come twice are for the caller to drop (`hasSeen`).
///
///     page 1: skip 0, limit 3   a b c
///     page 2: skip 2, limit 3   c d e     c is there: nothing moved
///     (b and c are deleted)
///     page 3: skip 4, limit 3   g h i     e expected, g is unknown: f would be lost
///     page 3: skip 3, limit 3   f g h     f is unknown
///     page 3: skip 1, limit 3   d e f     d is known: nothing between d and f is lost
///
/// See developer.close.com: Pagination.
public struct OffsetWalk: PageWalk {
  private let limit: Int
  private var skip = 0
  private var known: Set<String>
  /// Whether a known row should come first.
  private var joins = false
  private var stepBack = 1
  private var standstill = Standstill()

  /// Starts a walk at the first row.
  ///
  /// - Parameters:
  ///   - limit: rows per page, at least two.
  ///   - known: ids that count as seen, from an earlier walk over the same rows.
  public init(limit: Int, known: Set<String> = []) {
    self.limit = max(limit, 2)
    self.known = known
  }

  public var parameters: [(name: String, value: String)] {
    [("_limit", String(limit)), ("_skip", String(skip))]
  }

  /// All ids seen.
  public var seen: Set<String> { known }

  public func hasSeen(_ id: String) -> Bool { known.contains(id) }

  public mutating func handle(ids: [String], _ envelope: PageEnvelope) -> PageStep {
    if joins, skip > 0, ids.first.map(known.contains) != true {
      skip = max(skip - stepBack, 0)
      stepBack *= 2
      return .again
    }
    stepBack = 1
    let before = known.count
    known.formUnion(ids)
    guard envelope.hasMore == true else { return .done }
    if standstill.lasts(broughtNews: known.count > before) { return .stuck }
    // A page of one row or none that promises more leaves nothing to join on to.
    joins = ids.count > 1
    skip += joins ? ids.count - 1 : max(ids.count, 1)
    return .more
  }
}
