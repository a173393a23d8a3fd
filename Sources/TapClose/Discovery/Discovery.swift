import CloseAPI
import JSONBytes
import Singer

/// Builds the catalog: every table, with the columns this organisation has added.
struct Discovery: Sendable {
  let client: CloseClient
  let mode: CustomFieldMode
  let log: Log

  /// The catalog of `streams`.
  ///
  /// A key that may not read custom fields gets a catalog without them, and a warning.
  /// - Throws: `CloseError` when the key is refused or Close cannot be reached.
  func catalog(of streams: [StreamDefinition] = StreamTable.all) async throws -> Catalog {
    var known: [CustomFieldScope: [CustomFieldDefinition]] = [:]
    if mode == .columns {
      for scope in Set(streams.compactMap(\.customFields)).sorted(by: { $0.rawValue < $1.rawValue }) {
        known[scope] = try await definitions(of: scope)
      }
    }
    return Catalog(
      streams.map { stream in
        stream.catalogEntry(customFields: stream.customFields.flatMap { known[$0] } ?? [], mode: mode)
      })
  }

  private func definitions(of scope: CustomFieldScope) async throws -> [CustomFieldDefinition] {
    do {
      return try await CustomFieldReader(client: client).definitions(of: scope)
    } catch let error as CloseError where error.code == .forbidden || error.code == .notFound {
      log.warning(
        "the custom fields of \(scope.rawValue) rows cannot be read (\(error)); their values go to _undeclared"
      )
      return []
    }
  }
}

/// Reads the definitions of custom fields.
///
/// See developer.close.com: Custom Field Schemas, Custom Fields.
struct CustomFieldReader: Sendable {
  let client: CloseClient

  /// Every field that rows of this scope can carry, those shared between kinds of objects included.
  func definitions(of scope: CustomFieldScope) async throws -> [CustomFieldDefinition] {
    switch scope {
    case .lead, .contact, .opportunity:
      do {
        return try await schemaFields("custom_field_schema/\(scope.rawValue)/")
      } catch let error as CloseError where error.code == .notFound {
        return try await list("custom_field/\(scope.rawValue)/") + shared(with: scope.rawValue)
      }
    case .activity:
      return try await list("custom_field/activity/") + shared(with: "custom_activity_type")
    case .customObject:
      return try await list("custom_field/custom_object_type/") + shared(with: "custom_object_type")
    }
  }

  private func schemaFields(_ path: String) async throws -> [CustomFieldDefinition] {
    let schema = try await client.json(.get(path))
    return (schema["fields"]?.array ?? []).compactMap(CustomFieldDefinition.init)
  }

  private func shared(with objectType: String) async throws -> [CustomFieldDefinition] {
    try await list("custom_field/shared/").filter { $0.associatedTypes.contains(objectType) }
  }

  private func list(_ path: String) async throws -> [CustomFieldDefinition] {
    var definitions: [CustomFieldDefinition] = []
    var walk = OffsetWalk(limit: 100, overlap: 1)
    while case .request(let skip, let limit) = walk.step {
      let query = [("_limit", String(limit)), ("_skip", String(skip))]
      let page = try await client.json(.get(path, query: query))
      let rows = (page["data"]?.array ?? []).compactMap(CustomFieldDefinition.init)
      let news = rows.filter { !walk.isEmitted($0.id) }
      if walk.receive(count: rows.count, ids: rows.map(\.id), hasMore: page["has_more"]?.bool) == .accepted {
        definitions += news
      }
    }
    return definitions
  }
}
