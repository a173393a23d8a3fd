/// Pages through a list by `_skip` and `_limit`.
///
/// Rows that leave the list while we read shift later ones to the left, and a page that starts where the last
/// one ended would miss as many. With `overlap` 1, each page therefore begins with the last row of the page
/// before. When it begins with a row not read before, the walk steps back, twice as far each time, until a page
/// begins with a known one:
///
///     rows A B C D E F, pages of 3:  [A B C]  B leaves  [D E F] has no C  ->  step back  [C D E]  [E F]
///
/// The caller leaves out rows for which `isEmitted` is true, and throws away pages that are to be read again.
/// Rows further back than the walk's memory are emitted again rather than lost. Where a row that changes moves
/// to another place, its id must be joined with its version, or it would be taken for a seam there.
public struct OffsetWalk: Sendable {
  /// What to do next.
  public enum Step: Hashable, Sendable {
    /// Ask for this page.
    case request(skip: Int, limit: Int)
    /// All rows have been read.
    case finished
    /// The list is deeper than the endpoint pages (to `maximum`, where it says so): split its range of dates.
    case splitNeeded(maximum: Int?)
    /// The server keeps announcing rows that it does not send.
    case stuck(skip: Int)
  }

  /// What to make of a page.
  public enum Verdict: Hashable, Sendable {
    /// Emit its rows, but those emitted before.
    case accepted
    /// Throw it away; the next step reads the place again.
    case readAgain
  }

  /// What to do next.
  public private(set) var step: Step
  private let overlap: Int
  private var limit: Int
  private var skip: Int
  private var emitted: RecentIDs
  private var stepBack = 0
  private var idlePages = 0
  private static let mostIdlePages = 40

  /// A walk in pages of `limit` rows from row `skip`; `memory` ids are kept to recognise rows by.
  public init(limit: Int, overlap: Int = 0, skip: Int = 0, memory: Int = 2_000) {
    self.overlap = min(max(overlap, 0), 1)
    self.limit = max(limit, self.overlap + 1)
    self.skip = max(skip, 0)
    emitted = RecentIDs(capacity: max(memory, self.limit))
    step = .request(skip: self.skip, limit: self.limit)
  }

  /// Whether a row was emitted not long ago and is to be left out.
  public func isEmitted(_ id: String) -> Bool { emitted.contains(id) }

  /// Takes in the page last asked for: its number of rows and, with an overlap, their ids in order.
  ///
  /// Lists that are not paged at all do not say whether there is more. Neither might one that is, so a full page
  /// with something new on it is followed by another one where what is new can be told.
  public mutating func receive(count: Int, ids: [String] = [], hasMore: Bool?) -> Verdict {
    guard case .request = step else { return .readAgain }
    if overlap > 0, !emitted.isEmpty, skip > 0, !(ids.first.map(isEmitted) ?? false) {
      goBack()
      return .readAgain
    }
    stepBack = 0
    let fresh = overlap > 0 ? emitted.insert(ids) : count
    idlePages = fresh > 0 ? 0 : idlePages + 1
    skip += max(0, count - overlap)
    // A page without rows that promises more is asked for twice, then passed over.
    if count == 0, idlePages.isMultiple(of: 2) { skip += limit }
    step = hasMore ?? (overlap > 0 && fresh > 0 && count >= limit) ? next : .finished
    return .accepted
  }

  /// Takes in a refusal of the page; false when the walk has no answer to it and the error stands.
  public mutating func refuse(_ error: CloseError) -> Bool {
    switch error.code {
    case .tooManySkipped:
      step = .splitNeeded(maximum: error.maximum)
      return true
    case .limitTooLarge:
      let smaller = error.maximum ?? 100
      guard smaller < limit, smaller > overlap else { return false }
      limit = smaller
      step = next
      return true
    default: return false
    }
  }

  private var next: Step {
    idlePages > OffsetWalk.mostIdlePages ? .stuck(skip: skip) : .request(skip: skip, limit: limit)
  }

  private mutating func goBack() {
    stepBack = stepBack == 0 ? max(1, limit / 2) : stepBack * 2
    skip = max(0, skip - stepBack)
    idlePages += 1
    step = next
  }
}

/// The last ids seen, up to a number of them, and all of the largest page: lists that are not paged at all are told
/// by coming again.
struct RecentIDs: Sendable {
  private var capacity: Int
  private var ids: Set<String> = []
  private var order: [String] = []
  private var oldest = 0

  init(capacity: Int) { self.capacity = max(capacity, 1) }

  var isEmpty: Bool { ids.isEmpty }

  func contains(_ id: String) -> Bool { ids.contains(id) }

  /// Adds ids in order and returns how many of them were new.
  mutating func insert(_ new: [String]) -> Int {
    if new.count > capacity { grow(to: new.count) }
    var count = 0
    for id in new where ids.insert(id).inserted {
      count += 1
      if order.count < capacity {
        order.append(id)
      } else {
        ids.remove(order[oldest])
        order[oldest] = id
        oldest = (oldest + 1) % capacity
      }
    }
    return count
  }
  private mutating func grow(to capacity: Int) {
    order = Array(order[oldest...] + order[..<oldest])
    oldest = 0
    self.capacity = capacity
  }
}
