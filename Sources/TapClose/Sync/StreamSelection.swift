import JSONBytes
import Singer

/// What the user wants of a table: the schema to announce and the plan to encode by.
struct StreamSelection: Sendable {
  let schema: JSONValue
  let plan: RecordPlan
  /// Whether some top-level field is left out.
  let isPartial: Bool
  /// Top-level fields that go out.
  private let selectedFields: Set<String>
  /// Top-level fields to ask the API for; `custom` stands for all custom fields.
  let requestFields: [String]

  init(
    _ entry: CatalogEntry, of definition: StreamDefinition, mode: CustomFieldMode, options: RecordPlan.Options
  ) {
    let selection = Selection(of: entry)
    schema = selection.selectedSchema()

    var options = options
    // The old dictionary of custom values by name says nothing that `custom.cf_…` does not say.
    if definition.custom == nil {
      options.ignored = StreamDefinition.secretFields.union(["custom", "__object_type"])
    }
    options.constants.formUnion(definition.constantFields)
    if mode == .list, definition.customFields != nil { options.listedPrefix = "custom." }
    plan = RecordPlan(
      stream: definition.name, schema: entry.schema,
      keyProperties: definition.custom?.ownKeys ?? definition.keyProperties,
      replicationKey: definition.replicationKey, options: options
    ) { selection.isSelected(Breadcrumb($0)) }

    let offered = entry.schema["properties"]?.object?.keys ?? []
    let wanted = offered.filter { selection.isSelected(.property($0)) }
    isPartial = wanted.count < offered.count || definition.nested != nil
    selectedFields = Set(wanted + definition.keyProperties + [definition.replicationKey].compactMap(\.self))
    requestFields =
      definition.nested?.parentFields
      ?? StreamSelection.requestFields(wanted, of: definition)
  }

  /// Those of `fields` that are selected.
  func wanted(of fields: JSONObject) -> JSONObject {
    JSONObject(fields.filter { selectedFields.contains($0.key) }.map { ($0.key, $0.value) })
  }

  /// The API refuses long lists, so custom fields are asked for all at once.
  private static func requestFields(_ wanted: [String], of definition: StreamDefinition) -> [String] {
    var fields = definition.keyProperties + [definition.replicationKey].compactMap(\.self)
    var wantsCustom = false
    for name in wanted {
      if name.hasPrefix("custom.") || name == CustomFieldMode.listField {
        wantsCustom = true
      } else if name != RecordPlan.undeclaredField, !Tombstone.columns.contains(name), !fields.contains(name)
      {
        fields.append(name)
      }
    }
    return fields + (wantsCustom && definition.customFields != nil ? ["custom"] : [])
  }
}
