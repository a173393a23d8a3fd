import CloseAPI
import CloseConnection
import JSONBytes
import Singer

/// Asks for a few records of a table, to show them or to learn what they look like.
struct StreamSampler: Sendable {
  let client: CloseClient
  let settings: SyncSettings
  /// Rows of a lookup that are tried until one brings records.
  private static let mostRows = 5

  init(_ client: CloseClient, _ settings: SyncSettings) {
    self.client = client
    self.settings = settings
  }

  /// The first records, as the API gives them; with a lookup, those of its first row that has any.
  ///
  /// - Throws: `CloseError`, and `StreamError` when the answers are not what the settings say.
  func records(of stream: CustomStream) async throws -> [JSONValue] {
    for row in try await rows(of: stream) {
      let values = stream.values(row, start: settings.startDate, now: settings.now)
      let records = try await firstPage(of: stream, values)
      if !records.isEmpty { return records }
    }
    return []
  }

  /// The first rows that requests are made for.
  private func rows(of stream: CustomStream) async throws -> [JSONObject] {
    let columns = stream.request.columns
    switch stream.lookup {
    case nil: return [JSONObject()]
    case .rows(let rows)?: return Array(rows.prefix(StreamSampler.mostRows))
    case .stream(let parent)?:
      var rows: [JSONObject] = []
      for record in try await self.records(of: parent, count: 2 * StreamSampler.mostRows) {
        guard let row = record.object?.lookupRow(columns), !rows.contains(row) else { continue }
        rows.append(row)
      }
      return Array(rows.prefix(StreamSampler.mostRows))
    }
  }

  private func firstPage(of stream: CustomStream, _ values: MacroValues) async throws -> [JSONValue] {
    var walk = stream.newWalk
    while case .request(let request) = walk.step {
      do {
        let document = try await client.json(stream.call(request, values))
        guard let records = stream.records.values(in: document) else { throw StreamError.noRecords(stream) }
        return records
      } catch let error as CloseError {
        // Smaller pages may be had.
        guard walk.refuse(error) else { throw error }
      }
    }
    return []
  }
}

extension CustomStream {
  /// The request for a page.
  func call(_ page: PageWalk.Request, _ values: MacroValues) -> APICall {
    var parameters: [(name: String, value: String)] = []
    if let limit = page.limit { parameters.append(("_limit", String(limit))) }
    if let skip = page.skip { parameters.append(("_skip", String(skip))) }
    if let cursor = page.cursor, request.body == nil { parameters.append(("_cursor", cursor)) }
    return request.call(values, page: parameters, cursor: page.cursor, label: name)
  }
}

extension RecordsPath {
  /// The records in an answer, by the rules of `PageReader`; nil when it leads to something else.
  func values(in document: JSONValue) -> [JSONValue]? {
    RecordsPath.follow(steps[...], document, isInList: false)
  }

  private static func follow(_ steps: ArraySlice<Step>, _ value: JSONValue, isInList: Bool) -> [JSONValue]? {
    switch steps.first {
    case nil: return value.object == nil ? nil : [value]
    case .each?:
      guard let elements = value.array else { return nil }
      var records: [JSONValue] = []
      for element in elements {
        guard let inner = follow(steps.dropFirst(), element, isInList: true) else { return nil }
        records += inner
      }
      return records
    case .member(let name)?:
      guard let members = value.object else { return nil }
      let member = members[String(decoding: name, as: UTF8.self)] ?? .null
      if isInList, member.isNull { return [] }
      return follow(steps.dropFirst(), member, isInList: isInList)
    }
  }
}
