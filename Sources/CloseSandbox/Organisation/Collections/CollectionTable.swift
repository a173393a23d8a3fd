import JSONBytes

/// Rows of any shape under names of the caller's choice; kept in memory only.
struct CollectionTable: Sendable {
  private var rows: [String: [JSONObject]] = [:]
  private var places: [String: [String: Int]] = [:]

  /// The rows of a collection in the order they came; none for a name nobody has used.
  func all(_ collection: String) -> [JSONObject] { rows[collection] ?? [] }

  /// The row of this id; nil when there is none.
  func row(_ collection: String, _ id: String) -> JSONObject? {
    places[collection]?[id].map { all(collection)[$0] }
  }

  /// Puts values into the row of this id, which is made when it is missing; values not given stay.
  mutating func put(_ collection: String, _ id: String, _ values: JSONObject) -> JSONObject {
    var merged = row(collection, id)?["values"]?.object ?? JSONObject()
    for (name, value) in values { merged[name] = value }
    let row: JSONObject = ["id": .string(id), "values": .object(merged)]
    if let place = places[collection]?[id] {
      rows[collection]?[place] = row
    } else {
      places[collection, default: [:]][id] = all(collection).count
      rows[collection, default: []].append(row)
    }
    return row
  }

  /// Removes a row; false when there is none.
  mutating func remove(_ collection: String, _ id: String) -> Bool {
    guard let place = places[collection]?[id] else { return false }
    rows[collection]?.remove(at: place)
    places[collection] = Dictionary(
      all(collection).enumerated().map { ($1["id"]?.string ?? "", $0) }, uniquingKeysWith: { $1 })
    return true
  }
}
