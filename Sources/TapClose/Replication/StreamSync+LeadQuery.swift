import CloseAPI
import JSONBytes
import Singer

extension StreamSync {
  /// Reads leads through the legacy `query`, ascending by `date_updated`, whose filter is precise to the minute.
  ///
  /// Where the offset gets too deep for the API, the query starts again at the last minute seen. When the API
  /// refuses the query, or does not heed it, the whole list takes over, with one more warning.
  /// See developer.close.com: Leads, `query` (deprecated, still answered).
  func queryLeads(or substitute: Collection) async throws {
    do {
      try await walkLeadQuery()
    } catch let refusal as QueryRefusal where settings.leadsVia == .automatic {
      report.warn(
        "the legacy query cannot be used either (\(refusal.reason)); "
          + "reading the whole list instead and sending what has changed", stream: name)
      try await readWhole(substitute)
    }
  }

  private func walkLeadQuery() async throws {
    var progress = newBookmark()
    var anchor = start?.flooredToMinute
    var position = KeysetPosition(ceiling: progress.ceiling, precision: 60)
    while true {
      let isWanted = { [position] (facts: RecordEncoder.Facts) in
        guard let row = KeyedRow(facts) else { return true }
        return row.date >= start ?? .earliest && !position.isEmitted(row)
      }
      var reader = ListReader(self, Listing(path: "lead/", parameters: leadQuery(from: anchor)))
      while let page = try await nextPage(&reader, isFirst: position.date == nil, isWanted: isWanted) {
        guard position.isInOrder(page.instants.compactMap(\.self)) else {
          throw QueryRefusal(reason: "leads did not come in the order asked for")
        }
        try write(page)
        for instant in page.instants { progress.advance(to: instant) }
        position.advance(over: page.rows.compactMap(KeyedRow.init))
        // A later page may still hold rows of the minute in hand, in any order.
        try advance("date_updated", to: progress.value?.flooredToMinute)
      }
      report.encoded(by: reader.encoder.records, of: name)
      guard case .splitNeeded = reader.walk.step else {
        if let shortfall = reader.shortfall { throw shortfall }
        break
      }
      guard let next = position.date?.flooredToMinute, next > anchor ?? .earliest else {
        throw StreamError("more leads changed within one minute than the API lets anyone page through", nil)
      }
      anchor = next
    }
    try advance("date_updated", to: progress.value)
  }

  /// A page, or the refusal of the query when it is the first one.
  private func nextPage(
    _ reader: inout ListReader, isFirst: Bool, isWanted: (RecordEncoder.Facts) -> Bool
  ) async throws -> StreamPage? {
    do {
      return try await reader.nextPage(isWanted: isWanted)
    } catch let error as CloseError where isFirst && error.code == .invalidRequest {
      throw QueryRefusal(reason: error.message)
    }
  }

  private func leadQuery(from anchor: Timestamp?) -> [String: String] {
    let terms = [anchor.map { "date_updated>=\"\($0.minuteText)\"" }, "sort:date_updated"]
    var parameters = ["query": terms.compactMap(\.self).joined(separator: " ")]
    if selection.isPartial { parameters["_fields"] = selection.requestFields.joined(separator: ",") }
    return parameters
  }
}

/// The API does not offer the legacy query as we need it.
private struct QueryRefusal: Error, CustomStringConvertible {
  let reason: String

  var description: String { "the legacy query cannot be used: \(reason); set leads_via to search or auto" }
}

extension Timestamp {
  fileprivate var flooredToMinute: Timestamp {
    let second = flooredToSecond.microseconds / Timestamp.second
    let excess = second % 60
    return Timestamp(seconds: second - (excess < 0 ? excess + 60 : excess))
  }

  /// `2024-01-31T08:00`, in UTC.
  fileprivate var minuteText: String { String(description.prefix(16)) }
}
