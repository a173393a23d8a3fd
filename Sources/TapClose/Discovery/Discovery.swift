import CloseAPI
import CloseConnection
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
  func catalog(of streams: [StreamDefinition]) async throws -> Catalog {
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
    do throws(CloseError) {
      return try await CustomFieldReader(client: client).definitions(of: scope)
    } catch {
      guard error.intent == .skip else { throw error }
      log.warning(
        "the custom fields of \(scope.rawValue) rows cannot be read (\(error)); their values go to _undeclared"
      )
      return []
    }
  }
}
