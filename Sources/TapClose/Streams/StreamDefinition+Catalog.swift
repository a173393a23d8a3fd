import CloseConnection
import JSONBytes
import Singer

extension StreamDefinition {
  /// The table as discovery offers it.
  ///
  /// - Parameters:
  ///   - customFields: the organisation's own fields for this kind of rows.
  ///   - mode: whether they become columns or one list.
  func catalogEntry(customFields definitions: [CustomFieldDefinition], mode: CustomFieldMode) -> CatalogEntry
  {
    let schema = schema(customFields: definitions, mode: mode)
    var metadata = FieldMetadata(inclusion: .available, isSelectedByDefault: isSelectedByDefault)
    metadata.tableKeyProperties = keyProperties
    metadata.forcedReplicationMethod = replicationMethod
    metadata.validReplicationKeys = replicationKey.map { [$0] }
    let automatic = Set(keyProperties + [replicationKey].compactMap(\.self))
    return CatalogEntry(
      tapStreamID: name, schema: schema,
      metadata: CatalogMetadata(stream: metadata, schema: schema, automatic: automatic),
      keyProperties: keyProperties, replicationKey: replicationKey, replicationMethod: replicationMethod)
  }

  private var replicationMethod: ReplicationMethod { replicationKey == nil ? .fullTable : .incremental }

  private func schema(customFields definitions: [CustomFieldDefinition], mode: CustomFieldMode) -> JSONValue {
    var properties = knownProperties
    if customFields != nil {
      switch mode {
      case .columns:
        for definition in definitions where properties[definition.column] == nil {
          properties[definition.column] = definition.schema
        }
      case .list:
        properties[CustomFieldMode.listField] = CustomFieldMode.listSchema
      }
    }
    properties[RecordPlan.undeclaredField] = FieldType.object(Shape()).schema
    return ["type": "object", "properties": .object(properties)]
  }
}

/// How custom fields come out.
enum CustomFieldMode: String, Sendable {
  /// One column per field, `custom.cf_…`, typed from the organisation's definitions.
  case columns
  /// One column `custom_fields: [{"id": "cf_…", "value": …}]`, as tap-closeio has it.
  case list

  static let listField = "custom_fields"

  /// Values keep their type, which differs from field to field.
  static let listSchema: JSONValue = [
    "type": ["null", "array"],
    "items": [
      "type": ["null", "object"],
      "properties": [
        "id": ["type": ["null", "string"]],
        "value": ["type": ["null", "string", "number", "boolean", "object", "array"]],
      ],
      "additionalProperties": true,
    ],
  ]
}
