import CloseAPI
import JSONBytes

extension StreamSampler {
  /// The first records of any table.
  func records(of stream: StreamDefinition, count: Int) async throws -> [JSONValue] {
    switch stream.replication {
    case .search(let type, let substitute):
      return try await search(type, or: substitute, of: stream, count: count)
    case .windows(let windows): return try await sample(windows.listing, of: stream, count: count)
    case .whole(let collection, _): return try await sample(collection, of: stream, count: count)
    case .custom(let custom): return Array(try await records(of: custom).prefix(count))
    }
  }

  /// Goes the way a run goes: by the search, and by lists where that is refused.
  private func search(
    _ type: String, or substitute: Collection, of stream: StreamDefinition, count: Int
  ) async throws -> [JSONValue] {
    if type == "lead", settings.leadsVia == .query {
      return try await sample(substitute, of: stream, count: count)
    }
    let fields = stream.nested?.parentFields ?? stream.shape.properties.keys + ["custom"]
    var walk = KeysetWalk(KeysetSearch(objectType: type, fields: fields), limit: count)
    guard case .request(let body) = walk.next(at: .zero) else { return [] }
    do {
      return try await rows(.ask("data/search/", body, label: stream.name), .list, count: count)
    } catch let error as CloseError where error.refusesSearch && settings.leadsVia == .automatic {
      return try await sample(substitute, of: stream, count: count)
    }
  }

  private func sample(
    _ collection: Collection, of stream: StreamDefinition, count: Int
  ) async throws -> [JSONValue] {
    switch collection {
    case .lists(let listings):
      return try await sample(listings.first ?? Listing(path: ""), of: stream, count: count)
    case .perParent(let fanOut):
      var found: [JSONValue] = []
      // The first parents may well have nothing.
      for parent in try await sample(fanOut.parents[0], of: stream, count: 5) {
        for listing in fanOut.listings(of: parent["id"]?.string ?? "") where found.count < count {
          found += try await sample(listing, of: stream, count: count - found.count)
        }
      }
      return found
    case .joined(let collections): return try await sample(collections[0], of: stream, count: count)
    }
  }

  private func sample(
    _ listing: Listing, of stream: StreamDefinition, count: Int
  ) async throws -> [JSONValue] {
    let paging: [(name: String, value: String)] =
      if case .single = listing.paging { [] } else { [("_limit", String(count))] }
    return try await rows(listing.call(paging, label: stream.name), listing.records, count: count)
  }

  private func rows(_ call: APICall, _ path: RecordsPath, count: Int) async throws -> [JSONValue] {
    let rows = try await client.page(call) { (response) throws(JSONError) in
      var rows: [JSONValue] = []
      _ = try PageReader.readPage(response.body, path) { (cursor) throws(JSONError) in
        let range = try cursor.skipValue()
        guard rows.count < count else { return }
        rows.append(try JSONValue(parsing: Array(cursor.text(in: range).utf8)).withoutSecrets)
      }
      return rows
    }
    return rows
  }
}

extension JSONValue {
  /// A row as it may be shown.
  fileprivate var withoutSecrets: JSONValue {
    guard let members = object else { return self }
    let shown = members.filter { !StreamDefinition.secretFields.contains($0.key) }
    return .object(JSONObject(shown.map { ($0.key, $0.value) }))
  }
}
