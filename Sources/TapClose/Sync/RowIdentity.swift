import JSONBytes

/// A key for rows that have none: the values of some of their fields, joined.
///
///     fields organization_id, template_id:  {"template_id": "tmpl_1", …}  ->  "orga_1/tmpl_1"
struct RowIdentity: Sendable {
  /// The field that takes the key.
  static let field = "id"

  private let fields: [String]
  /// What the rows do not say themselves.
  private let constants: JSONObject

  /// Nil where rows have keys of their own.
  init?(_ fields: [String], constants: JSONObject) {
    guard !fields.isEmpty else { return nil }
    self.fields = fields
    self.constants = constants
  }

  /// The key of the row at the cursor; a value that is null or missing leaves its place empty.
  ///
  /// - Throws: `JSONError` for a row that is not an object.
  func key(at cursor: JSONCursor) throws(JSONError) -> String {
    var values = fields.map { constants[$0]?.string ?? "" }
    var cursor = cursor
    try cursor.enterObject()
    while let name = try cursor.nextKey() {
      let text = cursor.text(of: name)
      if let index = fields.firstIndex(of: text), let value = try cursor.readString() {
        values[index] = value
      } else if !fields.contains(text) {
        try cursor.skipValue()
      }
    }
    return values.joined(separator: "/")
  }
}
