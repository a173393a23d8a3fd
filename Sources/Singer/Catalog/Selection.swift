public import JSONBytes

/// Which fields of a stream are sent.
///
/// The rules, for each place from the outside in:
///
///     the place around it is off        off
///     inclusion unsupported             off
///     inclusion automatic, or a key     on
///     selected                          as the user says
///     selected-by-default               as the tap says
///     no word at all                    like the place around it; a stream is off
///     no entry at all                   like the place around it; a stream is on
public struct Selection: Sendable {
  private let metadata: CatalogMetadata
  private let schema: JSONValue
  private let keys: Set<String>
  /// Whether anything of the stream is sent.
  public let isStreamSelected: Bool

  /// The selection that a catalog entry makes.
  ///
  /// The fields the stream cannot do without, its primary key and replication key, are always on.
  public init(of entry: CatalogEntry) {
    metadata = entry.metadata
    schema = entry.schema
    keys = Set(entry.keyProperties + [entry.replicationKey].compactMap(\.self))
    isStreamSelected = Selection.decide(on: entry.metadata[.stream], isKey: false, around: nil)
  }

  private init() {
    metadata = CatalogMetadata()
    schema = [:]
    keys = []
    isStreamSelected = false
  }

  /// The selection of a stream that the catalog does not list.
  public static let nothing = Selection()

  /// Whether the field at `breadcrumb` is sent.
  public func isSelected(_ breadcrumb: Breadcrumb) -> Bool {
    guard let parent = breadcrumb.parent else { return isStreamSelected }
    return isSelected(breadcrumb, around: isSelected(parent))
  }

  private func isSelected(_ breadcrumb: Breadcrumb, around parent: Bool) -> Bool {
    let isKey = breadcrumb.topLevelProperty.map(keys.contains) ?? false
    return Selection.decide(on: metadata[breadcrumb], isKey: isKey, around: parent)
  }

  private static func decide(on entry: FieldMetadata?, isKey: Bool, around parent: Bool?) -> Bool {
    if parent == false { return false }
    guard let entry else { return parent ?? true }
    switch entry.inclusion {
    case .unsupported: return false
    case .automatic: return true
    case _ where isKey: return true
    case .available, nil: return entry.isSelected ?? entry.isSelectedByDefault ?? parent ?? false
    }
  }
}

// MARK: - Schema

extension Selection {
  /// The schema without the fields that are not sent, at every depth; `required` follows.
  public func selectedSchema() -> JSONValue { selected(schema, at: .stream, isOn: isStreamSelected) }

  private func selected(_ schema: JSONValue, at place: Breadcrumb, isOn: Bool) -> JSONValue {
    guard var members = schema.object else { return schema }
    if let properties = members["properties"]?.object {
      var kept = JSONObject()
      for (name, field) in properties {
        let breadcrumb = place.property(name)
        guard isSelected(breadcrumb, around: isOn) else { continue }
        kept[name] = selected(field, at: breadcrumb, isOn: true)
      }
      members["properties"] = .object(kept)
      if let required = members["required"]?.stringArray {
        let stillRequired = required.filter { properties[$0] == nil || kept[$0] != nil }
        // Draft 4 has no empty `required`.
        members["required"] = stillRequired.isEmpty ? nil : .strings(stillRequired)
      }
    }
    if let items = members["items"] {
      let isOn = isSelected(place.items, around: isOn)
      members["items"] =
        items.array.map { .array($0.map { selected($0, at: place.items, isOn: isOn) }) }
        ?? selected(items, at: place.items, isOn: isOn)
    }
    for combination in ["anyOf", "oneOf", "allOf"] {
      guard let forms = members[combination]?.array else { continue }
      members[combination] = .array(forms.map { selected($0, at: place, isOn: isOn) })
    }
    return .object(members)
  }
}
