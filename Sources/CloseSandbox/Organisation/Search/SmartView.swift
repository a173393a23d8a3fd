import JSONBytes

/// The query of a stored smart view.
struct SmartView: Sendable {
  let query: SearchNode

  /// - Throws: `Refusal` when the view has a query that cannot be read.
  init(_ record: Record) throws(Refusal) {
    guard let stored = record.value("s_query")?["query"], stored.object != nil else {
      query = .all
      return
    }
    do throws(SearchFault) {
      query = try SearchNode.parse(stored)
    } catch {
      throw error.refusal
    }
  }
}
