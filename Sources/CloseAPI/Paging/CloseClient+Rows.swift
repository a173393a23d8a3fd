public import JSONBytes

extension CloseClient {
  /// Reads a small list to its end, page by page; rows that move meanwhile are neither lost nor doubled.
  ///
  /// For lists that fit in memory. `_limit` and `_skip` are added to the call's query.
  /// - Throws: `CloseError`; `.tooManySkipped` for a list deeper than Close pages.
  public func rows(_ call: APICall, limit: Int = 100) async throws(CloseError) -> [JSONValue] {
    var rows: [JSONValue] = []
    var walk = OffsetWalk(limit: limit, overlap: 1)
    while case .request(let skip, let limit) = walk.step {
      var page = call
      page.query += [("_limit", String(limit)), ("_skip", String(skip))]
      do throws(CloseError) {
        let (answer, found) = try await self.page(page) { (response) throws(JSONError) in
          let answer = try JSONValue(parsing: response.body)
          // An answer that speaks of something else is no empty list.
          guard let found = answer["data"]?.array else { throw JSONError(.wrongType, at: 0) }
          return (answer, found)
        }
        let ids = found.compactMap { $0["id"]?.string }
        let news = found.filter { $0["id"]?.string.map { !walk.isEmitted($0) } ?? true }
        if walk.receive(count: found.count, ids: ids, hasMore: answer["has_more"]?.bool) == .accepted {
          rows += news
        }
      } catch {
        guard walk.refuse(error) else { throw error }
      }
    }
    guard walk.step == .finished else {
      throw CloseError(
        .tooManySkipped, endpoint: call.group.description, url: "",
        message: "the list cannot be read to its end")
    }
    return rows
  }
}
