import CloseAPI
import JSONBytes
import Singer

extension StreamSync {
  /// Objects per request where the API takes several.
  private static let batch = 100

  /// Looks at objects again and writes those that are still there; the log will tell of the end of the others.
  ///
  /// - Parameter since: no earlier than then have they changed.
  func readAgain(_ ids: [String], since: Timestamp) async throws {
    if let lists = definition.lists { return try await readAgain(Set(ids), in: lists) }
    var rest = try await readChanged(ids, since: since)[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(StreamSync.batch))
      rest = rest.dropFirst(batch.count)
      try await readOneByOne(try await readTogether(batch))
    }
  }

  /// Reads a small collection whole.
  private func readAgain(_ ids: Set<String>, in listings: [Listing]) async throws {
    var progress = newBookmark()
    for listing in listings {
      do {
        try await readAll(
          listing, isWanted: { isInTime($0) && ($0.key.map(ids.contains) ?? false) }, &progress)
      } catch let error as CloseError where error.code == .notFound {
        // This organisation has no objects of that kind.
      }
    }
  }

  // MARK: - Together

  /// Reads the list of what has changed, where it has no filter by ids but one by that date.
  ///
  /// It may hold much that is not asked for: after half as many pages as there are objects, the others come one by
  /// one.
  /// - Returns: the objects that did not come.
  private func readChanged(_ ids: [String], since: Timestamp) async throws -> [String] {
    guard case .windows(let windows) = definition.replication, !windows.takesIDs,
      windows.field == "date_updated"
    else { return ids }
    var missing = Set(ids)
    var reader = newReader(windows)
    defer { report.encoded(by: reader.encoder.records, of: name) }
    let range = TimeRange(start: since.adding(seconds: -60), end: nil)
    for _ in 0..<ids.count / 2 where !missing.isEmpty {
      let wanted = missing
      let page = try await reader.nextPage(
        filter: { range.ending(at: $0).parameters(for: windows.field) },
        isWanted: { isInTime($0) && ($0.key.map(wanted.contains) ?? false) })
      guard let page else { break }
      try write(page)
      missing.subtract(page.rows.compactMap(\.key))
    }
    return ids.filter(missing.contains)
  }

  /// Reads objects by one request, where the API offers that.
  ///
  /// - Returns: those that did not come: they are gone, or the index does not show them yet, or the filter is not
  ///   heeded. Only a look at each can tell.
  private func readTogether(_ ids: [String]) async throws -> [String] {
    guard let (call, listing) = batchCall(ids) else { return ids }
    var encoder = newEncoder(of: listing)
    let wanted = Set(ids)
    let page: StreamPage
    do {
      page = try await fetch(call, with: &encoder) { isInTime($0) && ($0.key.map(wanted.contains) ?? false) }
    } catch let error as CloseError where error.intent == .skip && definition.objectPath != nil {
      return ids
    }
    try write(page)
    report.encoded(by: encoder.records, of: name)
    let found = Set(page.rows.compactMap(\.key))
    guard definition.objectPath == nil else { return ids.filter { !found.contains($0) } }
    if !found.isSubset(of: wanted) { throw StreamError.noLookUp }
    return []
  }

  private func batchCall(_ ids: [String]) -> (call: APICall, listing: Listing?)? {
    switch definition.replication {
    // Reading a single object by itself costs the same and is up to date.
    case .search(let type, _) where ids.count > 1:
      let nodes = ids.map { ["type": "id", "value": .string($0)] as JSONValue }
      let body: JSONValue = [
        "query": SearchQuery.all([SearchQuery.objectType(type), SearchQuery.any(nodes)]),
        "_limit": .int(ids.count),
        "_fields": .object(JSONObject([(type, .array(selection.requestFields.map(JSONValue.string)))])),
      ]
      return (.ask("data/search/", body, label: name), nil)
    case .windows(let windows) where windows.takesIDs:
      let more = [("id__in", ids.joined(separator: ",")), ("_limit", String(StreamSync.batch))]
      return (windows.listing.call(more + fieldParameters, label: name), windows.listing)
    default: return nil
    }
  }

  // MARK: - One by one

  /// Reads objects by their ids, several at a time, and writes them in order.
  private func readOneByOne(_ ids: [String]) async throws {
    var rest = ids[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(max(settings.concurrency, 1)))
      rest = rest.dropFirst(some.count)
      let pages = try await withThrowingTaskGroup(of: (Int, StreamPage?).self) { group in
        for (index, id) in some.enumerated() { group.addTask { (index, try await readSingle(id)) } }
        var pages: [Int: StreamPage] = [:]
        while let (index, page) = try await group.next() { pages[index] = page }
        return pages
      }
      for index in some.indices { if let page = pages[index] { try write(page) } }
    }
  }

  /// Reads one object; nil when it is gone.
  private func readSingle(_ id: String) async throws -> StreamPage? {
    guard let path = definition.objectPath else { throw StreamError.noLookUp }
    let listing = Listing(path: "\(path)\(id)/", paging: .single, records: .object)
    var encoder = newEncoder(of: listing)
    defer { report.encoded(by: encoder.records, of: name) }
    do {
      return try await fetch(listing.call(fieldParameters, label: name), with: &encoder, isWanted: isInTime)
    } catch let error as CloseError where error.code == .notFound {
      return nil
    }
  }

  private var fieldParameters: [(name: String, value: String)] {
    guard selection.isPartial else { return [] }
    return [(name: "_fields", value: selection.requestFields.joined(separator: ","))]
  }
}

extension DateWindows {
  /// Whether the list can be asked for certain objects, by `id__in`; that of opportunities cannot.
  fileprivate var takesIDs: Bool { listing.path == "task/" || listing.path.hasPrefix("activity/") }
}

extension StreamDefinition {
  /// Where single objects are found by their ids.
  fileprivate var objectPath: String? {
    switch replication {
    case .search(let type, _): "\(type)/"
    case .windows(let windows): windows.listing.path == "activity/" ? nil : windows.listing.path
    // Events call what is listed per parent by its path.
    case .whole(.perParent, _): eventTypes.first.map { "\($0)/" }
    default: nil
    }
  }
}

extension StreamError {
  fileprivate static let noLookUp = StreamError(
    "the API does not look up rows by their ids", "replicate the table INCREMENTAL instead of LOG_BASED")
}
