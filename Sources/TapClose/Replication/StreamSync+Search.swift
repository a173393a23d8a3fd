import CloseAPI
import JSONBytes
import Singer

extension StreamSync {
  /// Reads what has changed in the order of `date_updated`, through the search.
  ///
  /// The search is documented, its date condition is not. When the API refuses it, answers with other objects
  /// than asked for, or shows too few of them, the older listing takes over, with one warning.
  func search(_ objectType: String, or substitute: Collection) async throws {
    let isLead = objectType == "lead"
    if isLead, settings.leadsVia == .query {
      try await queryLeads(or: substitute)
      return
    }
    do {
      try await walkSearch(objectType)
    } catch let refusal as SearchRefusal where settings.leadsVia == .automatic {
      let remedy =
        isLead
        ? "reading /lead/ with the legacy query instead, whose dates are precise to the minute"
        : "reading the whole list instead and sending what has changed"
      report.warn("the search cannot be used (\(refusal.reason)); \(remedy)", stream: name)
      try await isLead ? queryLeads(or: substitute) : readWhole(substitute)
    }
  }

  private func walkSearch(_ objectType: String) async throws {
    var progress = newBookmark()
    // No upper bound: a record that changes while we read moves to the end and is met there. Its new date says
    // nothing about how far the others have been read, and neither do dates the index may lag behind.
    var walk = KeysetWalk(
      KeysetSearch(objectType: objectType, fields: selection.requestFields, from: start),
      ceiling: progress.ceiling)
    var encoder = newEncoder()
    var key: Int?
    defer { report.encoded(by: encoder.records, of: name) }
    while case .request(let body) = walk.next(at: clock.now()) {
      var call = APICall.ask("data/search/", body, label: name)
      call.key = key
      let page: StreamPage
      do {
        let walk = walk
        page = try await fetch(call, with: &encoder) { facts in
          guard let row = KeyedRow(facts) else { return true }
          return !walk.isEmitted(row) && row.date >= start ?? .earliest
        }
      } catch let error as CloseError {
        if walk.refuse(error) { continue }
        throw key == nil && error.refusesSearch ? SearchRefusal(reason: error.message) : error
      }
      let rows = page.rows.compactMap(KeyedRow.init)
      guard rows.count == page.rows.count else {
        throw SearchRefusal(reason: "objects came without date_updated")
      }
      walk.receive(rows, cursor: page.envelope.cursor, at: clock.now())
      if case .failed(let failure) = walk.next(at: clock.now()), failure.isDisobedience {
        throw SearchRefusal(reason: "\(failure)")
      }
      // A cursor belongs to the key that opened it.
      key = page.key
      try write(page)
      for instant in page.instants { progress.advance(to: instant) }
      try advance("date_updated", to: progress.value)
    }
    if case .failed(let failure) = walk.next(at: clock.now()) { throw SearchRefusal(reason: "\(failure)") }
  }
}

/// The API does not offer the search as we need it.
private struct SearchRefusal: Error, CustomStringConvertible {
  let reason: String

  var description: String { "the search cannot be used: \(reason); set leads_via to query or auto" }
}

extension CloseError {
  /// Some plans may not include it (402); it may go, or never have been there (404, 405, 501).
  var refusesSearch: Bool { intent == .skip || status == 501 }
}

extension KeysetWalk.Failure {
  /// The filter or the order was not heeded.
  fileprivate var isDisobedience: Bool {
    switch self {
    case .filterIgnored, .orderIgnored: true
    case .tooManyAtOneInstant, .cursorKeepsExpiring: false
    }
  }
}
