import CloseAPI
import JSONBytes

extension StreamSampler {
  /// The first records of any table.
  func records(of stream: StreamDefinition, count: Int) async throws -> [JSONValue] {
    switch stream.replication {
    case .search(let type, _):
      let fields = stream.nested?.parentFields ?? stream.shape.properties.keys + ["custom"]
      let search = KeysetSearch(objectType: type, fields: fields)
      var walk = KeysetWalk(search, limit: count)
      guard case .request(let body) = walk.next(at: .zero) else { return [] }
      return try await rows(.ask("data/search/", body, label: stream.name), .list, count: count)
    case .windows(let windows): return try await sample(windows.listing, of: stream, count: count)
    case .whole(let collection, _): return try await sample(collection, of: stream, count: count)
    case .custom(let custom): return Array(try await records(of: custom).prefix(count))
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
        if rows.count < count { rows.append(try JSONValue(parsing: Array(cursor.text(in: range).utf8))) }
      }
      return rows
    }
    return rows
  }
}
