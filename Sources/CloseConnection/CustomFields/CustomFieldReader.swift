public import CloseAPI
import JSONBytes

/// Reads the definitions of custom fields.
///
/// See developer.close.com: Custom Field Schemas, Custom Fields.
public struct CustomFieldReader: Sendable {
  private let client: CloseClient

  /// A reader that asks `client`.
  public init(client: CloseClient) { self.client = client }

  /// Every field that objects of this scope can carry, those shared between kinds of objects included.
  ///
  /// - Throws: `CloseError`.
  public func definitions(
    of scope: CustomFieldScope
  ) async throws(CloseError) -> [CustomFieldDefinition] {
    switch scope {
    case .lead, .contact, .opportunity:
      do throws(CloseError) {
        return try await schemaFields("custom_field_schema/\(scope.rawValue)/")
      } catch {
        guard error.code == .notFound else { throw error }
        return try await list("custom_field/\(scope.rawValue)/") + shared(with: scope.rawValue)
      }
    case .activity:
      return try await list("custom_field/activity/") + shared(with: "custom_activity_type")
    case .customObject:
      return try await list("custom_field/custom_object_type/") + shared(with: "custom_object_type")
    }
  }

  private func schemaFields(_ path: String) async throws(CloseError) -> [CustomFieldDefinition] {
    let schema = try await client.json(.get(path))
    return (schema["fields"]?.array ?? []).compactMap(CustomFieldDefinition.init)
  }

  private func shared(with objectType: String) async throws(CloseError) -> [CustomFieldDefinition] {
    try await list("custom_field/shared/").filter { $0.associatedTypes.contains(objectType) }
  }

  private func list(_ path: String) async throws(CloseError) -> [CustomFieldDefinition] {
    try await client.rows(.get(path)).compactMap(CustomFieldDefinition.init)
  }
}
