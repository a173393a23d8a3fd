/// Walks the event log towards older events with the cursor each page hands out.
///
/// See developer.close.com: Event Log.
public struct CursorWalk: PageWalk {
  private let limit: Int
  private var cursor: String?
  private var known: Set<String> = []
  private var restarts = 0
  private var standstill = Standstill()
  private static let mostRestarts = 3

  /// Starts a walk at the newest event.
  public init(limit: Int) { self.limit = limit }

  public var parameters: [(name: String, value: String)] {
    [("_limit", String(limit))] + (cursor.map { [("_cursor", $0)] } ?? [])
  }

  public func hasSeen(_ id: String) -> Bool { known.contains(id) }

  public mutating func handle(ids: [String], _ envelope: PageEnvelope) -> PageStep {
    let before = known.count
    known.formUnion(ids)
    guard let next = envelope.cursorNext, !next.isEmpty, next != cursor else { return .done }
    cursor = next
    return standstill.lasts(broughtNews: known.count > before) ? .stuck : .more
  }

  /// Starts over after the API has refused a cursor; false when it is time to give up.
  public mutating func restart() -> Bool {
    guard cursor != nil, restarts < CursorWalk.mostRestarts else { return false }
    restarts += 1
    cursor = nil
    return true
  }
}
