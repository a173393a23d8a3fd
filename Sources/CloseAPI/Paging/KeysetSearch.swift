public import JSONBytes

/// What a `KeysetWalk` searches for: objects of one type by the date of their last change.
public struct KeysetSearch: Sendable {
  /// The type, such as `lead`, `contact` or `custom_object`.
  public var objectType: String
  /// The fields to return; the id and the date are added.
  public var fields: [String]
  /// The date to order by.
  public var dateField: String
  /// Only objects from this date on.
  public var from: Timestamp?
  /// Only objects from before this date.
  public var before: Timestamp?
  /// Further query nodes that all have to hold.
  public var conditions: [JSONValue]

  /// Creates a search; `before` keeps objects out that change while it runs, and should be set.
  public init(
    objectType: String, fields: [String], dateField: String = "date_updated", from: Timestamp? = nil,
    before: Timestamp? = nil, conditions: [JSONValue] = []
  ) {
    self.objectType = objectType
    self.fields = fields
    self.dateField = dateField
    self.from = from
    self.before = before
    self.conditions = conditions
  }

  /// The body that asks for one page, oldest first.
  func body(from lowerBound: Timestamp?, limit: Int, cursor: String?) -> JSONValue {
    let date = SearchQuery.field(dateField, of: objectType)
    var nodes = [SearchQuery.objectType(objectType)] + conditions
    if lowerBound != nil || before != nil {
      nodes.append(SearchQuery.where(date, SearchQuery.moments(from: lowerBound, before: before)))
    }
    let named = fields + ["id", dateField].filter { !fields.contains($0) }
    var body: JSONValue = [
      "query": SearchQuery.all(nodes), "sort": [["direction": "asc", "field": date]],
      "_limit": .int(limit),
      "_fields": .object(JSONObject([(objectType, .array(named.map { .string($0) }))])),
    ]
    if let cursor { body["cursor"] = .string(cursor) }
    return body
  }
}

/// The nodes of a query for `data/search/`.
///
/// See: https://developer.close.com/resources/advanced-filtering/
public enum SearchQuery {
  /// Every one of `nodes` holds.
  public static func all(_ nodes: [JSONValue]) -> JSONValue { ["type": "and", "queries": .array(nodes)] }

  /// At least one of `nodes` holds.
  public static func any(_ nodes: [JSONValue]) -> JSONValue { ["type": "or", "queries": .array(nodes)] }

  /// The object is of this type; every search needs one such node at its top.
  public static func objectType(_ type: String) -> JSONValue {
    ["type": "object_type", "object_type": .string(type)]
  }

  /// The object has a related one for which `query` holds.
  public static func related(_ related: String, of type: String, _ query: JSONValue) -> JSONValue {
    [
      "type": "has_related", "this_object_type": .string(type), "related_object_type": .string(related),
      "related_query": query,
    ]
  }

  /// `condition` holds for `field`.
  public static func `where`(_ field: JSONValue, _ condition: JSONValue) -> JSONValue {
    ["type": "field_condition", "field": field, "condition": condition]
  }

  /// A field that all objects of a type have.
  public static func field(_ name: String, of type: String) -> JSONValue {
    ["type": "regular_field", "object_type": .string(type), "field_name": .string(name)]
  }

  /// A custom field.
  public static func customField(_ id: String) -> JSONValue {
    ["type": "custom_field", "custom_field_id": .string(id)]
  }

  /// The value is one of `values`, exactly.
  public static func term(_ values: [String]) -> JSONValue {
    ["type": "term", "values": .array(values.map { .string($0) })]
  }

  /// The text matches by `mode`: `full_words`, `phrase`, `beginning_of_words` or `exact_value`.
  public static func text(_ value: String, mode: String) -> JSONValue {
    ["type": "text", "mode": .string(mode), "value": .string(value)]
  }

  /// The instant is in a half-open range; nil leaves a side open.
  public static func moments(from: Timestamp?, before: Timestamp?) -> JSONValue {
    [
      "type": "moment_range", "on_or_after": from.map(moment) ?? .null, "before": before.map(moment) ?? .null,
    ]
  }

  private static func moment(_ instant: Timestamp) -> JSONValue {
    ["type": "fixed_utc", "value": .string(instant.description.dropLast() + "+00:00")]
  }
}
