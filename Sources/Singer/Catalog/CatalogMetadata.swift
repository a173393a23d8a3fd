public import JSONBytes

/// The metadata of a stream and its fields, in the order of the catalog.
public struct CatalogMetadata: Hashable, Sendable {
  /// The list items as they stand in the catalog, each with a `breadcrumb` and a `metadata` member.
  private var items: [JSONObject] = []
  /// The item that counts for each breadcrumb: the last one, when a breadcrumb stands twice.
  private var positions: [Breadcrumb: Int] = [:]

  /// No metadata at all.
  public init() {}

  /// The breadcrumbs that have metadata, in no particular order.
  public var breadcrumbs: some Collection<Breadcrumb> { positions.keys }

  /// Whether there is no metadata at all.
  public var isEmpty: Bool { items.isEmpty }

  /// The metadata at `breadcrumb`; nil when there is none.
  public subscript(breadcrumb: Breadcrumb) -> FieldMetadata? {
    get { positions[breadcrumb].map { FieldMetadata(items[$0]["metadata"]?.object ?? JSONObject()) } }
    set {
      if let newValue, let position = positions[breadcrumb] {
        items[position]["metadata"] = .object(newValue.members)
      } else if let newValue {
        append(JSONObject(), at: breadcrumb)
        self[breadcrumb] = newValue
      } else if positions[breadcrumb] != nil {
        let kept = items.filter { Breadcrumb($0["breadcrumb"]?.stringArray ?? []) != breadcrumb }
        self = CatalogMetadata()
        for item in kept { append(item, at: Breadcrumb(item["breadcrumb"]?.stringArray ?? [])) }
      }
    }
  }

  /// The list as it stands in a catalog.
  public var json: JSONValue { .array(items.map(JSONValue.object)) }

  /// Adds a list item behind the others.
  mutating func append(_ item: JSONObject, at breadcrumb: Breadcrumb) {
    var item = item
    item["breadcrumb"] = .strings(breadcrumb.steps)
    positions[breadcrumb] = items.count
    items.append(item)
  }
}

extension CatalogMetadata {
  /// The metadata a tap declares for a stream: one entry for the stream and one for every field of `schema`.
  ///
  /// Every field gets an entry, also inside objects and arrays: Meltano makes up `automatic` ones where they
  /// are missing. The fields in `automatic` cannot be deselected.
  public init(stream: FieldMetadata, schema: JSONValue, automatic: Set<String>) {
    self[.stream] = stream
    declareFields(of: schema, at: .stream, automatic: automatic)
  }

  private mutating func declareFields(of schema: JSONValue, at place: Breadcrumb, automatic: Set<String>) {
    if let properties = schema["properties"]?.object {
      for (name, field) in properties {
        self[place.property(name)] = FieldMetadata(
          inclusion: automatic.contains(name) ? .automatic : .available)
        declareFields(of: field, at: place.property(name), automatic: [])
      }
    }
    if let items = schema["items"] { declareFields(of: items, at: place.items, automatic: []) }
  }
}
